//! Adapters: what an edge makes of a message, and the end of such an edge.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::catch::{DropEach, drop_caught};
use crate::queue::reply_slot::ReplySlots;
use crate::queue::send_error::{SendError, TrySendError};
use crate::queue::sender::Sender;

/// What an edge makes of each `T` that is sent over it: none, one or several of `M`.
pub trait Adapt<T, M>: Send + Sync + 'static {
    /// Whether it is never several.
    const AT_MOST_ONE: bool;

    fn adapt(&self, message: T) -> impl Iterator<Item = M> + Send + use<Self, T, M>;
}

/// The message itself: the consumer takes what is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Straight;

impl<M: Send> Adapt<M, M> for Straight {
    const AT_MOST_ONE: bool = true;

    fn adapt(&self, message: M) -> impl Iterator<Item = M> + Send + use<M> {
        std::iter::once(message)
    }
}

/// Where a port leads whose messages are made into others on their way.
///
/// The type of those others is known to the consumer only, so this is the one place on the way of a
/// message where a call is dispatched at run time. It allocates only when the message has to wait.
pub(crate) trait Adapted<T>: Send + Sync {
    fn worker_name(&self) -> &str;

    /// The name of the consumer in log records and error texts.
    fn path(&self) -> Arc<str>;

    /// Where answers to questions that the consumer is sent are awaited.
    fn reply_slots(&self) -> &ReplySlots;

    /// Whether a message that cannot wait would find room.
    fn has_room(&self) -> bool;

    /// Adapts a message and sends what that gives, unless the consumer refuses everything.
    fn send(&self, message: T, may_wait: bool) -> Result<Sent<'_>, SendError<T>>;
}

/// What became of what an adapter gave.
pub(crate) enum Sent<'a> {
    /// Whether the consumer accepted any of it, or there was none.
    Now(bool),
    /// There is no room for the rest.
    Later(Pin<Box<dyn Future<Output = bool> + Send + 'a>>),
}

/// An adapter, and the consumer behind it.
pub(crate) struct Adapter<A, M> {
    adapt: A,
    sender: Sender<M>,
}

impl<A, M> Adapter<A, M> {
    pub(crate) fn new(adapt: A, sender: Sender<M>) -> Self {
        Self { adapt, sender }
    }
}

impl<T, A, M> Adapted<T> for Adapter<A, M>
where
    T: Send + 'static,
    A: Adapt<T, M>,
    M: Send + 'static,
{
    fn worker_name(&self) -> &str {
        self.sender.worker_name()
    }

    fn path(&self) -> Arc<str> {
        self.sender.path()
    }

    fn reply_slots(&self) -> &ReplySlots {
        self.sender.reply_slots()
    }

    fn has_room(&self) -> bool {
        self.sender.has_room()
    }

    fn send(&self, message: T, may_wait: bool) -> Result<Sent<'_>, SendError<T>> {
        // Once it is adapted it cannot be given back.
        let message = self.sender.unless_closed(message)?;
        let mut messages = DropEach(self.adapt.adapt(message));
        let (mut any, mut lost) = (false, false);
        loop {
            let (accepted, next) = self.sender.push_each(&mut messages);
            any |= accepted > 0;
            let Some(message) = next else {
                return Ok(Sent::Now(any || !lost));
            };
            match self.sender.try_send(message) {
                Ok(()) => any = true,
                Err(TrySendError::Full(full)) if may_wait => {
                    let rest = DropEach(std::iter::once(full.message).chain(messages));
                    return Ok(Sent::Later(Box::pin(send_each(&self.sender, rest, any))));
                }
                Err(refused) => {
                    // A closed queue has counted it already.
                    if matches!(refused, TrySendError::Full(_)) {
                        self.sender.refuse();
                    }
                    drop_caught(refused);
                    lost = true;
                }
            }
        }
    }
}

/// Sends what has to wait. Returns whether any of it was accepted, or was before.
async fn send_each<M: Send + 'static>(
    sender: &Sender<M>,
    messages: impl Iterator<Item = M> + Send,
    mut any: bool,
) -> bool {
    for message in messages {
        any |= sender.send(message).await.map_err(drop_caught).is_ok();
    }
    any
}
