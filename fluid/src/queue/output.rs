//! What a worker emits, and where it goes.

use std::fmt;
use std::sync::Arc;

use crate::adapt::Adapt;
use crate::pulse::Pulse;
use crate::queue::adapted::{Adapted, Adapter, Sent};
use crate::queue::sender::{MessageProducer, SendError, Sender, TrySendError, block_on};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::worker::Worker;

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
    targets: Vec<Target<T>>,
    /// How to copy a message, known once there are two targets.
    copy: Option<fn(&T) -> T>,
    /// Whether what is sent here is thrown away on purpose.
    discards: bool,
    /// Whether a fused edge starts here, so that nothing is sent through the port itself.
    leads_elsewhere: bool,
    tally: Arc<Tally>,
    /// Of the life that sends here, if it must give signs of it.
    pulse: Option<Arc<Pulse>>,
    #[cfg(feature = "test-util")]
    pub(crate) tap: crate::test::Tap<T>,
}

/// The other end of an edge.
enum Target<T> {
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
    fn worker_name(&self) -> &str {
        match self {
            Self::Queue(sender) => sender.worker_name(),
            Self::Adapted(adapted) => adapted.worker_name(),
        }
    }
}

impl<T: Send + 'static> Target<T> {
    /// Sends a message, and waits for room. Returns whether it was accepted: of one that an adapter had
    /// changed before it was refused, there is nothing to give back.
    async fn send(&self, message: T) -> Result<bool, SendError<T>> {
        match self {
            Self::Queue(sender) => sender.send(message).await.map(|()| true),
            Self::Adapted(adapted) => match adapted.send(message, true)? {
                Sent::Now(accepted) => Ok(accepted),
                Sent::Later(rest) => Ok(rest.await),
            },
        }
    }

    fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        match self {
            Self::Queue(sender) => sender.try_send(message),
            Self::Adapted(adapted) if adapted.has_room() => match adapted.send(message, false) {
                Ok(_) => Ok(()),
                Err(refused) => Err(TrySendError::Closed(refused)),
            },
            Self::Adapted(adapted) => {
                let full = SendError::full(message, adapted.worker_name());
                Err(TrySendError::Full(full))
            }
        }
    }
}

impl<T> Output<T> {
    /// A port that leads nowhere, as a test of a plain function needs it.
    #[must_use]
    pub fn new() -> Self {
        Self {
            targets: Vec::new(),
            copy: None,
            discards: false,
            leads_elsewhere: false,
            tally: Arc::default(),
            pulse: None,
            #[cfg(feature = "test-util")]
            tap: crate::test::Tap::default(),
        }
    }

    /// The same port, for another lane of the same worker.
    pub(crate) fn share(&self) -> Self {
        Self {
            targets: self.targets.clone(),
            copy: self.copy,
            discards: self.discards,
            leads_elsewhere: self.leads_elsewhere,
            tally: Arc::clone(&self.tally),
            pulse: None,
            #[cfg(feature = "test-util")]
            tap: self.tap.share(),
        }
    }

    pub(crate) fn discard(&mut self) {
        self.discards = true;
    }

    /// Whether an edge starts here, be it to nowhere.
    pub(crate) fn is_wired(&self) -> bool {
        self.discards || !self.targets.is_empty()
    }

    pub(crate) fn connect(&mut self, target: Sender<T>) {
        self.push(Target::Queue(target));
    }

    pub(crate) fn connect_with<W: Worker>(
        &mut self,
        target: Sender<W::Message>,
        adapt: impl Adapt<T, W>,
    ) where
        T: Send + 'static,
    {
        self.push(Target::Adapted(Arc::new(Adapter::new(adapt, target))));
    }

    fn push(&mut self, target: Target<T>) {
        assert!(
            !self.leads_elsewhere,
            "a fused edge starts here already, and that is the only edge from its output"
        );
        assert!(
            self.targets.is_empty() || self.copy.is_some(),
            "an edge to `{}` starts here already: call `broadcast` first, so that each gets a clone",
            self.targets[0].worker_name()
        );
        self.targets.push(target);
    }

