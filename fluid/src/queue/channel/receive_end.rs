//! The consumer's end of a channel.

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use tokio::task::coop::consume_budget;

use super::batch::Gathering;
use super::beside::Beside;
use super::consumer_requests::SeenRequests;
use super::{Channel, Gate};
use crate::catch::drop_each;
use crate::queue::discard;
use crate::report::ledger::Progress;
use crate::sync::lock::lock;
use crate::sync::yielding::Turns;
use crate::time::run_control::RunControl;
use crate::time::stall::StallMonitor;

/// How many messages a lane takes before it yields to other tasks: as many as tokio allows.
pub(super) const YIELD_BUDGET: usize = 128;

/// The consumer's end of its queue.
///
/// `#[consumer]` reads it for its function. A worker written by hand reads it in its
/// [`run`](crate::Worker::run), as `io.queue`:
///
/// ```
/// use std::time::Duration;
/// use fluid::{Context, Error, Worker, by_hand::{Io, Nothing}};
///
/// struct Printer;
///
/// impl Worker for Printer {
///     type Message = String;
///     type Output = Nothing;
///     type Ports = ();
///
///     async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
///         while let Some(line) = io.queue.next().await {
///             println!("{line}");
///         }
///         Ok(())
///     }
/// }
/// ```
///
/// A message counts as *in hand* from when it is returned until the next one is asked for, or `run`
/// returns `Ok`; then it is *done*. If `run` fails with a message in hand, that message has
/// *failed*. If the worker is forced to end, it is *undelivered*.
pub struct Queue<M> {
    pub(super) channel: Arc<Channel<M>>,
    pub(super) progress: Arc<Progress>,
    pub(super) fetched: VecDeque<M>,
    /// How many messages are in hand.
    pub(super) in_hand: usize,
    /// Messages in hand that are in no call: they wait for one.
    returned: Vec<M>,
    /// Messages that wait for another attempt, if there were any.
    pub(super) beside: Option<Box<Beside<M>>>,
    pub(super) gathering: Gathering<M>,
    /// How many more messages the lane takes before it grants room to the senders that wait.
    pub(super) admit_budget: usize,
    /// How many more messages the lane takes before it yields to other tasks.
    pub(super) yield_budget: usize,
    pub(super) turns: Turns,
    pub(super) seen_requests: SeenRequests,
    /// The waker that the lane has registered last. It is kept, so that no other waker can equal it.
    pub(super) known: Option<Waker>,
    /// The stall monitor of the lane that reads here.
    pub(crate) monitor: Option<Arc<StallMonitor>>,
    /// Set if the worker consumes nothing. Then a receive ends when the incarnation is to end.
    pub(crate) run_control: Option<Arc<RunControl>>,
}

impl<M> Queue<M> {
    /// The queue as a lane of the consumer reads it. Most consumers have only the first lane.
    pub(crate) fn new(channel: &Arc<Channel<M>>, lane: usize) -> Self {
        let (channel, lane) = channel.lane(lane);
        Self {
            progress: Arc::clone(&channel.progress[lane]),
            channel,
            fetched: VecDeque::new(),
            in_hand: 0,
            returned: Vec::new(),
            beside: None,
            gathering: Gathering::new(),
            admit_budget: 0,
            yield_budget: YIELD_BUDGET,
            turns: Turns::default(),
            seen_requests: SeenRequests::default(),
            known: None,
            monitor: None,
            run_control: None,
        }
    }

    /// Receives the next message. Returns `None` when the queue is closed and empty, and the worker should end. Also
    /// returns `None` if the worker is to be restarted along with another ([`Restart`](crate::Restart)): the queue is
    /// then kept for its next run.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a message that was not returned stays in the queue.
    pub async fn next(&mut self) -> Option<M> {
        consume_budget().await;
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        if self.has_stalled() {
            // The incarnation is aborted here, between two messages.
            self.settle();
            return pending().await;
        }
        if self.ready() || self.recv().await {
            return Some(self.first());
        }
        self.ended().await;
        None
    }

    /// Whether the worker consumes nothing.
    pub(crate) const fn is_of_nothing(&self) -> bool {
        self.run_control.is_some()
    }

    /// Waits until the incarnation is to end, if the worker consumes nothing: its queue is closed from the start.
    pub(crate) async fn ended(&mut self) {
        if let Some(run_control) = &self.run_control {
            let _idle = self.monitor.as_deref().map(StallMonitor::idle_guard);
            run_control.stop_requested().raised().await;
        }
    }

