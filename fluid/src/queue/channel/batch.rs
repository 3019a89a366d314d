//! Batches: several messages for one call.
//!
//! What is being gathered counts as waiting, like what was fetched: so the bound of the queue holds, and a
//! restart, which keeps the queue, keeps it too.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use super::consumer::Hand;
use super::fetch::Fetched;
use super::lanes::Key;
use super::{PORTION, Queue};
use crate::ledger::Progress;
use crate::lock::lock;
use crate::options::MAX_BATCH;
use crate::queue::discard;

/// When a batch is full, and which messages belong together.
pub(crate) struct Batching<M> {
    pub(crate) size: usize,
    pub(crate) linger: Option<Duration>,
    pub(crate) key: Option<Key<M>>,
    pub(crate) weight: Option<fn(&M) -> usize>,
    pub(crate) max_weight: usize,
}

impl<M> Batching<M> {
    fn weight(&self, message: &M) -> usize {
        self.weight.map_or(0, |weight| weight(message))
    }

    fn key(&self, message: &M) -> u64 {
        self.key.map_or(0, |key| key(message))
    }
}

/// The batches that are being gathered, by key.
pub(super) struct Gathering<M> {
    open: BTreeMap<u64, Open<M>>,
    pub(super) messages: usize,
}

struct Open<M> {
    messages: Vec<M>,
    weight: usize,
    since: Instant,
}

impl<M> Gathering<M> {
    pub(super) const fn new() -> Self {
        Self {
            open: BTreeMap::new(),
            messages: 0,
        }
    }

    /// All messages, in no order.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = M> {
        self.messages = 0;
        let open = std::mem::take(&mut self.open);
        open.into_values().flat_map(|open| open.messages)
    }

    /// The key of the batch that was begun first, and when that was.
    fn oldest(&self) -> Option<(u64, Instant)> {
        let ages = self.open.iter().map(|(&key, open)| (key, open.since));
        ages.min_by_key(|&(_, since)| since)
    }

    fn take(&mut self, key: u64) -> Option<Vec<M>> {
        let open = self.open.remove(&key)?;
        self.messages -= open.messages.len();
        Some(open.messages)
    }

    fn take_oldest(&mut self) -> Option<Vec<M>> {
        let (key, _) = self.oldest()?;
        self.take(key)
    }

    /// Whether a message would make the batch of its key too heavy.
    fn overflows(&self, key: u64, weight: usize, batching: &Batching<M>) -> bool {
        self.open
            .get(&key)
            .is_some_and(|open| open.weight.saturating_add(weight) > batching.max_weight)
    }

    /// Adds a message. Returns whether the batch of its key is full.
    fn add(&mut self, key: u64, weight: usize, message: M, batching: &Batching<M>) -> bool {
        let open = self.open(key);
        open.messages.push(message);
        open.weight = open.weight.saturating_add(weight);
        let is_full = open.messages.len() >= batching.size || open.weight >= batching.max_weight;
        self.messages += 1;
        is_full
    }

    /// The batch of a key, begun now if there is none.
    fn open(&mut self, key: u64) -> &mut Open<M> {
        self.open.entry(key).or_insert_with(|| Open {
            messages: Vec::new(),
            weight: 0,
            since: Instant::now(),
        })
    }
}

impl<M> Queue<M> {
    /// The next batch; `None` when the queue is closed and nothing is left, or this life should end. Those
    /// of the batch before are done.
    ///
    /// Cancel safe: what was gathered stays.
    pub(crate) async fn next_batch(&mut self, batching: &Batching<M>) -> Option<Vec<M>> {
        consume_budget().await;
        self.settle();
        if self.is_of_nothing() {
            self.ended().await;
            return None;
        }
        let batch = self.gathered(batching).await?;
        self.hand_over_batch(batch)
    }

    /// Gathers until a batch is to be handed over.
    async fn gathered(&mut self, batching: &Batching<M>) -> Option<Vec<M>> {
        loop {
            if self.channel.is_interrupted() {
                return None;
            }
            if let Some(batch) = self.gather(batching) {
                return Some(batch);
            }
            let mut arrived = pin!(self.channel.items.notified());
            arrived.as_mut().enable();
            let most = batching.size.saturating_sub(self.gathering.messages).max(1);
            match self.channel.fetch_all(&mut self.portion, most) {
                Fetched::Some => continue,
                Fetched::Ended if self.channel.is_interrupted() => return None,
                Fetched::Ended => return self.gathering.take_oldest(),
                Fetched::None => {}
            }
            let oldest = self.gathering.oldest();
            if oldest.is_some() && self.must_make_room() {
                return self.gathering.take_oldest();
            }
            #[cfg(feature = "test-util")]
            crate::test::rested();
            let Some(((key, since), linger)) = oldest.zip(batching.linger) else {
                arrived.await;
                continue;
            };
            tokio::select! {
                () = arrived => {}
                () = sleep_until(since + linger) => return self.gathering.take(key),
            }
        }
    }

    /// Moves what was fetched into batches, until one is full.
    fn gather(&mut self, batching: &Batching<M>) -> Option<Vec<M>> {
        if batching.key.is_none() && batching.weight.is_none() && self.gather_together(batching) {
            return self.gathering.take_oldest();
        }
        while let Some(message) = self.portion.front() {
            let (key, weight) = (batching.key(message), batching.weight(message));
            if self.gathering.overflows(key, weight, batching) {
                return self.gathering.take(key);
            }
            let message = self.portion.pop_front()?;
            if self.gathering.add(key, weight, message, batching) {
                return self.gathering.take(key);
            }
        }
        // One that has lingered is not kept waiting by others that come without a pause.
        let (key, since) = self.gathering.oldest()?;
        let lingered = batching
            .linger
            .is_some_and(|linger| since.elapsed() >= linger);
        if lingered || self.gathering.messages >= self.most() {
            self.gathering.take(key)
        } else {
            None
        }
    }

    /// The same where all messages belong together, and none weighs anything. Returns whether the batch is full.
    fn gather_together(&mut self, batching: &Batching<M>) -> bool {
        if self.portion.is_empty() {
            return false;
        }
        let messages = &mut self.gathering.open(0).messages;
        let share = (batching.size - messages.len()).min(self.portion.len());
        messages.extend(self.portion.drain(..share));
        let is_full = messages.len() >= batching.size;
        self.gathering.messages += share;
        is_full
    }

    /// The most that is gathered: what the lanes of one consumer hold together has to be counted.
    fn most(&self) -> usize {
        MAX_BATCH.min(Progress::MAX_FETCHED / self.channel.takers - PORTION)
    }

    /// Whether no more can come before something is handled.
    fn must_make_room(&self) -> bool {
        self.channel.size(&lock(&self.channel.inner)) >= self.channel.capacity
    }

    fn hand_over_batch(&mut self, batch: Vec<M>) -> Option<Vec<M>> {
        let Some(seen) = self.channel.hand(batch.len()) else {
            // Counted as undelivered by whoever gave this worker up.
            batch.into_iter().for_each(discard);
            return None;
        };
        self.hand = Hand::Batch(batch.len());
        self.carry_if_full(seen);
        Some(batch)
    }
}
