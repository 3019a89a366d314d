//! What a worker emits, and where it goes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::queue::sender::{MessageProducer, SendError, Sender, TrySendError, block_on};

/// An output port: the worker sends into it, and the group's edges say where that goes.
///
/// A function marked `#[worker]` or `#[consumer]` has one for each `&Output<T>` parameter, named
/// like the parameter, besides its return value. With no edge, or the edge `=> _`, what is sent is
/// thrown away. With several, each consumer gets a clone.
///
/// ```
/// use fluid::{consumer, Output};
///
/// /// Sorts numbers; what is none goes to the port `rejected`.
/// #[consumer]
/// async fn parse(text: String, rejected: &Output<String>) -> Option<i64> {
///     match text.parse() {
///         Ok(number) => Some(number),
///         Err(_) => {
///             // Refused only if the consumer behind the port has failed.
///             let _ = rejected.send(text).await;
///             None
///         }
///     }
/// }
/// ```
pub struct Output<T> {
    targets: Vec<Sender<T>>,
    /// How to copy a message, known once there are two targets.
    copy: Option<fn(&T) -> T>,
    sent: Arc<AtomicU64>,
}

impl<T> Output<T> {
    /// A port that leads nowhere, as a test of a plain function needs it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            targets: Vec::new(),
            copy: None,
            sent: Arc::default(),
        }
    }

    pub(crate) fn connect(&mut self, target: Sender<T>) {
        assert!(
            self.targets.is_empty() || self.copy.is_some(),
            "an edge to `{}` starts here already: call `broadcast` first, so that each gets a clone",
            self.targets[0].worker_name()
        );
        self.targets.push(target);
    }

    /// Lets several targets each get a clone.
    pub(crate) fn copies(&mut self)
    where
        T: Clone,
    {
        self.copy = Some(T::clone);
    }

    /// How many messages left through this port: accepted or refused by the consumers behind it.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sent)
    }

    fn count(&self, messages: u64) {
        self.sent.fetch_add(messages, Ordering::Relaxed);
    }
}

impl<T: Send> Output<T> {
    /// Sends a message, and waits for room at each consumer that is full.
    ///
    /// # Errors
    ///
    /// If every consumer behind the port refuses it, because it has ended. The error gives the
    /// message back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits, the consumers it still waited for do not get the
    /// message.
    pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
        // Counted after the wait, in which a forced stop may drop this future and the message.
        match &self.targets[..] {
            [] => {
                self.count(1);
                Ok(())
            }
            [target] => {
                let sent = target.send(message).await;
                self.count(1);
                sent
            }
            targets => self.broadcast(targets, message).await,
        }
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
        let sent = match &self.targets[..] {
            [] => Ok(()),
            [target] => target.try_send(message),
            [first, rest @ ..] => {
                let copies = rest
                    .iter()
                    .map(|target| target.try_send(self.copied(&message)));
                let accepted = copies.filter(Result::is_ok).count() > 0;
                first
                    .try_send(message)
                    .or_else(|error| if accepted { Ok(()) } else { Err(error) })
            }
        };
        if !matches!(sent, Err(TrySendError::Full(_))) {
            self.count(1);
        }
        sent
    }

    /// Sends each message. Returns how many every consumer refused.
    pub(crate) async fn send_each(&self, messages: impl Iterator<Item = T>) -> u64 {
        match &self.targets[..] {
            [] => {
                self.count(messages.map(drop).count() as u64);
                0
            }
            [target] => target.send_each(messages, |sent| self.count(sent)).await,
            targets => {
                let mut refused = 0;
                for message in messages {
                    refused += u64::from(self.broadcast(targets, message).await.is_err());
                }
                refused
            }
        }
    }

    async fn broadcast(&self, targets: &[Sender<T>], message: T) -> Result<(), SendError<T>> {
        let [first, rest @ ..] = targets else {
            return Ok(());
        };
        let mut accepted = false;
        for (place, target) in rest.iter().enumerate() {
            accepted |= target.send(self.copied(&message)).await.is_ok();
            if place == 0 {
                self.count(1);
            }
        }
        first
            .send(message)
            .await
            .or_else(|error| if accepted { Ok(()) } else { Err(error) })
    }

    fn copied(&self, message: &T) -> T {
        let copy = self
            .copy
            .expect("an edge that makes a second target says how to copy");
        copy(message)
    }
}

impl<T> Default for Output<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let targets = self
            .targets
            .iter()
            .map(Sender::worker_name)
            .collect::<Vec<_>>();
        f.debug_struct("Output")
            .field("targets", &targets)
            .field("sent", &self.sent())
            .finish()
    }
}

impl<T: Send> MessageProducer<T> for Output<T> {
    async fn send(&self, message: T) -> Result<(), SendError<T>> {
        self.send(message).await
    }

    fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.try_send(message)
    }
}
