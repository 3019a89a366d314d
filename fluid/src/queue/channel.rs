//! A bounded queue that closes from either side, counts exactly, and hands back what is left.
//!
//! One short lock guards what waits. The consumer does not come to it for every message: it fetches
//! a *portion*, and takes from that. The bound counts the portion too, so a queue of 1024 never holds
//! 1025 messages.
//!
//! Invariants:
//!
//! 1. Every change of a count happens under the lock, or in the one word of [`Progress`].
//! 2. A message is dropped only through [`discard`], outside the lock, and after it was counted.
//! 3. Whoever is about to wait says so under the lock, and whoever makes its waiting useless
//!    reads that under the lock. So no wake-up is lost, and none is sent that nobody waits for.

mod batch;
mod consumer;
mod intake;
mod lanes;

use std::collections::VecDeque;
use std::sync::Arc;

use crate::ledger::{Counts, Direct, Progress, Seen};
use crate::lock::lock;
use crate::options::{Options, Overflow};
pub(crate) use crate::queue::channel::batch::Batching;
pub use crate::queue::channel::consumer::Queue;
pub(crate) use crate::queue::channel::intake::Intake;
use crate::queue::channel::lanes::{Key, Lanes};
use crate::queue::discard;
use crate::queue::sender::Inlet;
use crate::signal::Signal;
use crate::sync::atomic::{AtomicBool, Ordering, fence};
use crate::sync::{Mutex, Notify};

/// The most that a consumer fetches at once. Large enough to make the lock cheap, small enough for
/// waiting senders to be let in while a slow consumer works through it.
const PORTION: usize = 64;
const _: () = assert!(PORTION <= Progress::MAX_FETCHED);

/// Both ends of the queue.
pub(crate) struct Channel<M> {
    worker: Arc<str>,
    capacity: usize,
    overflow: Overflow,
    portion: usize,
    /// How many take from this queue.
    takers: usize,
    /// By key to a queue for each lane, in the place of this one.
    lanes: Option<Lanes<M>>,
    inner: Mutex<Inner<M>>,
    progress: Progress,
    /// Of what comes over a fused edge, and so never waits here.
    direct: Direct,
    items: Notify,
    room: Notify,
    /// The consumer's present life should end, though the queue is not closed.
    interrupted: AtomicBool,
    /// The consumer was given up, with what it had in its hand.
    sealed: Signal,
}

struct Inner<M> {
    waiting: VecDeque<M>,
    gate: Gate,
    /// Until it is `frozen`, what `progress` and `direct` count comes on top.
    counts: Counts,
    frozen: bool,
    /// The most that the consumer may have fetched and not taken, as it was when last looked at.
    fetched: usize,
    sender_waits: bool,
    /// How many takers wait, at most.
    takers_wait: usize,
    /// The edges of the group find room beyond the capacity.
    boundless: bool,
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

enum Fetched {
    Some,
    None,
    Ended,
}

enum Fetch<M> {
    Message(M),
    Empty,
    Ended,
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

    fn single(worker: Arc<str>, options: &Options, lanes: Option<Lanes<M>>) -> Self {
        Self {
            worker,
            capacity: options.capacity,
            overflow: options.overflow,
            // What has been fetched can be dropped by no policy any more.
            portion: match options.overflow {
                Overflow::Wait => (options.capacity / 2).clamp(1, PORTION),
                Overflow::DropNewest | Overflow::DropOldest => 1,
            },
            takers: options.concurrency,
            lanes,
            inner: Mutex::new(Inner {
                waiting: VecDeque::new(),
                gate: Gate::Open,
                counts: Counts::default(),
                frozen: false,
                fetched: 0,
                sender_waits: false,
                takers_wait: 0,
                boundless: false,
            }),
            progress: Progress::new(options.concurrency),
            direct: Direct::default(),
            items: Notify::new(),
            room: Notify::new(),
            interrupted: AtomicBool::new(false),
            sealed: Signal::default(),
        }
    }

    pub(crate) fn worker(&self) -> &str {
        &self.worker
    }

    pub(crate) fn room(&self) -> &Notify {
        &self.room
    }

    pub(crate) fn sealed(&self) -> &Signal {
        &self.sealed
    }

