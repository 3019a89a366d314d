//! A bounded queue that closes from either side, counts exactly, and hands back what is left.
//!
//! One short lock guards what waits. The consumer does not come to it for every message: it fetches
//! a *portion*, and takes from that. The bound counts the portion too, so a queue of 1024 never holds
//! 1025 messages.
//!
//! Invariants:
//!
//! 1. Every change of a count happens under the lock, or by the consumer's own [`Progress`].
//! 2. A message is dropped only through [`discard`], outside the lock, and after it was counted.
//! 3. Whoever is about to wait, be it after a message, says so under the lock, and whoever makes its waiting useless
//!    reads that under the lock. So no wake-up is lost, and none is sent that nobody waits for.

mod admit;
mod batch;
mod control;
mod fetch;
mod lanes;
mod queue;
mod queue_control;
mod recv;

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError, Weak};
use std::task::Waker;

use crate::options::{Options, Overflow};
pub(crate) use crate::queue::channel::batch::Batching;
use crate::queue::channel::control::Control;
use crate::queue::channel::lanes::{Key, Lanes};
pub use crate::queue::channel::queue::Queue;
pub(crate) use crate::queue::channel::queue_control::QueueControl;
use crate::queue::channel::recv::keep;
use crate::queue::discard;
use crate::queue::reply_slot::ReplySlots;
use crate::queue::sender::SendOrigin;
use crate::report::ledger::{Counts, Progress, Seen};
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::lock::lock;
use crate::sync::{Mutex, Notify, OnceLock};

/// The most that a consumer with batches fetches at once, and after how many messages one without lets in those
/// who wait for room. Large enough to make the lock cheap, small enough for waiting senders to be let in while a
/// slow consumer works through what it has.
const PORTION: usize = 64;

/// The consumer to which a queue belongs.
pub(crate) trait Owner: Send + Sync {
    /// Its name in log records and error texts, below the names of the groups in which it stands.
    fn path(&self) -> Arc<str>;
}

/// Both ends of the queue.
pub(crate) struct Channel<M> {
    worker: Arc<str>,
    /// Set as soon as there is one.
    owner: OnceLock<Weak<dyn Owner>>,
    capacity: usize,
    overflow: Overflow,
    /// How many messages are fetched at once for batches.
    portion: usize,
    /// How many a consumer takes before it lets in those who wait for room.
    course: usize,
    /// How far each lane is that takes from this queue.
    consumer_ends: Box<[Arc<Progress>]>,
    /// By key to a queue for each lane, in the place of this one.
    lanes: Option<Lanes<M>>,
    inner: Mutex<Inner<M>>,
    items: Notify,
    room: Notify,
    /// Whether somebody waits for a message, as far as is known without the lock.
    awaited: Arc<AtomicBool>,
    /// Whether somebody waits for room, as far as is known without the lock.
    crowded: AtomicBool,
    calls: Control,
    reply_slots: ReplySlots,
}

struct Inner<M> {
    waiting: VecDeque<M>,
    gate: Gate,
    /// Until it is `frozen`, what the lanes count comes on top.
    counts: Counts,
    frozen: bool,
    /// How many messages have moved to the consumer's side.
    fetched: u64,
    /// How many of them it had taken, when last looked at.
    taken: u64,
    /// How many left its side without being done: they have failed, or were given up.
    released: u64,
    /// Room that has been given to senders in advance.
    given: usize,
    sender_waits: bool,
    /// How many consumer ends wait, at most.
    takers_wait: usize,
    /// How the only one that takes is woken, while it waits for a message and for nothing else, or will do so when it
    /// has handled the one in its hand. While there is one, and only then, it is `awaited`, where one takes alone.
    consumer_end: Option<Waker>,
    /// The edges of the group find room beyond the capacity.
    unbounded: bool,
}

/// Who may still send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gate {
    Open,
    /// Only the edges of the group.
    Internal,
    Closed,
}

/// A message that was not accepted.
pub(crate) enum Refusal<M> {
    Full(M),
    Closed(M),
}

/// Whom a message wakes.
enum Woken {
    /// The only one that takes.
    Only(Waker),
    /// So many of those who wait.
    Some(usize),
}

impl<M> Channel<M> {
    /// A queue for `options.concurrency` lanes, which share it, or have one each if messages have a key.
    pub(crate) fn new(worker: Arc<str>, options: &Options, key: Option<Key<M>>) -> Arc<Self> {
        let lanes = key.filter(|_| options.concurrency > 1).map(|key| {
            let share = Options {
                capacity: lanes::share(options),
                concurrency: 1,
                ..*options
            };
            let lane = || Arc::new(Self::single(Arc::clone(&worker), &share, None));
            Lanes {
                key,
                queues: (0..options.concurrency).map(|_| lane()).collect(),
            }
        });
        Arc::new(Self::single(worker, options, lanes))
    }

