//! The end of an edge that adapts: what the adapter takes and what it gives may be of two types.

use std::future::Future;
use std::pin::Pin;

use crate::queue::adapt::{Adapt, made_of};
use crate::queue::channel::Refusal;
use crate::queue::sender::Sender;
use crate::worker::Worker;

/// Where a port leads whose messages are made into others on their way.
///
/// The type of those others is known to the consumer only, so this is the one place on the way of a
/// message where a call is dispatched at run time. It allocates only when the message has to wait.
pub(crate) trait Adapted<T>: Send + Sync {
    fn worker_name(&self) -> &str;

    /// Whether a message that cannot wait would find room.
    fn has_room(&self) -> bool;

    /// Adapts the message in `slot` and sends what that gives, unless the consumer refuses everything: then it stays
    /// there.
    fn send(&self, slot: &mut Option<T>, may_wait: bool) -> Result<Sent<'_>, Refusal>;
}

/// What became of what an adapter gave.
pub(crate) enum Sent<'a> {
    /// Whether the consumer accepted any of it, or there was none.
    Now(bool),
    /// There is no room for the rest.
    Later(Pin<Box<dyn Future<Output = bool> + Send + 'a>>),
}

/// An adapter, and the consumer behind it.
pub(crate) struct Adapter<A, W: Worker> {
    adapt: A,
    sender: Sender<W::Message>,
}

impl<A, W: Worker> Adapter<A, W> {
    pub(crate) fn new(adapt: A, sender: Sender<W::Message>) -> Self {
        Self { adapt, sender }
    }
}

impl<T, A, W> Adapted<T> for Adapter<A, W>
where
    T: Send + 'static,
    A: Adapt<T, W>,
    W: Worker,
{
    fn worker_name(&self) -> &str {
        self.sender.worker_name()
    }

    fn has_room(&self) -> bool {
        self.sender.has_room()
    }

    fn send(&self, slot: &mut Option<T>, may_wait: bool) -> Result<Sent<'_>, Refusal> {
        // Once it is adapted it cannot be given back.
        if self.sender.refuses() {
            return Err(Refusal::Closed);
        }
        let mut messages = made_of(&self.adapt, slot);
        let (mut any, mut lost) = (false, false);
        loop {
            let mut next = if messages.size_hint().0 > 1 {
                let (accepted, next) = self.sender.push_each(&mut messages);
                any |= accepted > 0;
                next
            } else {
                messages.next()
            };
            if next.is_none() {
                return Ok(Sent::Now(any || !lost));
            }
            match self.sender.try_post(&mut next) {
                Ok(()) => any = true,
                Err(Refusal::Full) if may_wait => {
                    return Ok(Sent::Later(send_each(&self.sender, next, messages, any)));
                }
                Err(Refusal::Full) => {
                    self.sender.refuse();
                    lost = true;
                }
                // Counted by the consumer already.
                Err(Refusal::Closed) => lost = true,
            }
        }
    }
}

/// Sends what has to wait. Returns whether any of it was accepted, or was before.
fn send_each<'a, M: Send + 'static>(
    sender: &'a Sender<M>,
    mut slot: Option<M>,
    mut messages: impl Iterator<Item = M> + Send + 'a,
    mut any: bool,
) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
    Box::pin(async move {
        while slot.is_some() {
            any |= sender.post(&mut slot).await.is_ok();
            slot = messages.next();
        }
        any
    })
}
