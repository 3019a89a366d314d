//! What becomes of a consumer's messages, counted where it happens.
//!
//! Invariants:
//!
//! 1. `accepted = done + failed + dropped + undelivered + queued + in hand`, at every moment at which
//!    no message is being moved; with the last two at zero once the worker has ended.
//! 2. The consumer's side of a message (fetched, in hand, done) lives in one word, so that an
//!    observer sees all three as they were at one instant. Where several take, each has such a word, and what
//!    one takes over from another is moved under the lock under which all of them are read.
//! 3. Once the ledger is *sealed*, nothing that a stuck worker still does changes any count: whoever
//!    seals it has taken over what was fetched and in hand, and the word is read no more.

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

/// What one that takes has of the consumer's side of the ledger, in one word: 27 bits done, 18 bits fetched, 18 bits
/// in hand. Nobody else writes it, so each change is one plain store.
///
/// One that takes what another has fetched counts it off here, so one word may say that less than nothing is fetched:
/// only together do those of all lanes make sense.
#[derive(Debug, Default)]
pub(crate) struct Progress(AtomicU64);

const DONE: u64 = 1;
const DONE_BITS: u32 = 27;
const FETCHED: u64 = 1 << DONE_BITS;
const FETCHED_BITS: u32 = 18;
const IN_HAND: u64 = 1 << (DONE_BITS + FETCHED_BITS);
const IN_HAND_BITS: u32 = 18;

/// When this bit of the done count is set, it is time to move it to a wider place.
const DONE_FULL: u64 = 1 << (DONE_BITS - 1);

/// The consumer's side at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) done: u64,
    pub(crate) fetched: u64,
    pub(crate) in_hand: u64,
}

impl Seen {
    const fn of(word: u64) -> Self {
        Self {
            done: word & (FETCHED - 1),
            fetched: (word >> DONE_BITS) & ((1 << FETCHED_BITS) - 1),
            in_hand: (word >> (DONE_BITS + FETCHED_BITS)) & ((1 << IN_HAND_BITS) - 1),
        }
    }

    /// Whether the narrow done count should be carried to a wider one.
    pub(crate) const fn is_full(self) -> bool {
        self.done & DONE_FULL != 0
    }
}

impl Progress {
    /// The most that may be fetched at once.
    pub(crate) const MAX_FETCHED: usize = (1 << FETCHED_BITS) - 1;

    pub(crate) fn seen(&self) -> Seen {
        Seen::of(self.0.load(Ordering::Acquire))
    }

    /// All of them together, while nothing is taken over.
    pub(crate) fn seen_together<'a>(all: impl Iterator<Item = &'a Self>) -> Seen {
        let (mut done, mut others) = (0, 0_u64);
        for progress in all {
            let word = progress.0.load(Ordering::Acquire);
            done += Seen::of(word).done;
            others = others.wrapping_add(word - Seen::of(word).done);
        }
        Seen {
            done,
            ..Seen::of(others)
        }
    }

    /// One message moved from the queue to the worker's hand, and `more` to its side.
    pub(crate) fn fetched(&self, more: usize) -> Seen {
        self.add(IN_HAND + more as u64 * FETCHED)
    }

    /// One fetched message is now in hand, whoever fetched it.
    pub(crate) fn taken(&self) -> Seen {
        self.add(IN_HAND.wrapping_sub(FETCHED))
    }

    /// `count` messages in hand are done.
    pub(crate) fn done(&self, count: usize) -> Seen {
        let count = count as u64;
        self.add((count * DONE).wrapping_sub(count * IN_HAND))
    }

    /// `count` messages moved to the worker's side, none of them to its hand.
    pub(crate) fn gathered(&self, count: usize) -> Seen {
        self.add(count as u64 * FETCHED)
    }

    /// `count` fetched messages are now in hand.
    pub(crate) fn handed(&self, count: usize) -> Seen {
        let count = count as u64;
        self.add((count * IN_HAND).wrapping_sub(count * FETCHED))
    }

    /// The message in hand is done, and one fetched message takes its place.
    pub(crate) fn done_and_taken(&self) -> Seen {
        self.add(DONE.wrapping_sub(FETCHED))
    }

    /// `count` messages in hand leave the worker's side without being done: failed or given up.
    pub(crate) fn let_go(&self, count: usize) -> Seen {
        self.add((count as u64 * IN_HAND).wrapping_neg())
    }

    /// `count` fetched messages leave the worker's side without being taken: given up, or back to the queue.
    pub(crate) fn unfetched(&self, count: usize) -> Seen {
        self.add((count as u64 * FETCHED).wrapping_neg())
    }

    /// The done count has been carried elsewhere.
    pub(crate) fn carried(&self, done: u64) {
        self.add(done.wrapping_neg());
    }

    /// Adds to the parts of the word and returns what it was before.
    fn add(&self, parts: u64) -> Seen {
        let before = self.0.load(Ordering::Relaxed);
        self.0.store(before.wrapping_add(parts), Ordering::Release);
        Seen::of(before)
    }
}

