//! The current status of a worker or a group.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::report::exit::plural;
use crate::report::forgotten::Forgotten;
use crate::report::ledger::Counts;
use crate::state::Kind;
use crate::state::State;

/// The current status of a worker or a group, and of all members below it.
///
/// With the feature `serde` it implements `Serialize`. `{}` prints it as a table.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Status {
    /// The name, which is unique within the group.
    pub name: String,
    /// Whether it is a worker, a consumer, a group or a callback.
    pub kind: Kind,
    /// The current state.
    pub state: State,
    /// The time of the last change of state.
    pub since: SystemTime,
    /// The number of calls of a worker with a heartbeat, or of runs of a callback.
    pub beats: u64,
    /// The number of missed beats, if the worker's pace is [`Pace::Rate`](crate::Pace::Rate).
    pub missed_beats: u64,
    /// The number of messages that were sent, over all ports.
    pub emitted: u64,
    /// The number of messages that no consumer accepted: they were refused, or lost in a forced stop.
    pub unsent: u64,
    /// The number of restarts.
    pub restarts: u64,
    /// The number of stalls: calls without progress for the time of [`stall`](crate::Options::stall).
    pub stalls: u64,
    /// The time since the last sign of progress. With several lanes, that of the lane whose call is silent for
    /// longest. `None` if the worker has no `stall` or has ended.
    pub last_sign: Option<Duration>,
    /// Whether a call stalls now. Waiting for a message, the next beat or room downstream is no stall, however long
    /// it takes.
    pub stalled: bool,
    /// Whether the worker is known to block its thread: it stalls, and a poll of its task has not returned for some
    /// time.
    pub blocked: bool,
    /// The text of the last failure, with its sources.
    pub last_error: Option<String>,
    /// The counts of the messages so far, if it is a consumer.
    pub counts: Option<Counts>,
    /// The number of messages in the queue, if it is a consumer.
    pub queue_size: Option<usize>,
    /// The capacity of the queue, if it is a consumer.
    pub capacity: Option<usize>,
    /// The status of each member, if it is a group.
    pub workers: Vec<Status>,
    /// The number and the sums of the members that a group has forgotten ([`OnExit::Forget`](crate::OnExit::Forget),
    /// [`OnError::Forget`](crate::OnError::Forget)). `None` if there were none.
    pub forgotten: Option<Forgotten>,
}

impl Status {
    /// The status of a member below this one. `path` is its name, or the names on the path joined with `/`.
    #[must_use]
    pub fn worker(&self, path: &str) -> Option<&Status> {
        path.split('/').try_fold(self, |status, name| {
            status.workers.iter().find(|worker| worker.name == name)
        })
    }

    fn write_line(&self, f: &mut fmt::Formatter<'_>, depth: usize, width: usize) -> fmt::Result {
        let indent = 2 * depth;
        write!(f, "{:indent$}{:width$}  {:13}", "", self.name, self.state)?;
        if let (Some(counts), Some(size)) = (self.counts, self.queue_size) {
            write!(f, "  {size} queued, {counts}")?;
        }
        for (count, what) in [
            (self.beats, plural(self.beats, "beat", "beats")),
            (self.missed_beats, "missed"),
            (self.emitted, "emitted"),
            (self.unsent, "unsent"),
            (self.restarts, plural(self.restarts, "restart", "restarts")),
            (self.stalls, plural(self.stalls, "stall", "stalls")),
        ] {
            if count > 0 {
                write!(f, "  {count} {what}")?;
            }
        }
        if let Some(last_sign) = self.last_sign {
            write!(f, "  last sign {:.1}s ago", last_sign.as_secs_f64())?;
        }
        if self.blocked {
            f.write_str("  STALLED: it blocks its thread")?;
        } else if self.stalled {
            f.write_str("  STALLED")?;
        }
        if let Some(error) = &self.last_error {
            write!(f, "  last error: {error}")?;
        }
        let width = self
            .workers
            .iter()
            .map(|worker| worker.name.chars().count())
            .max();
        self.workers.iter().try_for_each(|worker| {
            writeln!(f)?;
            worker.write_line(f, depth + 1, width.unwrap_or(0))
        })?;
        match &self.forgotten {
            Some(forgotten) => write!(f, "\n{:indent$}  {forgotten}", ""),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_line(f, 0, 0)
    }
}
