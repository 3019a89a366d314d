//! What a member and its supervisor say to each other between two lives: how the one ended, and whether
//! another follows.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::node::Node;
use crate::options::restart::Restart;
use crate::report::exit::{Cause, plural};
use crate::report::ledger::Counts;
use crate::sync::oneshot;
use crate::time::jitter::jitter;

/// How a life failed.
pub(crate) enum Failure {
    /// In a way that a restart may answer.
    Of(Error),
    /// When its work was done.
    AtTheEnd(Error),
}

/// One life has ended, and the member waits for what comes.
pub(crate) struct RunEnded {
    /// How it failed; nothing if it ended because another life is to follow.
    pub(crate) failure: Option<Cause>,
    pub(crate) run_stats: RunStats,
    pub(crate) order: oneshot::Sender<Directive>,
}

/// What comes after a life.
pub(crate) enum Directive {
    /// Another one.
    Restart,
    /// The end.
    Stop(Cause),
}

/// What one life run_stats.
pub(crate) struct RunStats {
    /// Anything went well in it.
    pub(crate) succeeded: bool,
    /// A message left the queue in it, with a failure or without.
    pub(crate) handled: bool,
    pub(crate) lived: Duration,
}

impl RunStats {
    /// Of a member without a queue.
    pub(crate) fn since(began: Instant, succeeded: bool) -> Self {
        Self {
            succeeded,
            handled: false,
            lived: began.elapsed(),
        }
    }
}

/// Where one life began, to tell later what it run_stats.
pub(crate) struct RunStart {
    at: Instant,
    done: u64,
    failed: u64,
    beats: u64,
}

impl RunStart {
    pub(crate) fn begin(node: &Node) -> Self {
        let counts = counts(node);
        Self {
            at: Instant::now(),
            done: counts.done,
            failed: counts.failed,
            beats: node.beats.load(Ordering::Relaxed),
        }
    }

    pub(crate) fn run_stats(&self, node: &Node) -> RunStats {
        let counts = counts(node);
        // The last beat is the one that failed.
        let beats = node.beats.load(Ordering::Relaxed) - self.beats;
        RunStats {
            succeeded: counts.done > self.done || beats > 1,
            handled: counts.done + counts.failed > self.done + self.failed,
            lived: self.at.elapsed(),
        }
    }
}

/// The counts of all lanes of a consumer.
fn counts(node: &Node) -> Counts {
    let queue_control = node.queue_control.as_ref();
    queue_control.map_or_else(Counts::default, |queue_control| queue_control.counts())
}

/// The pauses before the restarts of one member.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    last: Duration,
    /// How many failures there were in a row.
    failures: u32,
}

impl Backoff {
    /// So many failures in a row, without a message that leaves the queue, are enough to give up a
    /// consumer that drains.
    const ENOUGH: u32 = 6;
    /// A life this long is a success, however short the longest pause is.
    const LONG: Duration = Duration::from_secs(1);

    pub(crate) const fn new((first, last): (Duration, Duration)) -> Self {
        Self {
            first,
            last,
            failures: 0,
        }
    }

    /// That of a worker with `on_error = "restart"`: it is the default of a group too.
    pub(crate) const fn of_workers() -> Self {
        Self::new(Restart::one_for_one().backoff)
    }

    /// Takes note of one failure more. Returns the pause that is due, and whether a consumer that drains
    /// has been tried enough.
    pub(crate) fn failed(&mut self, life: &RunStats) -> (Duration, bool) {
        if life.succeeded || life.lived >= self.last.max(Self::LONG) {
            self.failures = 0;
        }
        let tried_enough = self.failures >= Self::ENOUGH && !life.handled;
        let due = self
            .first
            .saturating_mul(2_u32.saturating_pow(self.failures))
            .min(self.last);
        self.failures += 1;
        // At least half of what is due, so that many that failed together do not come back together.
        (due / 2 + jitter(due / 2), tried_enough)
    }
}

/// A failure that is answered by no restart, and why not.
#[derive(Debug)]
pub(crate) struct NoRestart {
    why: String,
    error: Option<Error>,
}

impl NoRestart {
    /// `whom` is another member that would have to be restarted along.
    pub(crate) fn added_by_value(whom: Option<&str>, error: Error) -> Error {
        let whom = whom.map_or_else(|| "it".to_owned(), |name| format!("`{name}`"));
        let why = format!(
            "{whom} cannot be restarted, because it was added by value: use `add_with`, which can build it anew"
        );
        let error = Some(error);
        Self { why, error }.into()
    }

    pub(crate) fn used_up(group: &str, restart: &Restart, error: Error) -> Error {
        let (most, within) = (restart.max_restarts, restart.within);
        let restarts = plural(u64::from(most), "restart", "restarts");
        let why =
            format!("the budget of `{group}`, {most} {restarts} within {within:?}, is used up");
        let error = Some(error);
        Self { why, error }.into()
    }

    pub(crate) fn stuck() -> Error {
        let why = "it cannot be restarted, because its present life does not end".to_owned();
        Self { why, error: None }.into()
    }
}

impl fmt::Display for NoRestart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for NoRestart {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.error.as_ref().map(|error| error.as_std() as _)
    }
}