    /// The queue of all in a group that consume nothing: it is closed from the first.
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
            // What has been fetched can be dropped by no policy any more.
            portion: match options.overflow {
                Overflow::Wait => (options.capacity / 2).clamp(1, PORTION),
                Overflow::DropNewest | Overflow::DropOldest => 1,
            },
            course: (options.capacity / 2).clamp(1, PORTION),
            consumer_ends: (0..options.concurrency).map(|_| Arc::default()).collect(),
            lanes,
            inner: Mutex::new(Inner {
                waiting: VecDeque::new(),
                gate: Gate::Open,
                counts: Counts::default(),
                frozen: false,
                fetched: 0,
                taken: 0,
                released: 0,
                given: 0,
                sender_waits: false,
                takers_wait: 0,
                consumer_end: None,
                unbounded: false,
            }),
            items: Notify::new(),
            room: Notify::new(),
            awaited: Arc::new(AtomicBool::new(false)),
            crowded: AtomicBool::new(false),
            calls: Control::none(),
            reply_slots: ReplySlots::none(),
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

    pub(crate) fn room(&self) -> &Notify {
        &self.room
    }

    pub(crate) const fn reply_slots(&self) -> &ReplySlots {
        &self.reply_slots
    }

    fn wake(&self, woken: Woken) {
        match woken {
            Woken::Only(consumer_end) => consumer_end.wake(),
            Woken::Some(consumer_ends) => (0..consumer_ends).for_each(|_| self.items.notify_one()),
        }
    }

    /// Whether somebody waited for room, who is to be woken.
    fn no_more_crowd(&self, inner: &mut Inner<M>) -> bool {
        if inner.sender_waits {
            self.crowded.store(false, Ordering::Relaxed);
        }
        std::mem::take(&mut inner.sender_waits)
    }

    /// Counts messages in hand as failed, and as lost if they are.
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
        self.tell_undelivered(messages as u64);
    }

    /// Gives up what a consumer that ends has not handled: what is in its hand, what it fetched, and
    /// what waits.
    fn give_up(&self, progress: &Progress, held: usize, portion: &mut VecDeque<M>) {
        let (left, _waker) = {
            let mut inner = lock(&self.inner);
            inner.gate = Gate::Closed;
            let left = std::mem::take(&mut inner.waiting);
            progress.take(portion.len());
            inner.release(held + portion.len(), |counts| &mut counts.undelivered);
            inner.counts.undelivered += left.len() as u64;
            (left, inner.consumer_end.take())
        };
        self.room.notify_waiters();
        portion.extend(left);
        self.tell_undelivered((portion.len() + held) as u64);
        portion.drain(..).for_each(discard);
    }

    fn tell_undelivered(&self, messages: u64) {
        if messages > 0 {
            tracing::warn!(worker = &*self.path(), messages, "messages undelivered");
        }
    }

    fn size(&self, inner: &Inner<M>) -> usize {
        inner.waiting.len() + self.fetched(inner)
    }

    /// How much the consumer has fetched and not taken.
    fn fetched(&self, inner: &Inner<M>) -> usize {
        // What a sealed consumer still has was taken over from it.
        if inner.frozen {
            0
        } else {
            (inner.fetched - self.taken()) as usize
        }
    }

    fn taken(&self) -> u64 {
        self.consumer_ends.iter().map(|lane| lane.taken()).sum()
    }

    fn seen(&self) -> Seen {
        self.consumer_ends.iter().map(|lane| lane.seen()).sum()
    }

    /// One more waits for a message.
    fn awaits(&self, inner: &mut Inner<M>) {
        inner.takers_wait = (inner.takers_wait + 1).min(self.consumer_ends.len());
        self.awaited.store(true, Ordering::Relaxed);
    }

    /// Whether somebody waits for a message, as far as is known without the lock.
    fn is_awaited(&self) -> bool {
        self.awaited.load(Ordering::Relaxed)
    }

    /// The only one that takes waits for a message.
    fn awaits_alone(&self, inner: &mut Inner<M>, waker: &Waker) {
        self.awaits(inner);
        keep(&mut inner.consumer_end, waker);
    }

    /// How many of those who wait are to be woken for so many messages.
    fn wakes(&self, inner: &mut Inner<M>, messages: usize) -> Woken {
        let wakes = messages.min(inner.takers_wait);
        if wakes == 0 {
            return Woken::Some(0);
        }
        inner.takers_wait -= wakes;
        self.awaited.store(inner.takers_wait > 0, Ordering::Relaxed);
        match inner.consumer_end.take() {
            Some(consumer_end) => Woken::Only(consumer_end),
            None => Woken::Some(wakes),
        }
    }

    /// Wakes whoever waits for a message, since none may come any more.
    fn wake_takers(&self) {
        let consumer_end = {
            let mut inner = lock(&self.inner);
            if inner.consumer_end.is_some() {
                self.awaited.store(false, Ordering::Relaxed);
            }
            inner.consumer_end.take()
        };
        if let Some(consumer_end) = consumer_end {
            consumer_end.wake();
        }
        self.items.notify_waiters();
    }

    fn narrow(&self, gate: Gate) {
        {
            let mut inner = lock(&self.inner);
            inner.gate = inner.gate.max(gate);
        }
        self.room.notify_waiters();
        self.wake_takers();
    }
}

impl<M> Inner<M> {
    /// Counts messages that leave the consumer's side without being done.
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

    /// How much room is taken, at most: what the consumer has taken since it was last looked at is free by now.
    fn occupied(&self) -> usize {
        self.waiting.len() + self.given + (self.fetched - self.taken) as usize
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
