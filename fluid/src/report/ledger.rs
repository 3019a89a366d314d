//! The counts of a consumer's messages.
//!
//! Invariants:
//!
//! 1. `accepted = done + failed + dropped + undelivered + queued + in hand`, whenever no message is being moved.
//!    Once the worker has ended, the last two are zero.
//! 2. Messages in hand have no counter. Their number is the difference of the messages that came to the consumer
//!    and those that left it. The consumer counts the done ones itself. All other counts change under the lock of
//!    the queue.
//! 3. Once the counts are *sealed*, a stuck worker changes none of them: the difference counts as undelivered, and
//!    the counters of the consumer are no longer read.

use std::fmt;

use crate::sync::atomic::{AtomicU64, Ordering};

/// The number of messages that a consumer accepted, and their outcomes.
///
/// At every exit, also a forced one, `accepted = done + failed + dropped + undelivered`.
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
    /// Failed messages that did not leave by the port [`failed`](crate::Slot::failed): it is not wired, or its consumer
    /// refused them. [`Options::on_lost`](crate::Options::on_lost) sets their effect.
    pub lost: u64,
    /// Messages that a full queue dropped, by its `overflow` policy.
    pub dropped: u64,
    /// Messages that were queued or in hand when the worker had to end.
    pub undelivered: u64,
    /// Undelivered messages that left by the port [`undelivered`](crate::Slot::undelivered), and that the consumer behind
    /// it accepted.
    pub saved: u64,
    /// Attempts beyond the first ([`Options::retry`](crate::Options::retry)). For a batch, one attempt is one call with
    /// all of its messages.
    pub retried: u64,
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
            saved: sum.saved + counts.saved,
            retried: sum.retried + counts.retried,
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
            (self.saved, "saved"),
            (self.retried, "retried"),
            (self.refused, "refused"),
        ] {
            if count > 0 {
                write!(f, ", {count} {what}")?;
            }
        }
        Ok(())
    }
}

/// The counters of one lane of a consumer.
///
/// Only the lane writes these counters, so each change is a relaxed load and a store.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// Fetched messages that are or were in hand.
    taken: AtomicU64,
    /// Messages from a fused edge, which go into the hand directly.
    direct: AtomicU64,
    done: AtomicU64,
    /// Messages that wait beside the queue for another attempt. They count as in hand.
    beside: AtomicU64,
}

/// The counters of a lane, as an observer reads them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) direct: u64,
    pub(crate) done: u64,
}

impl Progress {
    /// Counts fetched messages that are now in hand.
    #[inline]
    pub(crate) fn take(&self, messages: usize) {
        Self::count(&self.taken, messages);
    }

    /// Counts a message from a fused edge, which is now in hand.
    #[inline]
    pub(crate) fn accept_direct(&self) {
        Self::count(&self.direct, 1);
    }

    /// Counts messages in hand as done.
    #[inline]
    pub(crate) fn complete(&self, messages: usize) {
        Self::count(&self.done, messages);
    }

    /// Notes how many messages wait beside the queue.
    pub(crate) fn set_beside(&self, messages: usize) {
        self.beside.store(messages as u64, Ordering::Relaxed);
    }

    pub(crate) fn beside(&self) -> usize {
        self.beside.load(Ordering::Relaxed) as usize
    }

    pub(crate) fn taken(&self) -> u64 {
        self.taken.load(Ordering::Relaxed)
    }

    /// `done` is read first, with an `Acquire` load that synchronizes with the `Release` store in `count`. So no
    /// message counts as done that does not count as accepted.
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
