//! What becomes of a consumer's messages, counted where it happens.
//!
//! Invariants:
//!
//! 1. `accepted = done + failed + dropped + undelivered + queued + in hand`, at every moment at which
//!    no message is being moved; with the last two at zero once the worker has ended.
//! 2. What is in hand is not counted. It is the difference of what came to the consumer's side and what left it: only
//!    what is done is counted there, by the consumer itself; all else under the lock of the queue.
//! 3. Once the ledger is *sealed*, nothing that a stuck worker still does changes any count: the difference was
//!    counted as undelivered, and what the consumer counts is read no more.

use std::fmt;

use crate::sync::atomic::{AtomicU64, Ordering};

/// How many messages a consumer took in, and what became of each.
///
/// At every exit, a forced one included,
/// `accepted = done + failed + dropped + undelivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Counts {
    /// Sends that returned `Ok`.
    pub accepted: u64,
    /// Messages handled without a failure.
    pub done: u64,
    /// Messages whose handling failed: an error, a panic or a timeout.
    pub failed: u64,
    /// Of those that failed, the ones that did not leave by the port [`failed`](crate::Slot::failed): it is not wired,
    /// or they were refused behind it. [`Options::on_lost`](crate::Options::on_lost) says what that means.
    pub lost: u64,
    /// Messages that a full queue dropped, by its `overflow` policy.
    pub dropped: u64,
    /// Messages that were waiting or being handled when the worker had to end.
    pub undelivered: u64,
    /// Sends that were refused because the queue was closed. They were never accepted.
    pub refused: u64,
}

impl Counts {
    /// Whether every accepted message is accounted for.
    #[must_use]
    pub const fn conserved(&self) -> bool {
        self.accepted == self.done + self.failed + self.dropped + self.undelivered
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, counts| Self {
            accepted: sum.accepted + counts.accepted,
            done: sum.done + counts.done,
            failed: sum.failed + counts.failed,
            lost: sum.lost + counts.lost,
            dropped: sum.dropped + counts.dropped,
            undelivered: sum.undelivered + counts.undelivered,
            refused: sum.refused + counts.refused,
        })
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} accepted, {} done", self.accepted, self.done)?;
        for (count, what) in [
            (self.failed, "failed"),
            (self.lost, "lost"),
            (self.dropped, "dropped"),
            (self.undelivered, "undelivered"),
            (self.refused, "refused"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

/// What one lane of a consumer has done with its messages so far.
///
/// Only the lane writes these counters, so each change is a relaxed load and a store.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Messages that moved from what the lane had fetched into its hand.
    taken: AtomicU64,
    /// Messages that came over a fused edge, straight into its hand.
    direct: AtomicU64,
    done: AtomicU64,
}

/// What the lanes of a consumer have done, as an observer sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) direct: u64,
    pub(crate) done: u64,
}

impl Progress {
    /// Messages that were fetched are now in hand.
    #[inline]
    pub(crate) fn take(&self, messages: usize) {
        Self::count(&self.taken, messages);
    }

    /// A message came over a fused edge, and is in hand.
    #[inline]
    pub(crate) fn accept_direct(&self) {
        Self::count(&self.direct, 1);
    }

    /// Messages in hand are done.
    #[inline]
    pub(crate) fn complete(&self, messages: usize) {
        Self::count(&self.done, messages);
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// `done` is read first, and synchronizes with its store: so no message counts as done that does not count as
    /// accepted.
    pub(crate) fn seen(&self) -> Seen {
        let done = self.done.load(Ordering::Acquire);
        let direct = self.direct.load(Ordering::Relaxed);
        Seen { direct, done }
    }

    #[inline]
    fn count(counter: &AtomicU64, messages: usize) {
        let before = counter.load(Ordering::Relaxed);
        counter.store(before + messages as u64, Ordering::Release);
    }
}

impl std::iter::Sum for Seen {
    fn sum<I: Iterator<Item = Self>>(lanes: I) -> Self {
        lanes.fold(Self::default(), |sum, lane| Self {
            direct: sum.direct + lane.direct,
            done: sum.done + lane.done,
        })
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_zero_are_not_shown() {
        let counts = Counts {
            accepted: 5,
            done: 3,
            failed: 2,
            lost: 1,
            refused: 1,
            ..Counts::default()
        };
        let shown = "5 accepted, 3 done, 2 failed, 1 lost, 1 refused";
        assert_eq!(counts.to_string(), shown);
    }
}
