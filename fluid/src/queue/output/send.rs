//! Sending messages through a port.

use std::future::Future;

use tokio::task::coop::consume_budget;

use super::Output;
use super::sending::Sending;
use super::tally::{Leaving, UnderWay};
use super::target::Target;
use crate::catch::{DropCaught, drop_caught};
use crate::queue::channel::Refusal;
use crate::queue::output_buffer::{NotBuffered, OutputBuffer};
use crate::queue::send_error::{SendError, TrySendError};
use crate::queue::sender::{MessageProducer, Sender};
use crate::sync::SpinMutexGuard;
use crate::sync::blocking::block_on;
use crate::sync::yielding::yield_to;
use crate::time::stall::StallMonitor;

impl<T: Send + 'static> Output<T> {
    /// Sends a message, and waits for room at each consumer that is full.
    ///
    /// A consumer that waits gets it at once; one that has others to handle, when this worker waits for anything, or
    /// has sent 64 messages more. So a function that computes for long after it has sent something should send it last, or
    /// let others have their turn ([`tokio::task::yield_now`]). What is sent through one port, and through all ports
    /// that lead to one consumer, arrives in the order in which it was sent.
    ///
    /// # Errors
    ///
    /// If every consumer behind the port refuses it, because it has ended. The error gives the
    /// message back. If the consumer ends after this has returned and before it got the message, the message counts as
    /// [`unsent`](Self::unsent).
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits, the consumers it still waited for do not get the
    /// message.
    #[inline]
    pub fn send(&self, message: T) -> impl Future<Output = Result<(), SendError<T>>> + Send {
        Sending::new(self, message, move |mut message| async move {
            let sent = self.send_in_place(message.slot()).await;
            sent.map_err(|refusal| self.targets[0].error(message.take(), refusal))
        })
    }

    /// Sends a message if there is room in the one queue to which it goes, through the buffer if messages are gathered
    /// there. Returns whether it was sent. Otherwise it stays in its place.
    #[inline(never)]
    pub(super) fn send_now(
        &self,
        buffer: Option<SpinMutexGuard<'_, OutputBuffer<T>>>,
        message: &mut Option<T>,
    ) -> bool {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() || crate::test::is_shuffled() {
            return false;
        }
        let ([Target::Queue(target)], None) = (&self.targets[..], &self.monitor) else {
            return false;
        };
        let Some(mut buffer) = buffer else {
            return self.post_alone(target, message);
        };
        let (taken, refused) = buffer.take(message, target, &self.tally);
        drop(buffer);
        refused.discard(target);
        match taken {
            Ok(()) => true,
            Err(NotBuffered::Later) => false,
            Err(NotBuffered::Alone) => self.post_alone(target, message),
        }
    }

    /// The buffer, if messages are gathered in it.
    fn buffer(&self) -> Option<SpinMutexGuard<'_, OutputBuffer<T>>> {
        self.gathers.then(|| self.buffer.lock())
    }

    fn post_alone(&self, target: &Sender<T>, message: &mut Option<T>) -> bool {
        let sent = target.push_now(message);
        self.tally.count(true, u64::from(sent));
        sent
    }

    /// Yields to other tasks if enough was sent in this turn, and hands over the buffer.
    async fn turn(&self) {
        let over = self.buffer().and_then(|mut buffer| buffer.end_if_spent());
        if let Some(others) = over {
            yield_to(others).await;
        }
        self.hand_over();
    }

    /// Sends a message that may have to wait. A refused message stays in its place. The first consumer refused it.
    pub(super) async fn send_in_place(&self, message: &mut Option<T>) -> Result<(), Refusal> {
        self.turn().await;
        let mut leaving = UnderWay {
            tally: &self.tally,
            accepted: false,
        };
        #[cfg(feature = "test-util")]
        let Some(copy) = self.tapped(message) else {
            leaving.accepted = true;
            return Ok(());
        };
        // A worker that waits for room has not stalled. If its consumer has, that is found there.
        let _idle = self.monitor.as_deref().map(StallMonitor::idle_guard);
        let sent = match &self.targets[..] {
            [] => {
                drop_caught(message.take());
                Ok(true)
            }
            [target] => target.send(message).await,
            [first, rest @ ..] => self.broadcast(first, rest, message, &mut leaving).await,
        };
        leaving.accepted |= matches!(sent, Ok(true));
        #[cfg(feature = "test-util")]
        if let Some(copy) = copy.filter(|_| leaving.accepted) {
            self.tap.keep(Some(*copy));
        }
        sent.map(drop)
    }

    /// Passes a message through the tap of a test. Returns `None` if the tap diverts it. Otherwise returns the copy for
    /// the tap, if it wants one, in a box, so that no send has room for it.
    #[cfg(feature = "test-util")]
    pub(crate) fn tapped(&self, message: &mut Option<T>) -> Option<Option<Box<T>>> {
        if !self.tap.is_set() {
            return Some(None);
        }
        self.pass(message)
    }

    #[cfg(feature = "test-util")]
    fn pass(&self, message: &mut Option<T>) -> Option<Option<Box<T>>> {
        let (passed, copy) = self.tap.pass(message.take()?)?;
        *message = Some(passed);
        Some(copy.map(Box::new))
    }

    /// Sends a message from a worker that may block its thread, as [`send`](Self::send) does from a
    /// task.
    ///
    /// # Errors
    ///
    /// As `send`.
    ///
    /// # Panics
    ///
    /// If it is called from an async task, whose thread must not block.
    pub fn blocking_send(&self, message: T) -> Result<(), SendError<T>> {
        block_on(self.send(message))
    }

    /// Sends a message if that needs no waiting.
    ///
    /// # Errors
    ///
    /// If a single consumer is full or has ended; the error gives the message back. With several
    /// consumers, if every one of them is.
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.hand_over();
        if let Some(monitor) = &self.monitor {
            monitor.progress();
        }
        #[cfg(feature = "test-util")]
        let Some((message, copy)) = self.tap.pass(message) else {
            self.tally.count(true, 1);
            return Ok(());
        };
        let sent = match &self.targets[..] {
            [] => {
                drop_caught(message);
                Ok(())
            }
            [target] => target.try_send(message),
            [first, rest @ ..] => self.try_broadcast(first, rest, message),
        };
        // What found no room was given back, to be sent again.
        if !matches!(sent, Err(TrySendError::Full(_))) {
            self.tally.count(sent.is_ok(), 1);
        }
        #[cfg(feature = "test-util")]
        self.tap.keep(copy.filter(|_| sent.is_ok()));
        sent
    }

    /// Sends each message. Returns how many every consumer refused.
    pub(crate) fn send_all(
        &self,
        messages: impl Iterator<Item = T> + Send,
    ) -> impl Future<Output = u64> + Send {
        let (mut next, mut messages) = (None, Some(messages));
        async move {
            #[cfg(feature = "test-util")]
            crate::test::perturb().await;
            let mut leaving = self.leave(&mut next, &mut messages);
            self.advance(&mut leaving);
            self.send_each(leaving).await
        }
    }

    /// Sends the next message, which may have to wait, and then those behind it. Returns how many were refused.
    pub(crate) async fn send_each(
        &self,
        mut leaving: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> u64 {
        let mut refused = 0;
        while leaving.next.is_some() {
            if !self.gathers {
                consume_budget().await;
            }
            let sent = self.send_in_place(leaving.next).await;
            refused += u64::from(sent.is_err());
            self.advance(&mut leaving);
        }
        refused
    }

    /// Drops the message that was next, if it was refused. Sends those behind it that need not wait.
    fn advance(&self, leaving: &mut Leaving<'_, impl Iterator<Item = T>>) {
        drop_caught(leaving.next.take());
        if let Some(rest) = leaving.rest {
            *leaving.next = self.send_ahead(rest);
        }
    }

    /// Sends what can be sent without waiting, under as few locks as there is room for. Returns the
    /// first message that has to wait, or may be refused.
    pub(crate) fn send_ahead(&self, messages: &mut impl Iterator<Item = T>) -> Option<T> {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() {
            return messages.next();
        }
        match &self.targets[..] {
            [] => {
                let discarded = messages.map(drop_caught).count();
                self.tally.count(true, discarded as u64);
                None
            }
            [Target::Queue(target)] => {
                self.hand_over();
                let mut next = None;
                let accepted = target.push_each(messages, &mut next);
                self.tally.count(true, accepted);
                next
            }
            _ => messages.next(),
        }
    }

    /// Like [`send_ahead`](Self::send_ahead), for a caller with exclusive access.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn send_ahead_unshared(
        &mut self,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T> {
        if messages.size_hint().0 > 1 {
            return self.send_ahead(messages);
        }
        loop {
            let mut message = Some(messages.next()?);
            if self.buffer.get_mut().keep(&mut message) {
                continue;
            }
            // Another place, so that a message that is kept is never written to memory before that.
            let mut left = message;
            if !self.send_now(self.buffer(), &mut left) {
                return left;
            }
        }
    }

    /// Sends a clone to each target but the first, which gets the message itself. The message is accepted as soon as one
    /// target has accepted it.
    async fn broadcast(
        &self,
        first: &Target<T>,
        rest: &[Target<T>],
        message: &mut Option<T>,
        leaving: &mut UnderWay<'_>,
    ) -> Result<bool, Refusal> {
        let mut copy = self.copy_place();
        for target in rest {
            self.copy(message, copy.slot());
            leaving.accepted |= target.send(copy.slot()).await == Ok(true);
            copy.clear();
        }
        self.buffer.lock().copy_place = Some(copy);
        match first.send(message).await {
            Err(_) if leaving.accepted => {
                drop_caught(message.take());
                Ok(true)
            }
            sent => sent.map(|accepted| accepted || leaving.accepted),
        }
    }

    /// Like [`broadcast`](Self::broadcast), but without waiting.
    fn try_broadcast(
        &self,
        first: &Target<T>,
        rest: &[Target<T>],
        message: T,
    ) -> Result<(), TrySendError<T>> {
        let mut message = DropCaught::new(message);
        let mut accepted = false;
        for target in rest {
            let mut copy = None;
            self.copy(message.slot(), &mut copy);
            let sent = copy.map(|copy| target.try_send(copy).map_err(drop_caught));
            accepted |= matches!(sent, Some(Ok(())));
        }
        match first.try_send(message.take()) {
            Err(refused) if accepted => {
                drop_caught(refused);
                Ok(())
            }
            sent => sent,
        }
    }

    /// A place for the copies of a broadcast, which its future has no room for. The port keeps it for the next broadcast,
    /// so that none allocates.
    fn copy_place(&self) -> Box<DropCaught<T>> {
        let kept = self.buffer.lock().copy_place.take();
        kept.unwrap_or_else(|| Box::new(DropCaught::empty()))
    }

    /// Clones a message to another place.
    fn copy(&self, message: &Option<T>, to: &mut Option<T>) {
        let copy = self
            .copy
            .expect("an edge that makes a second target says how to copy");
        *to = message.as_ref().map(copy);
    }
}

impl<T: Send + 'static> MessageProducer<T> for Output<T> {
    fn send(&self, message: T) -> impl Future<Output = Result<(), SendError<T>>> + Send {
        self.send(message)
    }

    fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.try_send(message)
    }
}
