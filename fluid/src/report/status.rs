//! What a worker or a group is doing right now.

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::report::exit::plural;
use crate::report::ledger::Counts;
use crate::state::Kind;
use crate::state::State;

/// What a worker or a group is doing right now, and the same of each worker below it.
///
/// With the feature `serde` it is `Serialize`; `{}` prints it as a table.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Status {
    /// Its name, unique within its group.
    pub name: String,
    /// Whether it is a worker, a consumer, a group or a callback.
    pub kind: Kind,
    /// Its state.
    pub state: State,
    /// Since when it is in this state.
    pub since: SystemTime,
    /// How often its function was called, if it has a heartbeat or is a callback.
    pub beats: u64,
    /// How many beats it missed, if its pace is a rate.
    pub missed_beats: u64,
    /// How many messages it sent, on all its ports.
    pub emitted: u64,
    /// How many messages no consumer accepted: refused, or cut off by a forced stop.
    pub unsent: u64,
    /// How often it was built anew.
    pub restarts: u64,
    /// How often it stalled: how many calls gave no sign of life for as long as its
    /// [`stall`](crate::Options::stall).
    pub stalls: u64,
    /// How long ago it gave its last sign of life: of several lanes, the one in a call that is silent for longest.
    /// Nothing if it has no `stall`, since then no one looks at the clock, and when it has ended.
    pub last_sign: Option<Duration>,
    /// Whether it stalls now. One that waits for a message, its next beat, room downstream or the like does not,
    /// however long ago its last sign of life was.
    pub stalled: bool,
    /// Whether it is known that it blocks its thread: it stalls, its task was polled a while ago, and has not come
    /// back.
    pub blocked: bool,
    /// The last failure, with its sources.
    pub last_error: Option<String>,
    /// What became of its messages so far, if it is a consumer.
    pub counts: Option<Counts>,
    /// How many messages wait, if it is a consumer.
    pub queue_size: Option<usize>,
    /// How many may wait, if it is a consumer.
    pub capacity: Option<usize>,
    /// The workers and callbacks of a group.
    pub workers: Vec<Status>,
}

impl Status {
    /// The status of one worker below this one: its name, or the names on the way joined by `/`.
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
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_line(f, 0, 0)
    }
}
