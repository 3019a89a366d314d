//! The consumer's end of a channel.

use std::collections::VecDeque;
use std::fmt;
use std::future::pending;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use tokio::task::coop::consume_budget;

use super::batch::Gathering;
use super::control::SeenControl;
use super::{Channel, Gate};
use crate::report::ledger::Progress;
use crate::sync::lock::lock;
use crate::sync::yielding::Turns;
use crate::time::run_control::RunControl;
use crate::time::stall::StallMonitor;

/// How many messages are taken before other tasks have their turn: as many as tokio allows.
pub(super) const TURN: usize = 128;

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
    pub(super) portion: VecDeque<M>,
    /// How many messages it has in its hand.
    pub(super) hand: usize,
    pub(super) gathering: Gathering<M>,
    /// How many messages it takes before it lets in those who wait for room.
    pub(super) course: usize,
    /// How many it takes before other tasks have their turn.
    pub(super) turn: usize,
    pub(super) turns: Turns,
    pub(super) seen_control: SeenControl,
    /// The waker that the channel was given last. It is kept, so that no other one can be taken for it.
    pub(super) known: Option<Waker>,
    /// The stall monitor of the lane that reads here.
    pub(crate) monitor: Option<Arc<StallMonitor>>,
    /// The life that reads here, if nothing is consumed in it: then its end is the end of the queue.
    pub(crate) run_control: Option<Arc<RunControl>>,
}

impl<M> Queue<M> {
    /// What a lane of the consumer reads; the first lane is the only one of most.
    pub(crate) fn new(channel: &Arc<Channel<M>>, lane: usize) -> Self {
        let (channel, consumer_end) = channel.lane(lane);
        Self {
            progress: Arc::clone(&channel.consumer_ends[consumer_end]),
            channel,
            portion: VecDeque::new(),
            hand: 0,
            gathering: Gathering::new(),
            course: 0,
            turn: TURN,
            turns: Turns::default(),
            seen_control: SeenControl::default(),
            known: None,
            monitor: None,
            run_control: None,
        }
    }

    /// The next message; `None` when the queue is closed and empty, and the worker should end; or when the
    /// worker is to be restarted along with another ([`Restart`](crate::Restart)): the queue is then kept
    /// for its next life.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a message that was not returned stays in the queue.
    pub async fn next(&mut self) -> Option<M> {
        consume_budget().await;
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        if self.has_stalled() {
            // The life is cut off here, between two messages.
            self.settle();
            return pending().await;
        }
        match self.ready() {
            Some(message) => Some(message),
            None if self.arrival().await => Some(self.first()),
            None => {
                self.ended().await;
                None
            }
        }
    }

    /// Whether nothing is consumed in the life that reads here.
    pub(crate) const fn is_of_nothing(&self) -> bool {
        self.run_control.is_some()
    }

    /// Waits for the end of the life, if nothing is consumed in it: that queue is closed from the first.
    pub(crate) async fn ended(&mut self) {
        if let Some(run_control) = &self.run_control {
            let _idle = self.monitor.as_deref().map(StallMonitor::idle_guard);
            run_control.stop_requested().raised().await;
        }
    }

    /// Whether the life that reads here stalled, which gives a sign of it now. The calls that fluid makes are
    /// watched where they are made.
    fn has_stalled(&self) -> bool {
        let monitor = self.monitor.as_ref();
        monitor.is_some_and(|monitor| monitor.progress_in_call())
    }

    /// The next message, if it has been fetched already, and it is not time for anything else. The one before it is
    /// done.
    #[inline(always)]
    pub(crate) fn ready(&mut self) -> Option<M> {
        if self.course > 0
            && self.channel.calls.are_heeded(self.seen_control)
            && let Some(message) = self.take()
        {
            self.course -= 1;
            return Some(message);
        }
        self.settle();
        None
    }

    /// The next message, or `None` if none comes within `timeout`, or the queue is closed and empty.
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

    /// Counts the message in hand as failed, which leaves by the port `failed` now, or is `lost`.
    pub(crate) fn fail(&mut self, lost: bool) {
        let messages = std::mem::take(&mut self.hand);
        if messages > 0 {
            self.channel.fail(messages, lost);
        }
    }

    /// Counts messages that have failed as lost: they were refused behind the port `failed`.
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

    /// Whether no message will come any more, in this life of the worker at least: the queue is closed and
    /// empty, or the worker is to be restarted.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        if let Some(run_control) = &self.run_control {
            return run_control.stop_requested().is_raised();
        }
        let inner = lock(&self.channel.inner);
        // What other lanes hold will not come here.
        let mine = self.portion.len() + self.gathering.messages;
        self.channel.calls.is_interrupted()
            || inner.frozen
            || (inner.gate == Gate::Closed && inner.waiting.is_empty() && mine == 0)
    }

    fn take(&mut self) -> Option<M> {
        let message = self.portion.pop_front()?;
        self.settle();
        self.progress.take(1);
        self.hand = 1;
        Some(message)
    }

    /// What is in hand is done.
    #[inline]
    pub(crate) fn settle(&mut self) {
        self.progress.complete(std::mem::take(&mut self.hand));
    }

    /// A message that came over a fused edge is in hand.
    #[inline]
    pub(crate) fn hand_over(&mut self) {
        self.hand = 1;
        self.progress.accept_direct();
    }

    /// What is in hand will not be handled.
    pub(crate) fn abandon(&mut self) {
        let messages = std::mem::take(&mut self.hand);
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
        self.portion.extend(self.gathering.take_all());
        self.channel
            .give_up(&self.progress, self.hand, &mut self.portion);
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
