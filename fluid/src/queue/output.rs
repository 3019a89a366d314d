//! What a worker emits, and where it goes.

mod ask;
mod sending;
mod tally;
mod target;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use self::sending::Sending;
use self::tally::{Alone, UnderWay};
pub(crate) use self::tally::{Leaving, Tally};
use self::target::Target;
use crate::queue::adapt::Adapt;
use crate::queue::adapter::Adapter;
use crate::queue::output_buffer::{NotBuffered, OutputBuffer};
use crate::queue::sender::{MessageProducer, SendError, Sender, TrySendError, block_on};
use crate::sync::atomic::Ordering;
use crate::sync::lock::{briefly, unshared};
use crate::sync::yielding::yield_to;
use crate::sync::{Brief, BriefGuard};
use crate::time::stall::Pulse;

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
    /// What was sent and not handed over.
    buffer: Brief<OutputBuffer<T>>,
    /// Whether messages are kept there for a moment, because whoever makes the calls hands them over.
    gathers: bool,
    /// Of the life that sends here, if it must give signs of it.
    pulse: Option<Arc<Pulse>>,
    #[cfg(feature = "test-util")]
    pub(crate) tap: crate::test::Tap<T>,
}

impl<T> Output<T> {
    /// A port that leads nowhere, as a test of a plain function needs it.
    #[must_use]
    pub fn new() -> Self {
        Self::counted_by(Arc::default())
    }

    /// The same, counted in the place of another, which is for ports that are never sent through.
    pub(crate) fn counted_by(tally: Arc<Tally>) -> Self {
        Self {
            targets: Vec::new(),
            copy: None,
            discards: false,
            leads_elsewhere: false,
            tally,
            buffer: Brief::new(OutputBuffer::new()),
            gathers: false,
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
            buffer: Brief::new(OutputBuffer::new()),
            gathers: false,
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

    pub(crate) fn connect_with<M: Send + 'static>(
        &mut self,
        target: Sender<M>,
        adapt: impl Adapt<T, M>,
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
        self.hand_over();
        self.tally.emitted.load(Ordering::Relaxed)
    }

    /// How many messages no consumer accepted: they were refused, or cut off by a forced stop while they
    /// waited for room.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.hand_over();
        self.tally.unsent.load(Ordering::Relaxed)
    }

    pub(crate) fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    /// Lets what is sent here be a sign of life.
    pub(crate) fn give_pulse(&mut self, pulse: &Arc<Pulse>) {
        self.pulse = Some(Arc::clone(pulse));
    }

    /// Who is behind this port.
    pub(crate) fn consumers(&self) -> Vec<Box<str>> {
        let names = self
            .targets
            .iter()
            .map(|target| target.worker_name().into());
        names.collect()
    }

    /// Keeps messages for a moment from now on, if that makes no difference but in time. `consumers` are those
    /// behind all ports of the worker: one that gets messages from several of them gets each at once, so that they
    /// come in the order in which they were sent.
    pub(crate) fn gather(&mut self, consumers: &[Box<str>]) {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() || crate::test::is_shuffled() {
            return;
        }
        let ([Target::Queue(target)], None) = (&self.targets[..], &self.pulse) else {
            return;
        };
        let name = target.worker_name();
        let once = consumers.iter().filter(|other| ***other == *name).count() == 1;
        if once && target.gives_room() {
            self.gathers = true;
            unshared(&mut self.buffer).unless(target.awaited());
        }
    }

    /// Hands over what was sent and is still here.
    pub(crate) fn hand_over(&self) {
        if self.gathers
            && let [Target::Queue(target)] = &self.targets[..]
        {
            briefly(&self.buffer).end_turn(target, &self.tally);
        }
    }

    /// The same, for whoever has the port for itself.
    pub(crate) fn hand_over_unshared(&mut self) {
        if self.gathers
            && let [Target::Queue(target)] = &self.targets[..]
        {
            unshared(&mut self.buffer).end_turn(target, &self.tally);
        }
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
    fn send_now(
        &self,
        buffer: Option<BriefGuard<'_, OutputBuffer<T>>>,
        message: T,
    ) -> Result<(), T> {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() || crate::test::is_shuffled() {
            return Err(message);
        }
        let ([Target::Queue(target)], None) = (&self.targets[..], &self.pulse) else {
            return Err(message);
        };
        let Some(mut buffer) = buffer else {
            return self.post_alone(target, message);
        };
        match buffer.take(message, target, &self.tally) {
            Ok(()) => Ok(()),
            Err(NotBuffered::Later(message)) => Err(message),
            Err(NotBuffered::Alone(message)) => self.post_alone(target, message),
        }
    }

    /// What is kept here, if anything is to be.
    fn buffer(&self) -> Option<BriefGuard<'_, OutputBuffer<T>>> {
        self.gathers.then(|| briefly(&self.buffer))
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
        self.turn().await;
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
        self.hand_over();
        if let Some(pulse) = &self.pulse {
            pulse.report_progress();
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
            if !unshared(&mut self.buffer).keep(&mut message)
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