/// The counts of messages that come without the queue, over a fused edge. Only the task that makes the
/// calls writes them, so each is one plain store.
#[derive(Debug, Default)]
pub(crate) struct Direct {
    accepted: AtomicU64,
    done: AtomicU64,
    /// Failed, or given up: the queue's ledger says which.
    let_go: AtomicU64,
}

/// The counts of one [`Direct`] at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Handed {
    pub(crate) accepted: u64,
    pub(crate) done: u64,
    pub(crate) in_hand: u64,
}

impl Direct {
    #[inline]
    pub(crate) fn accepted(&self) {
        Self::count(&self.accepted);
    }

    #[inline]
    pub(crate) fn done(&self) {
        Self::count(&self.done);
    }

    pub(crate) fn let_go(&self) {
        Self::count(&self.let_go);
    }

    #[inline]
    fn count(counter: &AtomicU64) {
        counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Release);
    }

    /// What is accepted is read last, so that nothing counts as done that was not accepted yet.
    pub(crate) fn handed(&self) -> Handed {
        let let_go = self.let_go.load(Ordering::Acquire);
        let done = self.done.load(Ordering::Acquire);
        let accepted = self.accepted.load(Ordering::Acquire);
        Handed {
            accepted,
            done,
            in_hand: accepted - done - let_go,
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_happened_is_not_shown() {
        let counts = Counts {
            accepted: 5,
            done: 3,
            failed: 2,
            refused: 1,
            ..Counts::default()
        };
        let shown = "5 accepted, 3 done, 2 failed, 1 refused";
        assert_eq!(counts.to_string(), shown);
    }

    #[test]
    fn the_parts_of_the_word_stay_apart() {
        let progress = Progress::default();
        progress.fetched(63);
        progress.done_and_taken();
        progress.done(1);
        progress.taken();
        progress.let_go(1);
        progress.unfetched(61);
        let expected = Seen {
            done: 2,
            fetched: 0,
            in_hand: 0,
        };
        assert_eq!(progress.seen(), expected);
    }

    #[test]
    fn what_one_fetched_and_another_took_counts_once() {
        let [fetches, takes] = [(); 2].map(|()| Progress::default());
        fetches.fetched(3);
        takes.taken();
        takes.done(1);
        takes.taken();
        let expected = Seen {
            done: 1,
            fetched: 1,
            in_hand: 2,
        };
        let together = Progress::seen_together([&takes, &fetches].into_iter());
        assert_eq!(together, expected);
    }

    #[test]
    fn together_more_may_be_done_than_one_has_room_for() {
        let several = [(); 5].map(|()| Progress(AtomicU64::new(DONE_FULL)));
        let together = Progress::seen_together(several.iter());
        assert_eq!(together.done, 5 * DONE_FULL);
        assert_eq!((together.fetched, together.in_hand), (0, 0));
    }

    #[test]
    fn a_batch_moves_as_one() {
        let progress = Progress::default();
        progress.gathered(500);
        progress.handed(300);
        progress.done(200);
        progress.let_go(100);
        let seen = progress.seen();
        assert_eq!((seen.done, seen.fetched, seen.in_hand), (200, 200, 0));
    }

    #[test]
    fn a_done_count_is_carried_before_it_overflows() {
        let progress = Progress(AtomicU64::new(DONE_FULL - 1 + IN_HAND));
        assert!(!progress.done(1).is_full());
        let seen = progress.seen();
        assert!(seen.is_full());
        progress.carried(seen.done);
        assert_eq!(progress.seen().done, 0);
    }
}
