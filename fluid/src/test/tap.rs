//! What leaves a port, collected.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use crate::sync::lock::lock;
use crate::sync::signal::wait_for;
use crate::sync::{Mutex, Notify};

/// What a worker emitted, in order: what [`Kit::collect`](crate::test::Kit::collect) and its like return.
pub struct Collected<T>(Arc<Shelf<T>>);

struct Shelf<T> {
    messages: Mutex<VecDeque<T>>,
    arrived: Notify,
}

impl<T> Collected<T> {
    pub(super) fn new() -> Self {
        Self(Arc::new(Shelf {
            messages: Mutex::default(),
            arrived: Notify::new(),
        }))
    }

    /// All that was emitted since the last look.
    #[must_use]
    pub fn take(&self) -> Vec<T> {
        std::mem::take(&mut *lock(&self.0.messages)).into()
    }

    /// The next message; waits until there is one. Cancel safe.
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

/// Where a port's messages leave besides its edges, or in place of them, if a test says so.
pub(crate) struct Tap<T>(Option<(Copying<T>, Arc<Shelf<T>>)>);

/// How to copy a message, if it goes on.
type Copying<T> = Option<fn(&T) -> T>;

impl<T> Default for Tap<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Tap<T> {
    pub(super) fn to(collected: &Collected<T>, copying: Copying<T>) -> Self {
        Self(Some((copying, Arc::clone(&collected.0))))
    }

    /// The same, for another lane of the same worker.
    pub(crate) fn share(&self) -> Self {
        let tap = self.0.as_ref();
        Self(tap.map(|(copying, shelf)| (*copying, Arc::clone(shelf))))
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// The message in `slot` is about to leave. Returns a copy to [`keep`](Self::keep) when it has left, or takes the
    /// message itself, if it leaves here. A copy is in a box, so that the future of every send is no larger for it.
    pub(crate) fn pass(&self, slot: &mut Option<T>) -> Option<Box<T>> {
        match &self.0 {
            Some((Some(copy), _)) => slot.as_ref().map(|message| Box::new(copy(message))),
            Some((None, _)) => {
                self.keep(slot.take().map(Box::new));
                None
            }
            None => None,
        }
    }

    pub(crate) fn keep(&self, message: Option<Box<T>>) {
        if let (Some((_, shelf)), Some(message)) = (&self.0, message) {
            lock(&shelf.messages).push_back(*message);
            shelf.arrived.notify_waiters();
        }
    }
}
