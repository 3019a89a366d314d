//! The bounded queue of a consumer.
//!
//! One short lock guards the waiting messages. The consumer does not take it for each message: it *fetches* what waits,
//! and takes the fetched messages without the lock. They count against the capacity, so a queue of 1024 never holds
//! 1025 messages.
//!
//! Invariants:
//!
//! 1. Each count changes under the lock, or is one of the counters in [`Progress`], which only the consumer writes.
//! 2. A message is dropped only through [`discard`], outside the lock, after it was counted.
//! 3. A task registers under the lock before it waits. A task that ends the wait reads that under the lock. So no
//!    wake-up is lost, and none is sent without a task that waits.

mod admit;
mod batch;
mod beside;
mod consumer_requests;
mod fetch;
mod lanes;
mod queue_control;
mod receive_end;
mod recv;
mod waiting_senders;

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, Weak};
use std::task::Waker;

use crate::options::{Options, Overflow};
pub(crate) use crate::queue::channel::batch::Batching;
use crate::queue::channel::consumer_requests::ConsumerRequests;
use crate::queue::channel::lanes::{Key, Lanes};
pub(crate) use crate::queue::channel::queue_control::QueueControl;
pub use crate::queue::channel::receive_end::Queue;
use crate::queue::channel::recv::keep;
use crate::queue::channel::waiting_senders::WaitingSenders;
use crate::queue::discard;
use crate::queue::reply_slot::ReplySlots;
use crate::queue::saver::Saver;
use crate::queue::sender::SendOrigin;
use crate::report::ledger::{Counts, Progress, Seen};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::lock::lock;
use crate::sync::{Mutex, Notify, OnceLock};

/// The most messages that a consumer with batches fetches at once, and the most that any consumer takes before it grants
/// room to the senders that wait. It is large enough to make the lock cheap, and small enough for senders to go on while
/// a slow consumer handles what it has fetched.
const MAX_FETCH: usize = 64;

/// The consumer to which a queue belongs.
pub(crate) trait Owner: Send + Sync {
    /// Its name in log records and error texts, below the names of the groups in which it stands.
    fn path(&self) -> Arc<str>;
}

/// Both ends of the queue.
pub(crate) struct Channel<M> {
    worker: Arc<str>,
    /// Set when the consumer gets its cell.
    owner: OnceLock<Weak<dyn Owner>>,
    capacity: usize,
    overflow: Overflow,
    /// How many messages are fetched at once for batches.
    max_fetch: usize,
    /// How many messages the consumer takes before it grants room to the senders that wait.
    admit_budget: usize,
    /// The counters of each lane that takes from this queue.
    progress: Box<[Arc<Progress>]>,
    /// With a key, each lane has a queue of its own, and this queue stays empty.
    lanes: Option<Lanes<M>>,
    inner: Mutex<Inner<M>>,
    /// Wakes lanes that wait for a message, except a lane that has registered its waker.
    items: Notify,
    /// Wakes the senders that wait for room, in the order in which they came.
    room: Notify,
    /// Whether a lane waits for a message. It is written under the lock, and read without it.
    awaited: Arc<AtomicBool>,
    /// Whether senders wait for room. It is written under the lock, and read without it.
    senders_wait: AtomicBool,
    requests: ConsumerRequests,
    reply_slots: ReplySlots,
    /// The port `undelivered`, if it is wired.
    saver: OnceLock<Arc<dyn Saver<M>>>,
}

struct Inner<M> {
    waiting: VecDeque<M>,
    gate: Gate,
    /// Without what the lanes count in [`Progress`], until the counts are `frozen`.
    counts: Counts,
    frozen: bool,
    /// How many messages were fetched so far.
    fetched: u64,
    /// How many of these the lanes had taken when that was last read.
    taken: u64,
    /// How many messages left the consumer without being done: they have failed, or were given up.
    released: u64,
    /// Room that was granted to output ports in advance.
    credit: usize,
    waiting_senders: WaitingSenders,
    /// How many lanes wait for a message, at most.
    lanes_wait: usize,
    /// The waker of the only lane, while it waits for a message, or will wait when it has handled the one in hand. With
    /// one lane, `awaited` is set as long as there is a waker.
    waker: Option<Waker>,
    /// Whether the edges of the group find room beyond the capacity.
    unbounded: bool,
}

/// Which senders a queue admits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gate {
    Open,
    /// Only the edges of the group.
    Internal,
    Closed,
}

/// Why a message was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    Full,
    Closed,
}

/// The lanes that a message wakes.
enum Woken {
    /// The only lane.
    Only(Waker),
    /// So many of the lanes that wait.
    Some(usize),
}

