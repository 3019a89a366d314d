//! What answers the failure of a worker: another life after a rest, or the end.

use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::exit::Cause;
use crate::life::Build;
use crate::node::Node;
use crate::options::OnError;
use crate::signal::until;
use crate::stage::jitter;
use crate::state::State;
use crate::worker::{Io, Worker};

/// How a life failed.
pub(crate) enum Failure {
    /// In a way that a restart may answer.
    Of(Error),
    /// When its work was done.
    AtTheEnd(Error),
}

impl Failure {
    pub(crate) fn error(&self) -> &Error {
        match self {
            Self::Of(error) | Self::AtTheEnd(error) => error,
        }
    }
}

/// Where one life began, to tell later what it achieved.
pub(crate) struct Life {
    at: Instant,
    done: u64,
    failed: u64,
    beats: u64,
}

impl Life {
    pub(crate) fn begin<W: Worker>(node: &Node, io: &Io<W>) -> Self {
        let counts = io.queue.counts();
        Self {
            at: Instant::now(),
            done: counts.done,
            failed: counts.failed,
            beats: node.beats.load(Ordering::Relaxed),
        }
    }

    /// Whether anything went well in it, so that its failure is not one in a row.
    fn succeeded<W: Worker>(&self, node: &Node, io: &Io<W>) -> bool {
        // The last beat is the one that failed.
        let beats = node.beats.load(Ordering::Relaxed) - self.beats;
        io.queue.counts().done > self.done || beats > 1 || self.at.elapsed() >= Backoff::LAST
    }

    /// Whether any message left the queue in it, with a failure or without.
    fn handled<W: Worker>(&self, io: &Io<W>) -> bool {
        let counts = io.queue.counts();
        counts.done + counts.failed > self.done + self.failed
    }
}

/// The pause before a restart.
pub(crate) struct Backoff(Duration);

impl Backoff {
    /// Before the first restart in a row; doubled at each further one …
    const FIRST: Duration = Duration::from_millis(100);
    /// … up to this.
    const LAST: Duration = Duration::from_secs(5);

    pub(crate) const fn new() -> Self {
        Self(Self::FIRST)
    }

    fn is_longest(&self) -> bool {
        self.0 >= Self::LAST
    }

    /// At least half of what is due, so that many that failed together do not come back together.
    fn next(&mut self) -> Duration {
        let due = self.0;
        self.0 = (due * 2).min(Self::LAST);
        due / 2 + jitter(due / 2)
    }
}

/// Answers a failure by the worker's policy: rests before a restart, or says why the worker ends.
///
/// A stop interrupts the rest. A consumer that has messages left is then restarted at once, to handle
/// them; anything else ends. Lives that handle nothing end that, so that it cannot go round for ever.
pub(crate) async fn answer<W: Worker>(
    node: &Node,
    failure: Failure,
    build: &mut Build<W>,
    life: &Life,
    io: &mut Io<W>,
    backoff: &mut Backoff,
) -> Option<Cause> {
    let error = match failure {
        Failure::Of(error) if node.options.on_error == OnError::Restart => error,
        Failure::Of(error) | Failure::AtTheEnd(error) => {
            return Some(Cause::failure(node.name(), error));
        }
    };
    if build.is_used_up() {
        let error = UsedUp::after(error);
        node.note_error(&error);
        return Some(Cause::failure(node.name(), error));
    }
    node.advance(State::Restarting);
    if life.succeeded(node, io) {
        *backoff = Backoff::new();
    }
    let tried_hard = backoff.is_longest() && !life.handled(io);
    let pause = backoff.next();
    if !node.stop.is_raised() {
        let error = format!("{error:#}");
        tracing::warn!(
            worker = &**node.name(),
            error,
            ?pause,
            "worker failed, restarting"
        );
        until(&node.stop, tokio::time::sleep(pause)).await;
    }
    if node.stop.is_raised() {
        if io.queue.queue_size() == 0 {
            return Some(node.asked_because());
        }
        if tried_hard {
            return Some(Cause::failure(node.name(), error));
        }
    }
    node.restarts.fetch_add(1, Ordering::Relaxed);
    None
}

/// The failure of a worker that cannot be restarted.
#[derive(Debug)]
struct UsedUp(Error);

impl UsedUp {
    fn after(error: Error) -> Error {
        Self(error).into()
    }
}

impl fmt::Display for UsedUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "it cannot be restarted, because it was added by value: use `add_with`, which can build it anew",
        )
    }
}

impl std::error::Error for UsedUp {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.0.as_std())
    }
}