    /// Accepts a message, drops one by the overflow policy, or refuses it. With `wait`, a sender that
    /// was refused for want of room is woken when there is some.
    pub(crate) fn push(&self, message: M, inlet: Inlet, wait: bool) -> Result<(), Refusal<M>> {
        let mut dropped = None;
        let wake = {
            let mut inner = lock(&self.inner);
            if !inner.gate.admits(inlet) {
                inner.counts.refused += 1;
                return Err(Refusal::Closed(message));
            }
            if self.has_room(&mut inner, inlet) {
                inner.waiting.push_back(message);
            } else {
                match self.overflow {
                    Overflow::Wait => {
                        inner.sender_waits |= wait;
                        return Err(Refusal::Full(message));
                    }
                    Overflow::DropNewest => dropped = Some(message),
                    Overflow::DropOldest => {
                        dropped = inner.waiting.pop_front();
                        inner.waiting.push_back(message);
                    }
                }
                inner.counts.dropped += 1;
            }
            inner.counts.accepted += 1;
            inner.wakes(1)
        };
        self.wake(wake);
        if let Some(message) = dropped {
            tracing::debug!(worker = &*self.worker, policy = ?self.overflow, "message dropped");
            discard(message);
        }
        Ok(())
    }

    /// Accepts a message for which there is room, and nothing to decide. Otherwise it is given back.
    pub(crate) fn push_now(&self, message: M, inlet: Inlet) -> Result<(), M> {
        let wake = {
            let mut inner = lock(&self.inner);
            if !inner.gate.admits(inlet) || !self.has_room(&mut inner, inlet) {
                return Err(message);
            }
            inner.waiting.push_back(message);
            inner.counts.accepted += 1;
            inner.wakes(1)
        };
        self.wake(wake);
        Ok(())
    }

    /// Accepts messages under one lock for as long as there is room. Returns how many, and the one
    /// that found none.
    pub(crate) fn push_each(
        &self,
        messages: &mut impl Iterator<Item = M>,
        inlet: Inlet,
    ) -> (u64, Option<M>) {
        let (wake, accepted, rest) = {
            let mut inner = lock(&self.inner);
            let before = inner.counts.accepted;
            let mut rest = messages.next();
            if inner.gate.admits(inlet) {
                let mut room = self.capacity.saturating_sub(self.size(&inner));
                while room > 0
                    && let Some(message) = rest
                {
                    inner.waiting.push_back(message);
                    inner.counts.accepted += 1;
                    room -= 1;
                    rest = messages.next();
                }
            }
            let accepted = inner.counts.accepted - before;
            (inner.wakes(accepted as usize), accepted, rest)
        };
        self.wake(wake);
        (accepted, rest)
    }

    fn wake(&self, takers: usize) {
        for _ in 0..takers {
            self.items.notify_one();
        }
    }

    /// Moves one portion of what waits to the consumer, which has none left, and the first of it into
    /// its hand at once: so there is room when the senders that wait for it are woken.
    fn fetch(&self, portion: &mut VecDeque<M>) -> Fetch<M> {
        let (message, wake) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.is_interrupted() {
                return Fetch::Ended;
            }
            let Some(message) = inner.waiting.pop_front() else {
                if inner.gate == Gate::Closed {
                    return Fetch::Ended;
                }
                inner.takers_wait = (inner.takers_wait + 1).min(self.takers);
                return Fetch::Empty;
            };
            // Where several take, none keeps what another one could handle meanwhile.
            if self.takers == 1 {
                if inner.waiting.len() < self.portion {
                    std::mem::swap(&mut inner.waiting, portion);
                } else {
                    portion.extend(inner.waiting.drain(..self.portion - 1));
                }
            }
            self.progress.fetched(portion.len());
            inner.fetched += portion.len();
            (message, std::mem::take(&mut inner.sender_waits))
        };
        if wake {
            self.room.notify_waiters();
        }
        Fetch::Message(message)
    }

