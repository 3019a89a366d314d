//! The other end of an edge.

use std::sync::Arc;

use crate::catch::DropCaught;
use crate::queue::adapter::{Adapted, Sent};
use crate::queue::channel::Refusal;
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
    /// Sends a message, and waits for room. Returns whether it was accepted. A refused message stays in its place,
    /// unless an adapter had changed it before: then this returns `Ok(false)`.
    pub(super) async fn send(&self, message: &mut Option<T>) -> Result<bool, Refusal> {
        match self {
            Self::Queue(sender) => sender.send_in_place(message).await.map(|()| true),
            Self::Adapted(adapted) => match adapted.send(message, true)? {
                Sent::Now(accepted) => Ok(accepted),
                Sent::Later(rest) => Ok(rest.await),
            },
        }
    }

    /// The error that gives back a message that the consumer refused.
    pub(super) fn error(&self, message: T, refusal: Refusal) -> SendError<T> {
        SendError::new(message, &self.path(), refusal)
    }

    pub(super) fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self {
            Self::Queue(sender) => sender.try_send(message),
            Self::Adapted(adapted) if adapted.has_room() => {
                let mut message = DropCaught::new(message);
                match adapted.send(message.slot(), false) {
                    Ok(_) => Ok(()),
                    Err(refusal) => {
                        let refused = self.error(message.take(), refusal);
                        Err(TrySendError::Closed(refused))
                    }
                }
            }
            Self::Adapted(_) => Err(TrySendError::Full(self.error(message, Refusal::Full))),
        }
    }
}
