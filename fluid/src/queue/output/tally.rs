//! Counts the messages of one port.

use crate::catch::{drop_caught, drop_each};
use crate::sync::atomic::{AtomicU64, Ordering};

/// How many messages of one port were accepted, and how many were not.
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

/// A message that is being sent. It is counted when this is dropped, also if a forced stop cuts the send off.
pub(super) struct UnderWay<'a> {
    pub(super) tally: &'a Tally,
    pub(super) accepted: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.tally.count(self.accepted, 1);
    }
}

/// Like [`UnderWay`], for a port through which only one task sends, so a plain store counts the message.
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

/// Messages that are sent one after the other. They stay where their sender keeps them. Those that are left at the end
/// are unsent.
pub struct Leaving<'a, I: Iterator> {
    /// The message that is sent next.
    pub(crate) next: &'a mut Option<I::Item>,
    pub(super) rest: &'a mut Option<I>,
    pub(super) tally: &'a Tally,
}

impl<I: Iterator> Leaving<'_, I> {
    /// Drops the message that was next, if it was refused, and takes the one behind it.
    pub(crate) fn advance(&mut self) {
        drop_caught(self.next.take());
        *self.next = self.rest.as_mut().and_then(Iterator::next);
    }
}

impl<I: Iterator> std::fmt::Debug for Leaving<'_, I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leaving").finish_non_exhaustive()
    }
}

impl<I: Iterator> Drop for Leaving<'_, I> {
    fn drop(&mut self) {
        drop_caught(self.next.take());
        if let Some(rest) = self.rest {
            self.tally.count(false, drop_each(rest));
        }
    }
}