    /// Moves what waits to the consumer, but no more than a portion, and no more than `most` where
    /// several take.
    fn fetch_all(&self, portion: &mut VecDeque<M>, most: usize) -> Fetched {
        let wake = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.is_interrupted() {
                return Fetched::Ended;
            }
            if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Fetched::Ended;
                }
                inner.takers_wait = (inner.takers_wait + 1).min(self.takers);
                return Fetched::None;
            }
            let most = if self.takers == 1 { usize::MAX } else { most };
            let share = inner.waiting.len().min(self.portion).min(most);
            portion.extend(inner.waiting.drain(..share));
            self.progress.gathered(share);
            inner.fetched += share;
            std::mem::take(&mut inner.sender_waits)
        };
        if wake {
            self.room.notify_waiters();
        }
        Fetched::Some
    }

    /// Moves a batch from what waits into the consumer's hand, which makes room. Nothing, if the batch
    /// is the consumer's no more.
    fn hand(&self, messages: usize) -> Option<Seen> {
        let (seen, wake) = {
            let mut inner = lock(&self.inner);
            let seen = self.progress.handed(messages);
            let mine = (!inner.frozen).then_some(seen);
            (mine, std::mem::take(&mut inner.sender_waits))
        };
        if wake {
            self.room.notify_waiters();
        }
        seen
    }

    /// Moves the done count from the narrow place to the wide one.
    #[cold]
    fn carry(&self) {
        let mut inner = lock(&self.inner);
        if !inner.frozen {
            let seen = self.progress.seen();
            inner.counts.done += seen.done;
            self.progress.carried(seen.done);
        }
    }

    /// Whoever sees it interrupted sees why.
    fn is_interrupted(&self) -> bool {
        let interrupted = self.interrupted.load(Ordering::Relaxed);
        if interrupted {
            fence(Ordering::Acquire);
        }
        interrupted
    }

    fn fail(&self, messages: usize) {
        let mut inner = lock(&self.inner);
        self.progress.let_go(messages);
        if !inner.frozen {
            inner.counts.failed += messages as u64;
        }
    }

    pub(crate) fn admits(&self, inlet: Inlet) -> bool {
        self.inputs()
            .any(|queue| lock(&queue.inner).gate.admits(inlet))
    }

    /// Whether a message over `inlet` would not have to wait, whatever its key is.
    pub(crate) fn takes(&self, inlet: Inlet) -> bool {
        let has_room = |queue: &Self| queue.has_room(&mut lock(&queue.inner), inlet);
        self.overflow != Overflow::Wait || self.inputs().all(has_room)
    }

    /// Counts a message as refused that would have come by another way than [`push`](Self::push).
    pub(crate) fn refuse(&self) {
        lock(&self.inner).counts.refused += 1;
    }

    /// A message that came over a fused edge has failed.
    fn fail_direct(&self) {
        let mut inner = lock(&self.inner);
        if !inner.frozen {
            self.direct.let_go();
            inner.counts.failed += 1;
        }
    }

    /// A message that came over a fused edge will not be handled.
    fn give_up_direct(&self) {
        {
            let mut inner = lock(&self.inner);
            if !inner.frozen {
                self.direct.let_go();
                inner.counts.undelivered += 1;
            }
        }
        self.tell_undelivered(1);
    }

    /// Gives up what a consumer that ends has not handled: what is in its hand, what it fetched, and
    /// what waits.
    fn give_up(&self, held: usize, portion: &mut VecDeque<M>) {
        let left = {
            let mut inner = lock(&self.inner);
            inner.gate = Gate::Closed;
            let left = std::mem::take(&mut inner.waiting);
            self.progress.unfetched(portion.len());
            self.progress.let_go(held);
            if !inner.frozen {
                inner.counts.undelivered += (held + portion.len()) as u64;
            }
            inner.counts.undelivered += left.len() as u64;
            left
        };
        self.room.notify_waiters();
        portion.extend(left);
        self.tell_undelivered((portion.len() + held) as u64);
        portion.drain(..).for_each(discard);
    }

    fn tell_undelivered(&self, messages: u64) {
        if messages > 0 {
            tracing::warn!(worker = &*self.worker, messages, "messages undelivered");
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
            self.progress.seen().fetched as usize
        }
    }

    /// Whether there is room for one message more. Where there was enough of it when last looked at, this
    /// does not touch what the consumer writes.
    fn has_room(&self, inner: &mut Inner<M>, inlet: Inlet) -> bool {
        if inner.waiting.len() + inner.fetched < self.capacity {
            return true;
        }
        inner.fetched = self.fetched(inner);
        inner.waiting.len() + inner.fetched < self.capacity
            || inner.boundless && inlet == Inlet::Edge
    }

    fn narrow(&self, gate: Gate) {
        {
            let mut inner = lock(&self.inner);
            inner.gate = inner.gate.max(gate);
        }
        self.room.notify_waiters();
        self.items.notify_waiters();
    }
}

impl<M> Inner<M> {
    /// How many of those who wait are to be woken for so many messages.
    fn wakes(&mut self, messages: usize) -> usize {
        let wakes = messages.min(self.takers_wait);
        self.takers_wait -= wakes;
        wakes
    }
}

impl Gate {
    fn admits(self, inlet: Inlet) -> bool {
        match self {
            Self::Open => true,
            Self::Internal => inlet != Inlet::Public,
            Self::Closed => false,
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
#[cfg(test)]
mod tests;
