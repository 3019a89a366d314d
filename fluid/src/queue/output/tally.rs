//! What became of the messages of one port.

use crate::catch::drop_each;
use crate::sync::atomic::{AtomicU64, Ordering};

/// What became of the messages of one port, as its worker sees it.
#[derive(Debug, Default)]
pub struct Tally {
    pub(crate) emitted: AtomicU64,
    pub(crate) unsent: AtomicU64,
}

impl Tally {
    #[inline]
    fn counter(&self, accepted: bool) -> &AtomicU64 {
        if accepted {
            &self.emitted
        } else {
            &self.unsent
        }
    }

    pub(crate) fn count(&self, accepted: bool, messages: u64) {
        if messages > 0 {
            self.counter(accepted)
                .fetch_add(messages, Ordering::Relaxed);
        }
    }
}

/// A message on its way, counted when it is over: also if a forced stop cuts it off.
pub(super) struct UnderWay<'a> {
    pub(super) tally: &'a Tally,
    pub(super) accepted: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.tally.count(self.accepted, 1);
    }
}

/// The same by a way on which nobody else sends: so it is counted by a plain store.
pub(crate) struct Alone<'a> {
    pub(super) tally: &'a Tally,
    pub(super) accepted: bool,
}

impl Alone<'_> {
    /// The message was accepted.
    #[inline]
    pub(crate) fn accepted(&mut self) {
        self.accepted = true;
    }
}

impl Drop for Alone<'_> {
    #[inline]
    fn drop(&mut self) {
        let counter = self.tally.counter(self.accepted);
        counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

/// Messages that wait for their turn to leave. Those that never have it are unsent.
#[derive(Debug)]
pub struct Leaving<'a, I: Iterator> {
    pub(super) messages: I,
    pub(super) tally: &'a Tally,
}

impl<I: Iterator> Iterator for Leaving<'_, I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.messages.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.messages.size_hint()
    }
}

impl<I: Iterator> Drop for Leaving<'_, I> {
    fn drop(&mut self) {
        self.tally.count(false, drop_each(&mut self.messages));
    }
}