    /// Lets a fused edge start here.
    pub(crate) fn lead_elsewhere(&mut self) {
        if let Some(target) = self.targets.first() {
            panic!(
                "an edge to `{}` starts here already, and a fused edge is the only one from its output",
                target.worker_name()
            );
        }
        assert!(!self.leads_elsewhere, "a fused edge starts here already");
        self.leads_elsewhere = true;
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

    /// Lets what is sent here be a sign of life.
    pub(crate) fn give_pulse(&mut self, pulse: &Arc<Pulse>) {
        self.pulse = Some(Arc::clone(pulse));
    }

    /// Messages that leave now, one after the other.
    pub(crate) fn leave<I: Iterator<Item = T>>(&self, messages: I) -> Leaving<'_, I> {
        Leaving {
            messages,
            tally: &self.tally,
        }
    }

    /// A message that leaves by another way than this port's edges.
    pub(crate) fn leave_alone(&self) -> Alone<'_> {
        Alone {
            tally: &self.tally,
            accepted: false,
        }
    }
}

/// What became of the messages of one port, as its worker sees it.
#[derive(Debug, Default)]
pub struct Tally {
    pub(crate) emitted: AtomicU64,
    pub(crate) unsent: AtomicU64,
}

impl Tally {
    fn counter(&self, accepted: bool) -> &AtomicU64 {
        if accepted {
            &self.emitted
        } else {
            &self.unsent
        }
    }

    fn count(&self, accepted: bool, messages: u64) {
        if messages > 0 {
            self.counter(accepted)
                .fetch_add(messages, Ordering::Relaxed);
        }
    }
}

/// A message on its way, counted when it is over: also if a forced stop cuts it off.
struct UnderWay<'a> {
    tally: &'a Tally,
    accepted: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.tally.count(self.accepted, 1);
    }
}

/// The same by a way on which nobody else sends: so it is counted by a plain store.
pub(crate) struct Alone<'a> {
    tally: &'a Tally,
    accepted: bool,
}

impl Alone<'_> {
    /// The message was accepted.
    pub(crate) fn accepted(&mut self) {
        self.accepted = true;
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        let counter = self.tally.counter(self.accepted);
        counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }
}

/// Messages that wait for their turn to leave. Those that never have it are unsent.
#[derive(Debug)]
pub struct Leaving<'a, I: Iterator> {
    messages: I,
    tally: &'a Tally,
}

impl<I: Iterator> Iterator for Leaving<'_, I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.messages.next()
    }
}

impl<I: Iterator> Drop for Leaving<'_, I> {
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
        match self.send_now(message) {
            Ok(()) => Ok(()),
            Err(message) => self.send_later(message).await,
        }
    }

    /// Sends a message for which there is room in the one queue that it goes to.
    fn send_now(&self, message: T) -> Result<(), T> {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() || crate::test::is_shuffled() {
            return Err(message);
        }
        let ([Target::Queue(target)], None) = (&self.targets[..], &self.pulse) else {
            return Err(message);
        };
        target.push_now(message)?;
        self.tally.count(true, 1);
        Ok(())
    }

    async fn send_later(&self, message: T) -> Result<(), SendError<T>> {
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
        let _rest = self.pulse.as_deref().map(Pulse::rest);
        let sent = match &self.targets[..] {
            [] => Ok(true),
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
        if let Some(pulse) = &self.pulse {
            pulse.beat();
        }
        #[cfg(feature = "test-util")]
        let Some((message, copy)) = self.tap.pass(message) else {
            self.tally.count(true, 1);
            return Ok(());
        };
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
            refused += u64::from(self.send(message).await.is_err());
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
                self.tally.count(true, messages.map(drop).count() as u64);
                None
            }
            [Target::Queue(target)] => {
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
        targets: &[Target<T>],
        message: T,
        leaving: &mut UnderWay<'_>,
    ) -> Result<bool, SendError<T>> {
        let [first, rest @ ..] = targets else {
            return Ok(true);
        };
        for target in rest {
            leaving.accepted |= matches!(target.send(self.copied(&message)).await, Ok(true));
        }
        match first.send(message).await {
            Err(error) if !leaving.accepted => Err(error),
            sent => Ok(leaving.accepted || matches!(sent, Ok(true))),
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
            .map(Target::worker_name)
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
