//! Being told when something on this thread comes to rest.

use std::cell::RefCell;
use std::sync::Arc;

use crate::sync::Notify;

thread_local! {
    /// Told when something comes to rest, if anyone has ever asked.
    static RESTED: RefCell<Option<Arc<Notify>>> = const { RefCell::new(None) };
}

/// Something that was under way is over: a consumer waits for its next message, a call has ended, a state has changed.
pub(crate) fn rested() {
    RESTED.with_borrow(|rested| {
        if let Some(rested) = rested {
            rested.notify_waiters();
        }
    });
}

/// Notified by each [`rested`] on this thread.
pub(super) fn rests() -> Arc<Notify> {
    RESTED.with_borrow_mut(|rested| Arc::clone(rested.get_or_insert_default()))
}
