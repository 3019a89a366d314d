//! Requests to a consumer to yield before its next message, or to end its incarnation.

use crate::sync::atomic::{AtomicU32, Ordering, fence};

/// The lowest bit: the present incarnation should end, though the queue is not closed.
const INTERRUPTED: u32 = 1;
/// The other bits count the requests to yield, so that each of several lanes sees each request.
const YIELD: u32 = 2;

/// All requests in one word, since a consumer reads it for every message.
pub(super) struct ConsumerRequests(AtomicU32);

/// The requests to yield that a lane has seen so far.
#[derive(Clone, Copy, Default)]
pub(super) struct SeenRequests(u32);

impl SeenRequests {
    /// Whether the lane was ever requested to yield.
    pub(super) const fn is_any(self) -> bool {
        self.0 != 0
    }
}

impl ConsumerRequests {
    pub(super) fn none() -> Self {
        Self(AtomicU32::new(0))
    }

    /// Interrupts the consumer, or lets its next incarnation receive.
    pub(super) fn interrupt(&self, interrupted: bool) {
        if interrupted {
            self.0.fetch_or(INTERRUPTED, Ordering::SeqCst);
        } else {
            self.0.fetch_and(!INTERRUPTED, Ordering::SeqCst);
        }
    }

    /// If this returns `true`, it synchronizes with the call of `interrupt`.
    pub(super) fn is_interrupted(&self) -> bool {
        let interrupted = self.0.load(Ordering::Relaxed) & INTERRUPTED != 0;
        if interrupted {
            fence(Ordering::Acquire);
        }
        interrupted
    }

    /// Requests each lane to yield once to all other tasks.
    pub(super) fn yield_to_all(&self) {
        self.0.fetch_add(YIELD, Ordering::Relaxed);
    }

    /// Whether there is no interruption, and no request to yield that a lane has not seen.
    #[inline(always)]
    pub(super) fn is_seen(&self, seen: SeenRequests) -> bool {
        self.0.load(Ordering::Relaxed) == seen.0
    }

    /// Whether a lane must yield.
    pub(super) fn must_yield(&self, seen: SeenRequests) -> bool {
        self.0.load(Ordering::Relaxed) & !INTERRUPTED != seen.0
    }

    /// Returns whether the lane must yield, and notes that it has seen the requests.
    pub(super) fn take_yield(&self, seen: &mut SeenRequests) -> bool {
        let requests = self.0.load(Ordering::Relaxed) & !INTERRUPTED;
        std::mem::replace(&mut seen.0, requests) != requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lane_yields_once_for_each_request_to_yield() {
        let requests = ConsumerRequests::none();
        let mut lanes = [SeenRequests::default(); 2];
        for _ in 0..2 {
            requests.yield_to_all();
            for lane in &mut lanes {
                assert!(!requests.is_seen(*lane));
                assert!(requests.take_yield(lane));
                assert!(requests.is_seen(*lane));
                assert!(!requests.take_yield(lane));
            }
        }
    }

    #[test]
    fn an_interruption_is_no_request_to_yield() {
        let requests = ConsumerRequests::none();
        let mut lane = SeenRequests::default();
        requests.interrupt(true);
        assert!(requests.is_interrupted());
        assert!(!requests.is_seen(lane));
        assert!(!requests.take_yield(&mut lane));
        requests.yield_to_all();
        assert!(requests.is_interrupted());
        assert!(requests.take_yield(&mut lane));
        requests.interrupt(false);
        assert!(!requests.is_interrupted());
        assert!(requests.is_seen(lane));
    }
}
