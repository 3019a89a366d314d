//! The other end of an edge.

use std::sync::Arc;

use crate::queue::adapter::{Adapted, Sent};
use crate::queue::channel::Refusal;
use crate::queue::sender::Sender;

/// Where the messages of a port go.
pub(super) enum Target<T> {
    Queue(Sender<T>),
    Adapted(Arc<dyn Adapted<T>>),
}

impl<T> Clone for Target<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Queue(sender) => Self::Queue(sender.clone()),
            Self::Adapted(adapted) => Self::Adapted(Arc::clone(adapted)),
        }
    }
}

impl<T> Target<T> {
    pub(super) fn worker_name(&self) -> &str {
        match self {
            Self::Queue(sender) => sender.worker_name(),
            Self::Adapted(adapted) => adapted.worker_name(),
        }
    }
}

impl<T: Send + 'static> Target<T> {
    /// Sends the message in `slot`, and waits for room. Returns whether it was accepted. One that is refused stays in
    /// its slot, but of one that an adapter had changed before, there is nothing to give back.
    pub(super) async fn post(&self, slot: &mut Option<T>) -> Result<bool, Refusal> {
        match self {
            Self::Queue(sender) => sender.post(slot).await.map(|()| true),
            Self::Adapted(adapted) => match adapted.send(slot, true)? {
                Sent::Now(accepted) => Ok(accepted),
                Sent::Later(rest) => Ok(rest.await),
            },
        }
    }

    /// Sends the message in `slot` if that needs no waiting. One that is refused stays there.
    pub(super) fn try_post(&self, slot: &mut Option<T>) -> Result<(), Refusal> {
        match self {
            Self::Queue(sender) => sender.try_post(slot),
            Self::Adapted(adapted) if adapted.has_room() => adapted.send(slot, false).map(drop),
            Self::Adapted(_) => Err(Refusal::Full),
        }
    }
}
