//! Adapters: what an edge makes of a message, and the end of such an edge.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::catch::{DropCaught, DropEach};
use crate::queue::channel::Refusal;
use crate::queue::reply_slot::ReplySlots;
use crate::queue::sender::Sender;

/// What an edge makes of each `T` that is sent over it: none, one or several of `M`.
pub(crate) trait Adapt<T, M>: Send + Sync + 'static {
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

/// The end of an edge with an adapter.
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

    /// Adapts a message and sends what that gives. If the consumer refuses everything, the message stays in its place.
    fn send(&self, message: &mut Option<T>, may_wait: bool) -> Result<Sent<'_>, Refusal>;
}

/// What became of what an adapter gave.
pub(crate) enum Sent<'a> {
    /// Whether the consumer accepted any of it, or there was none.
    Now(bool),
    /// There is no room for the rest.
    Later(SendsLater<'a>),
}

/// Sends what has to wait. Returns whether the consumer accepted any of it.
type SendsLater<'a> = Pin<Box<dyn Future<Output = bool> + Send + 'a>>;

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

impl<A, M: Send> Adapter<A, M> {
    fn adapted<T>(
        &self,
        message: &mut Option<T>,
    ) -> DropEach<impl Iterator<Item = M> + Send + use<A, M, T>>
    where
        A: Adapt<T, M>,
    {
        let message = message.take().expect("a message is sent once");
        DropEach(self.adapt.adapt(message))
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

    fn send(&self, message: &mut Option<T>, may_wait: bool) -> Result<Sent<'_>, Refusal> {
        // An adapted message cannot be given back.
        if !self.sender.admits() {
            return Err(Refusal::Closed);
        }
        let mut messages = self.adapted(message);
        let (mut any, mut lost) = (false, false);
        let mut next = DropCaught::<M>::empty();
        loop {
            any |= self.sender.push_each(&mut messages, next.slot()) > 0;
            if next.slot().is_none() {
                return Ok(Sent::Now(any || !lost));
            }
            match self.sender.push(next.slot()) {
                Ok(()) => any = true,
                Err(Refusal::Full) if may_wait => {
                    return Ok(Sent::Later(send_each(&self.sender, next, messages, any)));
                }
                Err(refusal) => {
                    // A closed queue has counted it already.
                    if refusal == Refusal::Full {
                        self.sender.refuse();
                    }
                    next.clear();
                    lost = true;
                }
            }
        }
    }
}

/// Sends the message `next` and the others, which have to wait. Returns whether any of them was accepted, or was before.
fn send_each<'a, M: Send + 'static>(
    sender: &'a Sender<M>,
    mut next: DropCaught<M>,
    mut messages: impl Iterator<Item = M> + Send + 'a,
    mut any: bool,
) -> SendsLater<'a> {
    Box::pin(async move {
        while next.slot().is_some() {
            any |= sender.send_in_place(next.slot()).await.is_ok();
            next.clear();
            *next.slot() = messages.next();
        }
        any
    })
}
