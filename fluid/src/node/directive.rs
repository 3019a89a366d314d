//! What a member reports to its supervisor after an incarnation, and the directive that the supervisor answers.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::node::Node;
use crate::options::Options;
use crate::options::restart::Restart;
use crate::report::cause::Cause;
use crate::report::exit::plural;
use crate::report::ledger::Counts;
use crate::sync::oneshot;
use crate::time::jitter::jitter;

/// How an incarnation failed.
pub(crate) enum Failure {
    /// It failed in a way that a restart can answer.
    Of(Error),
    /// Its work was done, and `on_shutdown` failed.
    AtTheEnd(Error),
}

/// An incarnation has ended, and the member waits for a directive.
pub(crate) struct RunEnded {
    /// The failure. `None` if the incarnation ended because a restart was requested.
    pub(crate) failure: Option<Cause>,
    pub(crate) run_stats: RunStats,
    pub(crate) directive: oneshot::Sender<Directive>,
}

/// What follows an incarnation.
pub(crate) enum Directive {
    /// The next incarnation.
    Restart,
    /// The end of the member.
    Stop(Cause),
}

/// What an incarnation has done, which decides the backoff.
pub(crate) struct RunStats {
    /// A call succeeded.
    pub(crate) succeeded: bool,
    /// A message was handled, whether successfully or not.
    pub(crate) handled: bool,
    pub(crate) duration: Duration,
}

impl RunStats {
    /// The stats of a member without a queue.
    pub(crate) fn since(began: Instant, succeeded: bool) -> Self {
        Self {
            succeeded,
            handled: false,
            duration: began.elapsed(),
        }
    }
}

/// The counters at the start of an incarnation, from which its [`RunStats`] are computed.
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
            duration: self.at.elapsed(),
        }
    }
}

/// The counts of all lanes of a consumer.
fn counts(node: &Node) -> Counts {
    let queue_control = node.queue_control.as_ref();
    queue_control.map_or_else(Counts::default, |queue_control| queue_control.counts())
}

/// The backoff of one member: the pauses before its restarts.
#[derive(Debug)]
pub(crate) struct Backoff {
    first: Duration,
    last: Duration,
    /// The number of consecutive failures.
    failures: u32,
}

impl Backoff {
    /// After this many consecutive failures without a handled message, a consumer that drains is given up.
    const ENOUGH: u32 = 6;
    /// The shortest duration of an incarnation that resets the backoff, even if the longest pause is shorter.
    const LONG: Duration = Duration::from_secs(1);

    pub(crate) const fn new((first, last): (Duration, Duration)) -> Self {
        Self {
            first,
            last,
            failures: 0,
        }
    }

    /// The backoff of a worker with `on_error = "restart"`, which is also the default of a group.
    pub(crate) const fn of_workers() -> Self {
        Self::new(Restart::one_for_one().backoff)
    }

    /// Records a failure. Returns the pause before the restart, and whether a consumer that drains is to be given
    /// up.
    pub(crate) fn failed(&mut self, run: &RunStats) -> (Duration, bool) {
        if run.succeeded || run.duration >= self.last.max(Self::LONG) {
            self.failures = 0;
        }
        let tried_enough = self.failures >= Self::ENOUGH && !run.handled;
        let due = self
            .first
            .saturating_mul(2_u32.saturating_pow(self.failures))
            .min(self.last);
        self.failures += 1;
        // At least half of the pause, with jitter, so that members that failed together restart at different times.
        (due / 2 + jitter(due / 2), tried_enough)
    }
}

/// The error of a failure without a restart: the reason, and the failure.
#[derive(Debug)]
pub(crate) struct NoRestart {
    why: String,
    error: Option<Error>,
}

impl NoRestart {
    /// `whom` is another member that would have to be restarted with it.
    pub(crate) fn added_by_value(whom: Option<&str>, error: Error) -> Error {
        let whom = whom.map_or_else(|| "it".to_owned(), |name| format!("`{name}`"));
        let why = format!(
            "{whom} cannot be restarted, because it was added by value, or a resource moved into it: \
             use `add_with`, or shared resources, from which it can be built anew"
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

    /// The budget of the worker itself is used up.
    pub(crate) fn own_used_up(options: &Options, error: Error) -> Error {
        let (most, within) = (options.max_restarts.unwrap_or(0), options.within);
        let restarts = plural(u64::from(most), "restart", "restarts");
        let why = format!("its budget, {most} {restarts} within {within:?}, is used up");
        let error = Some(error);
        Self { why, error }.into()
    }

    pub(crate) fn stuck() -> Error {
        let why = "it cannot be restarted, because it blocks its thread".to_owned();
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
