//! The sums that a group keeps of members that it has forgotten.

use std::fmt;

use crate::report::exit::{Exit, plural};
use crate::report::ledger::Counts;

/// The members that a group has forgotten ([`OnExit::Forget`](crate::OnExit::Forget),
/// [`OnError::Forget`](crate::OnError::Forget)): their number, and the sums of their counts. So all messages stay
/// accounted for, and the memory for members that come and go does not grow.
///
/// The members of a forgotten group are included in the sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Forgotten {
    /// The number of forgotten members. A nested group counts as one.
    pub workers: u64,
    /// How many of them failed ([`OnError::Forget`](crate::OnError::Forget)).
    pub failed: u64,
    /// How many of them were forced to end.
    pub forced: u64,
    /// The counts of the messages of all consumers.
    pub counts: Counts,
    /// The lost messages that count for the exit code: the sum of [`Exit::lost`].
    pub lost: u64,
    /// The number of emitted messages.
    pub emitted: u64,
    /// The number of sent messages that no consumer accepted.
    pub unsent: u64,
    /// The number of calls at heartbeats, and of runs of callbacks.
    pub beats: u64,
    /// The number of missed beats.
    pub missed_beats: u64,
    /// The number of restarts.
    pub restarts: u64,
    /// The number of stalls.
    pub stalls: u64,
}

impl Forgotten {
    /// Adds a member that has ended.
    pub(crate) fn add(&mut self, exit: &Exit) {
        self.workers += 1;
        self.failed += u64::from(exit.cause().is_failure());
        self.forced += u64::from(exit.is_forced());
        self.lost += exit.lost();
        self.add_sums(exit);
    }

    /// Adds the sums of a member and of all members below it.
    fn add_sums(&mut self, exit: &Exit) {
        let below = exit.forgotten().copied().unwrap_or_default();
        let counts = [Some(self.counts), exit.counts(), Some(below.counts)];
        self.counts = counts.into_iter().flatten().sum();
        self.emitted += exit.emitted() + below.emitted;
        self.unsent += exit.unsent() + below.unsent;
        self.beats += exit.beats() + below.beats;
        self.missed_beats += exit.missed_beats() + below.missed_beats;
        self.restarts += exit.restarts() + below.restarts;
        self.stalls += exit.stalls() + below.stalls;
        exit.workers().iter().for_each(|exit| self.add_sums(exit));
    }
}

impl fmt::Display for Forgotten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let workers = plural(self.workers, "worker", "workers");
        write!(f, "{} {workers} forgotten", self.workers)?;
        for (count, what) in [(self.failed, "failed"), (self.forced, "forced")] {
            if count > 0 {
                write!(f, ", {count} of them {what}")?;
            }
        }
        if self.counts != Counts::default() {
            write!(f, ", {}", self.counts)?;
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
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}
