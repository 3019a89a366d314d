//! Batches: several messages for one call.
//!
//! Gathered messages count as waiting, like fetched ones. So the bound of the queue holds, and a restart, which keeps
//! the queue, keeps them too.

use std::collections::{BTreeMap, VecDeque};
use std::pin::pin;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use super::Queue;
use super::fetch::Fetched;
use super::lanes::Key;
use crate::options::MAX_BATCH;
use crate::queue::discard;
use crate::sync::lock::lock;
use crate::sync::yielding::yield_to_all;

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
    /// The full batches, if there is no key. The next one is the last. Each is older than the open batch.
    full: Vec<Vec<M>>,
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
            full: Vec::new(),
            messages: 0,
        }
    }

    /// All messages. Without a key they are in order.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = M> {
        self.messages = 0;
        let full = std::mem::take(&mut self.full).into_iter().rev().flatten();
        let open = std::mem::take(&mut self.open);
        full.chain(open.into_values().flat_map(|open| open.messages))
    }

    /// The key of the oldest open batch, and when it was begun.
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

    fn take_full(&mut self) -> Option<Vec<M>> {
        let full = self.full.pop()?;
        self.messages -= full.len();
        Some(full)
    }

    /// Cuts messages without key and weight into batches. What is left over begins the open batch.
    ///
    /// It cuts from the last message to the first. So each message is moved once, together with the others of its
    /// batch.
    fn cut(&mut self, messages: &mut VecDeque<M>, size: usize) {
        if messages.is_empty() {
            return;
        }
        self.messages += messages.len();
        let begun = self.open.get(&0).map_or(0, |open| open.messages.len());
        if begun + messages.len() < size {
            self.open(0).messages.extend(messages.drain(..));
            return;
        }
        let first = self.open.remove(&0).map(|open| open.messages);
        let rest = (begun + messages.len()) % size;
        if rest > 0 {
            self.open(0).messages = split_off(messages, rest);
        }
        while messages.len() >= size {
            self.full.push(split_off(messages, size));
        }
        if let Some(mut first) = first {
            first.extend(messages.drain(..));
            self.full.push(first);
        }
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

    /// The open batch of a key. It is begun now if there is none.
    fn open(&mut self, key: u64) -> &mut Open<M> {
        self.open.entry(key).or_insert_with(|| Open {
            messages: Vec::new(),
            weight: 0,
            since: Instant::now(),
        })
    }
}

/// Returns the last `count` messages, in memory of their own.
fn split_off<M>(messages: &mut VecDeque<M>, count: usize) -> Vec<M> {
    messages.split_off(messages.len() - count).into()
}

impl<M> Queue<M> {
    /// Receives the next batch. Returns `None` if the incarnation should end. The batch before it is done.
    ///
    /// Cancel safe: gathered messages stay in the queue.
    pub(crate) async fn recv_batch(&mut self, batching: &Batching<M>) -> Option<Vec<M>> {
        consume_budget().await;
        self.settle();
        if self.is_of_nothing() {
            self.ended().await;
            return None;
        }
        if self.channel.requests.take_yield(&mut self.seen_requests) {
            yield_to_all().await;
        }
        let batch = self.gather_until_due(batching).await?;
        self.take_batch(batch)
    }

    /// Gathers messages until a batch is full, has lingered, or can get no more.
    async fn gather_until_due(&mut self, batching: &Batching<M>) -> Option<Vec<M>> {
        loop {
            if self.channel.requests.is_interrupted() {
                return None;
            }
            if let Some(batch) = self.gather(batching) {
                return Some(batch);
            }
            let mut arrived = pin!(self.channel.items.notified());
            arrived.as_mut().enable();
            let most = batching.size.saturating_sub(self.gathering.messages).max(1);
            match self.channel.fetch_all(&mut self.fetched, most) {
                Fetched::Some => continue,
                Fetched::Ended if self.channel.requests.is_interrupted() => return None,
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

    /// Moves fetched messages into batches, until one is due.
    fn gather(&mut self, batching: &Batching<M>) -> Option<Vec<M>> {
        if batching.key.is_none() && batching.weight.is_none() {
            self.gathering.cut(&mut self.fetched, batching.size);
            if let Some(batch) = self.gathering.take_full() {
                return Some(batch);
            }
        }
        while let Some(message) = self.fetched.front() {
            let (key, weight) = (batching.key(message), batching.weight(message));
            if self.gathering.overflows(key, weight, batching) {
                return self.gathering.take(key);
            }
            let message = self.fetched.pop_front()?;
            if self.gathering.add(key, weight, message, batching) {
                return self.gathering.take(key);
            }
        }
        // A batch that has lingered does not wait for others that come without a pause.
        let (key, since) = self.gathering.oldest()?;
        let lingered = batching
            .linger
            .is_some_and(|linger| since.elapsed() >= linger);
        if lingered || self.gathering.messages >= MAX_BATCH {
            self.gathering.take(key)
        } else {
            None
        }
    }

    /// Whether no message can come before one is handled.
    fn must_make_room(&self) -> bool {
        self.channel.size(&lock(&self.channel.inner)) >= self.channel.capacity
    }

    /// Takes a batch into the hand.
    fn take_batch(&mut self, batch: Vec<M>) -> Option<Vec<M>> {
        if !self.channel.take_batch(&self.progress, batch.len()) {
            // The seal has counted it as undelivered.
            batch.into_iter().for_each(discard);
            return None;
        }
        self.in_hand = batch.len();
        Some(batch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cuts fetches of so many messages. Returns the full batches in their order, and what is left over.
    fn cut(fetches: &[usize], size: usize) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut gathering = Gathering::new();
        let (mut next, mut batches) = (0.., Vec::new());
        for &count in fetches {
            let mut messages = next.by_ref().take(count).collect();
            gathering.cut(&mut messages, size);
            assert!(messages.is_empty());
            batches.extend(std::iter::from_fn(|| gathering.take_full()));
        }
        let left = gathering.messages;
        let rest: Vec<_> = gathering.take_all().collect();
        assert_eq!(rest.len(), left);
        (batches, rest)
    }

    #[test]
    fn portions_of_every_length_are_cut_into_full_batches_in_order() {
        for size in 1..5 {
            for (first, second) in (0..50).map(|both| (both / 10, 1 + both % 10)) {
                let (batches, rest) = cut(&[first, second], size);
                assert!(batches.iter().all(|batch| batch.len() == size));
                assert!(rest.len() < size);
                let all: Vec<_> = batches.concat().into_iter().chain(rest).collect();
                assert_eq!(all, (0..first + second).collect::<Vec<_>>());
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_unfinished_batch_is_as_old_as_its_first_message() {
        let mut gathering = Gathering::new();
        let began = Instant::now();
        gathering.cut(&mut (0..4).collect(), 3);
        tokio::time::advance(Duration::from_secs(1)).await;
        gathering.cut(&mut (4..5).collect(), 3);
        assert_eq!(gathering.oldest(), Some((0, began)));
        gathering.cut(&mut (5..7).collect(), 3);
        let later = began + Duration::from_secs(1);
        assert_eq!(gathering.oldest(), Some((0, later)));
    }

    #[test]
    fn full_batches_are_given_up_with_the_unfinished_one() {
        let mut gathering = Gathering::new();
        gathering.cut(&mut (0..8).collect(), 3);
        assert_eq!(gathering.messages, 8);
        assert_eq!(gathering.take_all().collect::<Vec<_>>().len(), 8);
        assert_eq!(gathering.messages, 0);
    }
}