    /// Reports progress to the stall monitor, and returns whether the incarnation has stalled. The calls of a function
    /// are watched where they are made.
    fn has_stalled(&self) -> bool {
        let monitor = self.monitor.as_ref();
        monitor.is_some_and(|monitor| monitor.progress_in_call())
    }

    /// Takes the next message into the hand if it was fetched already, and nothing else is to be done first. Then
    /// [`first`](Self::first) returns it. The message before it is done.
    #[inline(always)]
    pub(crate) fn ready(&mut self) -> bool {
        self.settle();
        let is_ready = self.admit_budget > 0
            && !self.fetched.is_empty()
            && self.channel.requests.is_seen(self.seen_requests);
        if is_ready {
            self.progress.take(1);
            self.in_hand = 1;
            self.admit_budget -= 1;
        }
        is_ready
    }

    /// Receives the next message. Returns `None` if none comes within `timeout`, or if the queue is closed and empty;
    /// [`is_finished`](Self::is_finished) tells the two apart.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a message that was not returned stays in the queue.
    pub async fn get_message(&mut self, timeout: Duration) -> Option<M> {
        tokio::time::timeout(timeout, self.next())
            .await
            .ok()
            .flatten()
    }

    /// Counts the message in hand as failed. It is lost: see [`Options::on_lost`](crate::Options::on_lost).
    pub fn failed(&mut self) {
        self.fail(true);
    }

    /// Counts the message in hand as failed. It is `lost`, or leaves by the port `failed` now.
    pub(crate) fn fail(&mut self, lost: bool) {
        let messages = std::mem::take(&mut self.in_hand);
        if messages > 0 {
            self.channel.fail(messages, lost);
            self.returned.drain(..).for_each(discard);
        }
    }

    /// Takes back messages in hand that waited for a call, which is not made. They still count as in hand. If they become
    /// undelivered, they leave by that port.
    pub(crate) fn take_back(&mut self, messages: impl Iterator<Item = M>) {
        if self.channel.saver.get().is_some() {
            self.returned.extend(messages);
        } else {
            drop_each(messages);
        }
    }

    /// Counts messages as lost that have failed and were refused behind the port `failed`.
    pub(crate) fn lose(&self, messages: u64) {
        self.channel.lose(messages);
    }

    /// How many messages wait.
    #[must_use]
    pub fn queue_size(&self) -> usize {
        self.channel.size(&lock(&self.channel.inner))
    }

    /// How many messages may wait.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.channel.capacity
    }

    /// Whether no message will come any more, at least in this run of the worker: the queue is closed and empty, or the
    /// worker is to be restarted.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        if let Some(run_control) = &self.run_control {
            return run_control.stop_requested().is_raised();
        }
        let inner = lock(&self.channel.inner);
        // What other lanes have fetched will not come here.
        let own = self.fetched.len() + self.gathering.messages;
        self.channel.requests.is_interrupted()
            || inner.frozen
            || (inner.gate == Gate::Closed && inner.waiting.is_empty() && own == 0)
    }

    /// Counts what is in hand as done.
    #[inline]
    pub(crate) fn settle(&mut self) {
        self.progress.complete(std::mem::take(&mut self.in_hand));
    }

    /// Counts a message that came over a fused edge as accepted and in hand.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        self.in_hand = 1;
        self.progress.accept_direct();
    }

    pub(crate) const fn has_in_hand(&self) -> bool {
        self.in_hand > 0
    }

    /// Counts what is in hand as undelivered.
    pub(crate) fn abandon(&mut self) {
        let messages = std::mem::take(&mut self.in_hand);
        if messages > 0 {
            self.channel.abandon(messages);
        }
    }
}

impl<M> Drop for Queue<M> {
    fn drop(&mut self) {
        if self.is_of_nothing() {
            return;
        }
        let mut left: VecDeque<M> = self.gathering.take_all().collect();
        left.append(&mut self.fetched);
        let mut returned = std::mem::take(&mut self.returned);
        let before = returned.len();
        returned.extend(self.take_all_beside());
        let in_hand = self.in_hand + returned.len() - before;
        self.channel
            .give_up(&self.progress, in_hand, returned, &mut left);
    }
}

impl<M> fmt::Debug for Queue<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("worker", &self.channel.worker)
            .field("size", &self.queue_size())
            .field("capacity", &self.capacity())
            .finish()
    }
}
