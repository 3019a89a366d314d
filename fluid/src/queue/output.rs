//! The output ports of a worker.

mod ask;
mod send;
mod sending;
mod tally;
mod target;

use std::fmt;
use std::sync::Arc;

use self::tally::Alone;
pub(crate) use self::tally::{Leaving, Tally};
use self::target::Target;
use crate::queue::adapter::Adapt;
use crate::queue::adapter::Adapter;
use crate::queue::output_buffer::OutputBuffer;
use crate::queue::sender::Sender;
use crate::sync::SpinMutex;
use crate::sync::atomic::Ordering;
use crate::time::stall::StallMonitor;

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
    /// The messages that were sent and not handed over.
    buffer: SpinMutex<OutputBuffer<T>>,
    /// Whether messages are buffered. The loop that makes the calls hands them over.
    gathers: bool,
    /// The stall monitor of the lane that sends here.
    monitor: Option<Arc<StallMonitor>>,
    #[cfg(feature = "test-util")]
    pub(crate) tap: crate::test::Tap<T>,
}

impl<T> Output<T> {
    /// A port that leads nowhere, as a test of a plain function needs it.
    #[must_use]
    pub fn new() -> Self {
        Self::counted_by(Arc::default())
    }

    /// A port that counts in the tally of another one.
    pub(crate) fn counted_by(tally: Arc<Tally>) -> Self {
        Self {
            targets: Vec::new(),
            copy: None,
            discards: false,
            leads_elsewhere: false,
            tally,
            buffer: SpinMutex::new(OutputBuffer::new()),
            gathers: false,
            monitor: None,
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
            buffer: SpinMutex::new(OutputBuffer::new()),
            gathers: false,
            monitor: None,
            #[cfg(feature = "test-util")]
            tap: self.tap.share(),
        }
    }

    pub(crate) fn discard(&mut self) {
        self.discards = true;
    }

    /// Whether an edge starts here. It may lead nowhere (`=> _`).
    pub(crate) fn is_wired(&self) -> bool {
        self.discards || !self.targets.is_empty()
    }

    pub(crate) const fn has_targets(&self) -> bool {
        !self.targets.is_empty()
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

    /// Makes each send through this port progress.
    pub(crate) fn set_monitor(&mut self, monitor: &Arc<StallMonitor>) {
        self.monitor = Some(Arc::clone(monitor));
    }

    /// The names of the consumers behind this port.
    pub(crate) fn consumers(&self) -> Vec<Box<str>> {
        let names = self
            .targets
            .iter()
            .map(|target| target.worker_name().into());
        names.collect()
    }

    /// Buffers messages from now on, if that changes nothing but their time. `consumers` are the consumers behind all ports
    /// of the worker. A consumer behind several ports gets each message at once, so that messages arrive in the order in
    /// which they were sent.
    pub(crate) fn gather(&mut self, consumers: &[Box<str>]) {
        #[cfg(feature = "test-util")]
        if self.tap.is_set() || crate::test::is_shuffled() {
            return;
        }
        let ([Target::Queue(target)], None) = (&self.targets[..], &self.monitor) else {
            return;
        };
        let name = target.worker_name();
        let once = consumers.iter().filter(|other| ***other == *name).count() == 1;
        if once && target.grants_credit() {
            self.gathers = true;
            self.buffer.get_mut().buffer_unless(target.awaited());
        }
    }

    /// Hands over the buffered messages.
    pub(crate) fn hand_over(&self) {
        if self.gathers
            && let [Target::Queue(target)] = &self.targets[..]
        {
            let refused = self.buffer.lock().end_turn(target, &self.tally);
            refused.discard(target);
        }
    }

    /// Like [`hand_over`](Self::hand_over), without a lock.
    pub(crate) fn hand_over_unshared(&mut self) {
        if self.gathers
            && let [Target::Queue(target)] = &self.targets[..]
        {
            let refused = self.buffer.get_mut().end_turn(target, &self.tally);
            refused.discard(target);
        }
    }

    /// Messages that leave now, one after the other.
    pub(crate) fn leave<'a, I: Iterator<Item = T>>(
        &'a self,
        next: &'a mut Option<T>,
        rest: &'a mut Option<I>,
    ) -> Leaving<'a, I> {
        Leaving {
            next,
            rest,
            tally: &self.tally,
        }
    }

    /// Counts a message that does not leave over an edge of this port.
    pub(crate) fn leave_alone(&self) -> Alone<'_> {
        Alone {
            tally: &self.tally,
            accepted: false,
        }
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