impl<M> Channel<M> {
    /// A queue for `options.concurrency` lanes. They share it, or have one each if messages have a key.
    pub(crate) fn new(worker: Arc<str>, options: &Options, key: Option<Key<M>>) -> Arc<Self> {
        let lanes = key.filter(|_| options.concurrency > 1).map(|key| {
            let single = Options {
                capacity: lanes::capacity(options),
                concurrency: 1,
                ..*options
            };
            let lane = || Arc::new(Self::single(Arc::clone(&worker), &single, None));
            Lanes {
                key,
                queues: (0..options.concurrency).map(|_| lane()).collect(),
            }
        });
        Arc::new(Self::single(worker, options, lanes))
    }

    /// The queue of all members of a group that consume nothing. It is closed from the start.
    pub(crate) fn of_nothing(group: Arc<str>) -> Arc<Self> {
        let channel = Self::new(group, &Options::new(), None);
        channel.narrow(Gate::Closed);
        channel
    }

    fn single(worker: Arc<str>, options: &Options, lanes: Option<Lanes<M>>) -> Self {
        Self {
            worker,
            owner: OnceLock::new(),
            capacity: options.capacity,
            overflow: options.overflow,
            // A fetched message can no longer be dropped by the overflow policy.
            max_fetch: match options.overflow {
                Overflow::Wait => (options.capacity / 2).clamp(1, MAX_FETCH),
                Overflow::DropNewest | Overflow::DropOldest => 1,
            },
            admit_budget: (options.capacity / 2).clamp(1, MAX_FETCH),
            progress: (0..options.concurrency).map(|_| Arc::default()).collect(),
            lanes,
            inner: Mutex::new(Inner {
                waiting: VecDeque::new(),
                gate: Gate::Open,
                counts: Counts::default(),
                frozen: false,
                fetched: 0,
                taken: 0,
                released: 0,
                credit: 0,
                waiting_senders: WaitingSenders::default(),
                lanes_wait: 0,
                waker: None,
                unbounded: false,
            }),
            items: Notify::new(),
            room: Notify::new(),
            awaited: Arc::new(AtomicBool::new(false)),
            senders_wait: AtomicBool::new(false),
            requests: ConsumerRequests::none(),
            reply_slots: ReplySlots::none(),
            saver: OnceLock::new(),
        }
    }

    pub(crate) fn worker(&self) -> &str {
        &self.worker
    }

    /// Makes this the queue of `owner`.
    pub(crate) fn belong_to(&self, owner: &Weak<dyn Owner>) {
        for channel in self.all() {
            let _ = channel.owner.set(Weak::clone(owner));
        }
    }

    /// The name of the consumer in log records and error texts.
    pub(crate) fn path(&self) -> Arc<str> {
        let owner = self.owner.get().and_then(Weak::upgrade);
        owner.map_or_else(|| Arc::clone(&self.worker), |owner| owner.path())
    }

    pub(crate) const fn reply_slots(&self) -> &ReplySlots {
        &self.reply_slots
    }

    fn wake(&self, woken: Woken) {
        match woken {
            Woken::Only(waker) => waker.wake(),
            Woken::Some(lanes) => (0..lanes).for_each(|_| self.items.notify_one()),
        }
    }

    /// Counts messages in hand as failed, and also as lost if `lost` is set.
    fn fail(&self, messages: usize, lost: bool) {
        let mut inner = lock(&self.inner);
        inner.release(messages, |counts| &mut counts.failed);
        if lost {
            inner.lose(messages as u64);
        }
    }

    /// Counts messages as lost that have failed and were refused behind the port `failed`.
    fn lose(&self, messages: u64) {
        lock(&self.inner).lose(messages);
    }

    /// Counts messages in hand as undelivered.
    fn abandon(&self, messages: usize) {
        lock(&self.inner).release(messages, |counts| &mut counts.undelivered);
        self.warn_undelivered(messages as u64);
    }

    pub(super) fn set_saver(&self, saver: impl Saver<M> + 'static) {
        let saver: Arc<dyn Saver<M>> = Arc::new(saver);
        for queue in self.all() {
            let _ = queue.saver.set(Arc::clone(&saver));
        }
    }

    /// Sends messages that count as undelivered through the port `undelivered`. Without it they are discarded.
    fn save(&self, messages: impl Iterator<Item = M>) {
        match self.saver.get() {
            Some(saver) => messages.for_each(|message| saver.save(message)),
            None => messages.for_each(discard),
        }
    }

