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
    tally: Arc<Tally>,
}

impl<T> Output<T> {
    /// A port that leads nowhere, as a test of a plain function needs it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            targets: Vec::new(),
            copy: None,
            tally: Arc::default(),
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

    /// How many messages left through this port: some consumer accepted them, or they were thrown away
    /// on purpose.
    #[must_use]
    pub fn emitted(&self) -> u64 {
        self.tally.emitted.load(Ordering::Relaxed)
    }

    /// How many messages no consumer accepted: they were refused, or cut off by a forced stop while they
    /// waited for room.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.tally.unsent.load(Ordering::Relaxed)
    }

    pub(crate) fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }
}

/// What became of the messages of one port, as its worker sees it.
#[derive(Debug, Default)]
pub struct Tally {
    pub(crate) emitted: AtomicU64,
    pub(crate) unsent: AtomicU64,
}

impl Tally {
    fn count(&self, accepted: bool, messages: u64) {
        let counter = if accepted {
            &self.emitted
        } else {
            &self.unsent
        };
        counter.fetch_add(messages, Ordering::Relaxed);
    }
}

/// A message on its way, counted when it is over: also if a forced stop cuts it off.
struct Leaving<'a> {
    tally: &'a Tally,
    accepted: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.tally.count(self.accepted, 1);
    }
}

/// Messages that wait for their turn to leave. Those that never have it are unsent.
struct Rest<'a, I: Iterator> {
    messages: I,
    tally: &'a Tally,
}

impl<I: Iterator> Iterator for Rest<'_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.messages.next()
    }
}

impl<I: Iterator> Drop for Rest<'_, I> {
    fn drop(&mut self) {
        let rest = self.messages.by_ref().map(drop).count();
        self.tally.count(false, rest as u64);
    }
}

impl<T: Send + 'static> Output<T> {
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
        let mut leaving = Leaving {
            tally: &self.tally,
            accepted: false,
        };
        let sent = match &self.targets[..] {
            [] => Ok(()),
            [target] => target.send(message).await,
            targets => self.broadcast(targets, message, &mut leaving).await,
        };
        leaving.accepted |= sent.is_ok();
        sent
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
        // What found no room was given back, to be sent again.
        if !matches!(sent, Err(TrySendError::Full(_))) {
            self.tally.count(sent.is_ok(), 1);
        }
        sent
    }

    /// Sends each message. Returns how many every consumer refused.
    pub(crate) async fn send_each(&self, messages: impl Iterator<Item = T>) -> u64 {
        let mut rest = Rest {
            messages,
            tally: &self.tally,
        };
        let mut refused = 0;
        while let Some(message) = self.send_ahead(&mut rest) {
            refused += u64::from(self.send(message).await.is_err());
        }
        refused
    }

    /// Sends what can be sent without waiting, under as few locks as there is room for. Returns the
    /// first message that has to wait, or may be refused.
    fn send_ahead(&self, messages: &mut impl Iterator<Item = T>) -> Option<T> {
        match &self.targets[..] {
            [] => {
                self.tally.count(true, messages.map(drop).count() as u64);
                None
            }
            [target] => {
                let (accepted, next) = target.push_each(messages);
                self.tally.count(true, accepted);
                next
            }
            _ => messages.next(),
        }
    }

    /// Sends a clone to each target but the first, which gets the message itself. It is accepted once
    /// any of them has accepted it.
    async fn broadcast(
        &self,
        targets: &[Sender<T>],
        message: T,
        leaving: &mut Leaving<'_>,
    ) -> Result<(), SendError<T>> {
        let [first, rest @ ..] = targets else {
            return Ok(());
        };
        for target in rest {
            leaving.accepted |= target.send(self.copied(&message)).await.is_ok();
        }
        match first.send(message).await {
            Err(error) if !leaving.accepted => Err(error),
            _ => Ok(()),
        }
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
            .field("emitted", &self.emitted())
            .field("unsent", &self.unsent())
            .finish()
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
