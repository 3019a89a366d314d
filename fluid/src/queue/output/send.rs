//! Sending messages through a port.

use std::future::Future;

use super::Output;
use super::sending::Sending;
use super::tally::{Leaving, UnderWay};
use super::target::Target;
use crate::catch::{DropCaught, drop_caught};
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
        Sending {
            output: self,
            message: Some(message),
            later: |message| self.send_later(message),
            rest: None,
        }
    }

    /// Sends a message for which there is room in the one queue that it goes to; by way of the buffer, if messages are
    /// gathered there.
    #[inline(never)]
    pub(super) fn send_now(
        &self,
        buffer: Option<SpinMutexGuard<'_, OutputBuffer<T>>>,
        message: T,
    ) -> Result<(), T> {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() || crate::test::is_shuffled() {
            return Err(message);
        }
        let ([Target::Queue(target)], None) = (&self.targets[..], &self.monitor) else {
            return Err(message);
        };
        let Some(mut buffer) = buffer else {
            return self.post_alone(target, message);
        };
        let (taken, refused) = buffer.take(message, target, &self.tally);
        drop(buffer);
        refused.discard(target);
        match taken {
            Ok(()) => Ok(()),
            Err(NotBuffered::Later(message)) => Err(message),
            Err(NotBuffered::Alone(message)) => self.post_alone(target, message),
        }
    }

    /// What is kept here, if anything is to be.
    fn buffer(&self) -> Option<SpinMutexGuard<'_, OutputBuffer<T>>> {
        self.gathers.then(|| self.buffer.lock())
    }

    fn post_alone(&self, target: &Sender<T>, message: T) -> Result<(), T> {
        target.push_now(message)?;
        self.tally.count(true, 1);
        Ok(())
    }

    /// Lets others have their turn, if enough was sent in this one.
    async fn turn(&self) {
        let over = self.buffer().and_then(|mut buffer| buffer.end_if_spent());
        if let Some(others) = over {
            yield_to(others).await;
        }
        self.hand_over();
    }

    async fn send_later(&self, message: T) -> Result<(), SendError<T>> {
        let mut waiting = DropCaught::new(message);
        self.turn().await;
        let message = waiting.take();
        let mut leaving = UnderWay {
            tally: &self.tally,
            accepted: false,
        };
        #[cfg(feature = "test-util")]
        let Some((message, copy)) = self.tap.pass(message) else {
            leaving.accepted = true;
            return Ok(());
        };
        // Whoever waits for room lives; whether the one that should make it does is seen there.
        let _idle = self.monitor.as_deref().map(StallMonitor::idle_guard);
        let sent = match &self.targets[..] {
            [] => {
                drop_caught(message);
                Ok(true)
            }
            [target] => target.send(message).await,
            targets => self.broadcast(targets, message, &mut leaving).await,
        };
        leaving.accepted |= matches!(sent, Ok(true));
        #[cfg(feature = "test-util")]
        self.tap.keep(copy.filter(|_| leaving.accepted));
        sent.map(drop)
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
    pub(crate) async fn send_all(&self, messages: impl Iterator<Item = T> + Send) -> u64 {
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        let mut leaving = self.leave(messages);
        match self.send_ahead(&mut leaving) {
            Some(first) => self.send_each(first, &mut leaving).await,
            None => 0,
        }
    }

    /// Sends a message that may have to wait, and then those behind it. Returns how many were refused.
    pub(crate) async fn send_each(
        &self,
        mut message: T,
        rest: &mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> u64 {
        let mut refused = 0;
        loop {
            let sent = self.send(message).await;
            refused += u64::from(sent.map_err(drop_caught).is_err());
            match self.send_ahead(rest) {
                Some(next) => message = next,
                None => return refused,
            }
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
                let (accepted, next) = target.push_each(messages);
                self.tally.count(true, accepted);
                next
            }
            _ => messages.next(),
        }
    }

    /// The same, for whoever has the port for itself.
    #[inline(always)]
    pub(crate) fn send_ahead_unshared(
        &mut self,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T> {
        if messages.size_hint().0 > 1 {
            return self.send_ahead(messages);
        }
        loop {
            let mut message = Some(messages.next()?);
            if !self.buffer.get_mut().keep(&mut message)
                && let Some(Err(message)) =
                    message.map(|message| self.send_now(self.buffer(), message))
            {
                return Some(message);
            }
        }
    }

    /// Sends a clone to each target but the first, which gets the message itself. It is accepted once
    /// any of them has accepted it.
    async fn broadcast(
        &self,
        targets: &[Target<T>],
        message: T,
        leaving: &mut UnderWay<'_>,
    ) -> Result<bool, SendError<T>> {
        let [first, rest @ ..] = targets else {
            return Ok(true);
        };
        let mut message = DropCaught::new(message);
        for target in rest {
            let sent = target.send(self.copied(&message)).await;
            leaving.accepted |= sent.map_err(drop_caught).unwrap_or(false);
        }
        match first.send(message.take()).await {
            Err(refused) if !leaving.accepted => Err(refused),
            sent => Ok(sent.map_err(drop_caught).unwrap_or(false) || leaving.accepted),
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
            let sent = target.try_send(self.copied(&message));
            accepted |= sent.map_err(drop_caught).is_ok();
        }
        match first.try_send(message.take()) {
            Err(refused) if accepted => {
                drop_caught(refused);
                Ok(())
            }
            sent => sent,
        }
    }

    fn copied(&self, message: &T) -> T {
        let copy = self
            .copy
            .expect("an edge that makes a second target says how to copy");
        copy(message)
    }
}

impl<T: Send + 'static> MessageProducer<T> for Output<T> {
    async fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.send(message).await
    }

    fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.try_send(message)
    }
}
