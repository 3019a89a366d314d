//! What calls a consumer away from the messages that it has.

use crate::sync::atomic::{AtomicU32, Ordering, fence};

/// The consumer's present life should end, though the queue is not closed.
const INTERRUPTED: u32 = 1;
/// The consumer is to let others have their turn: counted, so that each of several takers sees it.
const GIVE_WAY: u32 = 2;

/// One word, since it is read for every message.
pub(super) struct Calls(AtomicU32);

/// What a taker has heeded so far.
#[derive(Clone, Copy, Default)]
pub(super) struct Heeded(u32);

impl Heeded {
    /// Whether it has given way before.
    pub(super) const fn is_any(self) -> bool {
        self.0 != 0
    }
}

impl Calls {
    pub(super) fn none() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Interrupts the consumer, or lets its next life go on.
    pub(super) fn interrupt(&self, interrupted: bool) {
        if interrupted {
            self.0.fetch_or(INTERRUPTED, Ordering::SeqCst);
        } else {
            self.0.fetch_and(!INTERRUPTED, Ordering::SeqCst);
        }
    }

    /// Whoever sees it interrupted sees why.
    pub(super) fn is_interrupted(&self) -> bool {
        let interrupted = self.0.load(Ordering::Relaxed) & INTERRUPTED != 0;
        if interrupted {
            fence(Ordering::Acquire);
        }
        interrupted
    }

    /// Asks each taker to let others have their turn once.
    pub(super) fn give_way(&self) {
        self.0.fetch_add(GIVE_WAY, Ordering::Relaxed);
    }

    /// Whether there is nothing that a taker has not heeded.
    #[inline(always)]
    pub(super) fn are_heeded(&self, heeded: Heeded) -> bool {
        self.0.load(Ordering::Relaxed) == heeded.0
    }

    /// Whether a taker is to let others have their turn.
    pub(super) fn must_give_way(&self, heeded: Heeded) -> bool {
        self.0.load(Ordering::Relaxed) & !INTERRUPTED != heeded.0
    }

    /// The same, which it then does.
    pub(super) fn heed(&self, heeded: &mut Heeded) -> bool {
        let asked = self.0.load(Ordering::Relaxed) & !INTERRUPTED;
        std::mem::replace(&mut heeded.0, asked) != asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_taker_gives_way_once_for_each_time_that_all_are_asked() {
        let calls = Calls::none();
        let mut takers = [Heeded::default(); 2];
        for _ in 0..2 {
            calls.give_way();
            for taker in &mut takers {
                assert!(!calls.are_heeded(*taker));
                assert!(calls.heed(taker));
                assert!(calls.are_heeded(*taker));
                assert!(!calls.heed(taker));
            }
        }
    }

    #[test]
    fn an_interruption_is_nothing_that_one_gives_way_for() {
        let calls = Calls::none();
        let mut taker = Heeded::default();
        calls.interrupt(true);
        assert!(calls.is_interrupted());
        assert!(!calls.are_heeded(taker));
        assert!(!calls.heed(&mut taker));
        calls.give_way();
        assert!(calls.is_interrupted());
        assert!(calls.heed(&mut taker));
        calls.interrupt(false);
        assert!(!calls.is_interrupted());
        assert!(calls.are_heeded(taker));
    }
}
