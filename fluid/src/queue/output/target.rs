//! The other end of an edge.

use std::future::Future;
use std::sync::Arc;

use crate::queue::adapter::{Adapted, Sent};
use crate::queue::reply_slot::ReplySlots;
use crate::queue::send_error::{SendError, TrySendError};
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

    /// The name of the consumer in log records and error texts.
    pub(super) fn path(&self) -> Arc<str> {
        match self {
            Self::Queue(sender) => sender.path(),
            Self::Adapted(adapted) => adapted.path(),
        }
    }

    /// Where answers to questions that the consumer is sent are awaited.
    pub(super) fn reply_slots(&self) -> &ReplySlots {
        match self {
            Self::Queue(sender) => sender.reply_slots(),
            Self::Adapted(adapted) => adapted.reply_slots(),
        }
    }
}

impl<T: Send + 'static> Target<T> {
    /// Sends a message, and waits for room. Returns whether it was accepted: of one that an adapter had
    /// changed before it was refused, there is nothing to give back.
    pub(super) fn send(
        &self,
        message: T,
    ) -> impl Future<Output = Result<bool, SendError<T>>> + Send {
        async move {
            match self {
                Self::Queue(sender) => {
                    let sending = std::pin::pin!(sender.send(message));
                    sending.await.map(|()| true)
                }
                Self::Adapted(adapted) => match adapted.send(message, true)? {
                    Sent::Now(accepted) => Ok(accepted),
                    Sent::Later(rest) => Ok(rest.await),
                },
            }
        }
    }

    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self {
            Self::Queue(sender) => sender.try_send(message),
            Self::Adapted(adapted) if adapted.has_room() => match adapted.send(message, false) {
                Ok(_) => Ok(()),
                Err(refused) => Err(TrySendError::Closed(refused)),
            },
            Self::Adapted(adapted) => {
                let full = SendError::full(message, &adapted.path());
                Err(TrySendError::Full(full))
            }
        }
    }
}