    /// Closes the queue, and counts as undelivered what the consumer has not handled: what is in hand, what it fetched,
    /// and what waits. Of those in hand, the ones in `returned` are in no call.
    fn give_up(
        &self,
        progress: &Progress,
        in_hand: usize,
        returned: Vec<M>,
        fetched: &mut VecDeque<M>,
    ) {
        let (left, sealed, _waker) = {
            let mut inner = lock(&self.inner);
            inner.gate = Gate::Closed;
            let left = std::mem::take(&mut inner.waiting);
            progress.take(fetched.len());
            inner.release(in_hand + fetched.len(), |counts| &mut counts.undelivered);
            inner.counts.undelivered += left.len() as u64;
            inner.waiting_senders.wake_all();
            (left, inner.frozen, inner.waker.take())
        };
        self.room.notify_waiters();
        fetched.extend(left);
        self.warn_undelivered((fetched.len() + in_hand) as u64);
        let messages = returned.into_iter().chain(fetched.drain(..));
        if sealed {
            // Its member was given up before, and the consumers behind it may have ended.
            messages.for_each(discard);
        } else {
            self.save(messages);
        }
    }

    fn warn_undelivered(&self, messages: u64) {
        if messages > 0 {
            tracing::warn!(worker = &*self.path(), messages, "messages undelivered");
        }
    }

    fn size(&self, inner: &Inner<M>) -> usize {
        inner.waiting.len() + self.fetched(inner)
    }

    /// How many messages the consumer has fetched and not taken.
    fn fetched(&self, inner: &Inner<M>) -> usize {
        // The seal has counted what the consumer still had.
        if inner.frozen {
            0
        } else {
            (inner.fetched - self.taken()) as usize
        }
    }

    fn taken(&self) -> u64 {
        self.progress.iter().map(|lane| lane.taken()).sum()
    }

    fn seen(&self) -> Seen {
        self.progress.iter().map(|lane| lane.seen()).sum()
    }

    /// One more lane waits for a message.
    fn awaits(&self, inner: &mut Inner<M>) {
        inner.lanes_wait = (inner.lanes_wait + 1).min(self.progress.len());
        self.awaited.store(true, Ordering::Relaxed);
    }

    /// Whether a lane waits for a message, as far as that is known without the lock.
    fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::Relaxed)
    }

    /// The only lane waits for a message.
    fn awaits_alone(&self, inner: &mut Inner<M>, waker: &Waker) {
        self.awaits(inner);
        keep(&mut inner.waker, waker);
    }

    /// The waiting lanes that are to be woken for so many messages.
    fn wakes(&self, inner: &mut Inner<M>, messages: usize) -> Woken {
        let wakes = messages.min(inner.lanes_wait);
        if wakes == 0 {
            return Woken::Some(0);
        }
        inner.lanes_wait -= wakes;
        self.awaited.store(inner.lanes_wait > 0, Ordering::Relaxed);
        match inner.waker.take() {
            Some(waker) => Woken::Only(waker),
            None => Woken::Some(wakes),
        }
    }

    /// Wakes all lanes that wait: perhaps no message will come any more.
    fn wake_lanes(&self) {
        let waker = {
            let mut inner = lock(&self.inner);
            if inner.waker.is_some() {
                self.awaited.store(false, Ordering::Relaxed);
            }
            inner.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        self.items.notify_waiters();
    }

    fn narrow(&self, gate: Gate) {
        {
            let mut inner = lock(&self.inner);
            inner.gate = inner.gate.max(gate);
            inner.waiting_senders.wake_all();
        }
        self.room.notify_waiters();
        self.wake_lanes();
    }
}

impl<M> Inner<M> {
    /// Counts messages that leave the consumer without being done.
    fn release(&mut self, messages: usize, counter: fn(&mut Counts) -> &mut u64) {
        if !self.frozen {
            self.released += messages as u64;
            *counter(&mut self.counts) += messages as u64;
        }
    }

    /// Counts messages that have failed as lost.
    fn lose(&mut self, messages: u64) {
        if !self.frozen {
            self.counts.lost += messages;
        }
    }

    /// How much room is occupied, at most: what the consumer took since `taken` was read is free by now.
    fn occupied(&self) -> usize {
        self.waiting.len()
            + self.credit
            + self.waiting_senders.granted
            + (self.fetched - self.taken) as usize
    }

    /// Whether a message of `origin` finds room beyond the capacity.
    fn is_unbounded(&self, origin: SendOrigin) -> bool {
        match origin {
            SendOrigin::Edge => self.unbounded,
            SendOrigin::Saved => true,
            SendOrigin::Public | SendOrigin::Feedback => false,
        }
    }
}

impl<M> Drop for Channel<M> {
    fn drop(&mut self) {
        let inner = self.inner.get_mut();
        let inner = inner.unwrap_or_else(PoisonError::into_inner);
        inner.waiting.drain(..).for_each(discard);
    }
}

impl Gate {
    fn admits(self, origin: SendOrigin) -> bool {
        match self {
            Self::Open => true,
            Self::Internal => origin != SendOrigin::Public,
            Self::Closed => false,
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
#[cfg(test)]
mod tests;
