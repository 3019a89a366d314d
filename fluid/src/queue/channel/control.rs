//! What calls a consumer away from the messages that it has.

use crate::sync::atomic::{AtomicU32, Ordering, fence};

/// The consumer's present life should end, though the queue is not closed.
const INTERRUPTED: u32 = 1;
/// The consumer is to let others have their turn: counted, so that each of several consumer ends sees it.
const GIVE_WAY: u32 = 2;

/// One word, since it is read for every message.
pub(super) struct Control(AtomicU32);

/// What a consumer end has seen so far.
#[derive(Clone, Copy, Default)]
pub(super) struct SeenControl(u32);

impl SeenControl {
    /// Whether it has given way before.
    pub(super) const fn is_any(self) -> bool {
        self.0 != 0
    }
}

impl Control {
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

    /// Asks each consumer end to let others have their turn once.
    pub(super) fn yield_to_all(&self) {
        self.0.fetch_add(GIVE_WAY, Ordering::Relaxed);
    }

    /// Whether there is nothing that a consumer end has not seen.
    #[inline(always)]
    pub(super) fn are_heeded(&self, seen_control: SeenControl) -> bool {
        self.0.load(Ordering::Relaxed) == seen_control.0
    }

    /// Whether a consumer end is to let others have their turn.
    pub(super) fn must_yield(&self, seen_control: SeenControl) -> bool {
        self.0.load(Ordering::Relaxed) & !INTERRUPTED != seen_control.0
    }

    /// The same, which it then does.
    pub(super) fn heed(&self, seen_control: &mut SeenControl) -> bool {
        let asked = self.0.load(Ordering::Relaxed) & !INTERRUPTED;
        std::mem::replace(&mut seen_control.0, asked) != asked
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lane_yields_once_for_each_request_to_yield() {
        let calls = Control::none();
        let mut consumer_ends = [SeenControl::default(); 2];
        for _ in 0..2 {
            calls.yield_to_all();
            for consumer_end in &mut consumer_ends {
                assert!(!calls.are_heeded(*consumer_end));
                assert!(calls.heed(consumer_end));
                assert!(calls.are_heeded(*consumer_end));
                assert!(!calls.heed(consumer_end));
            }
        }
    }

    #[test]
    fn an_interruption_is_no_request_to_yield() {
        let calls = Control::none();
        let mut consumer_end = SeenControl::default();
        calls.interrupt(true);
        assert!(calls.is_interrupted());
        assert!(!calls.are_heeded(consumer_end));
        assert!(!calls.heed(&mut consumer_end));
        calls.yield_to_all();
        assert!(calls.is_interrupted());
        assert!(calls.heed(&mut consumer_end));
        calls.interrupt(false);
        assert!(!calls.is_interrupted());
        assert!(calls.are_heeded(consumer_end));
    }
}
