//! Collects the messages that leave a port.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::sync::flag::wait_for;
use crate::sync::lock::lock;
use crate::sync::{Mutex, Notify};

/// The messages that a worker emitted, in order. Returned by [`Kit::collect`](crate::test::Kit::collect) and
/// similar methods.
pub struct Collected<T>(Arc<CollectedQueue<T>>);

struct CollectedQueue<T> {
    messages: Mutex<VecDeque<T>>,
    arrived: Notify,
}

impl<T> Collected<T> {
    pub(super) fn new() -> Self {
        Self(Arc::new(CollectedQueue {
            messages: Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    /// Takes all messages that were collected since the last call.
    #[must_use]
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *lock(&self.0.messages)).into()
    }

    /// Takes the next message, and waits until there is one. Cancel safe.
    pub async fn next(&self) -> T {
        wait_for(&self.0.arrived, || lock(&self.0.messages).pop_front()).await
    }
}

impl<T> fmt::Debug for Collected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Collected")
            .field("messages", &lock(&self.0.messages).len())
            .finish()
    }
}

/// Copies or diverts the messages of a port for a kit, if it is set.
pub(crate) struct Tap<T>(Option<(CloneFn<T>, Arc<CollectedQueue<T>>)>);

/// Clones a message that is also sent on. `None` if messages are diverted.
type CloneFn<T> = Option<fn(&T) -> T>;

impl<T> Default for Tap<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Tap<T> {
    pub(super) fn to(collected: &Collected<T>, clone: CloneFn<T>) -> Self {
        Self(Some((clone, Arc::clone(&collected.0))))
    }

    /// A tap with the same target, for another lane of the worker.
    pub(crate) fn share(&self) -> Self {
        let tap = self.0.as_ref();
        Self(tap.map(|(clone, queue)| (*clone, Arc::clone(queue))))
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Called before a message leaves. Returns the message and a copy to [`keep`](Self::keep) after it has left.
    /// Returns `None` if the message is diverted.
    pub(crate) fn pass(&self, message: T) -> Option<(T, Option<T>)> {
        match &self.0 {
            None => Some((message, None)),
            Some((Some(copy), _)) => {
                let copy = copy(&message);
                Some((message, Some(copy)))
            }
            Some((None, _)) => {
                self.keep(Some(message));
                None
            }
        }
    }

    pub(crate) fn keep(&self, message: Option<T>) {
        if let (Some((_, queue)), Some(message)) = (&self.0, message) {
            lock(&queue.messages).push_back(message);
            queue.arrived.notify_waiters();
        }
    }
}
