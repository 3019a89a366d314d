//! Notifications that an activity on this thread has ended.

use std::cell::RefCell;
use std::sync::Arc;

use crate::sync::Notify;

thread_local! {
    /// Notified when an activity ends. Set when it is first awaited.
    static RESTED: RefCell<Option<Arc<Notify>>> = const { RefCell::new(None) };
}

/// Reports that an activity has ended: a consumer waits for its next message, a call has ended, or a state has
/// changed.
pub(crate) fn rested() {
    RESTED.with_borrow(|rested| {
        if let Some(rested) = rested {
            rested.notify_waiters();
        }
    });
}

/// The `Notify` that each call of [`rested`] on this thread notifies.
pub(super) fn rests() -> Arc<Notify> {
    RESTED.with_borrow_mut(|rested| Arc::clone(rested.get_or_insert_default()))
}
