//! How messages come from a queue to its consumer.

use std::collections::VecDeque;
use std::task::Waker;

use super::{Channel, Gate, Inner};
use crate::options::Overflow;
use crate::report::ledger::Progress;
use crate::sync::atomic::Ordering;
use crate::sync::lock::lock;

/// Whether messages were moved to the consumer.
pub(super) enum Fetched {
    Some,
    None,
    /// None will come any more.
    Ended,
}

impl<M> Channel<M> {
    /// Moves all that waits to the only lane, which has nothing fetched. The first message counts as in hand at once, so
    /// there is room when the senders that wait are woken.
    ///
    /// If none waits, the lane's waker is registered. If the lane has `waited`, and gets the only message, it registers
    /// for the next one at once: where messages come one at a time, none waits yet when this one has been handled.
    pub(super) fn fetch(
        &self,
        progress: &Progress,
        fetched: &mut VecDeque<M>,
        waker: &Waker,
        waited: bool,
    ) -> Fetched {
        let (outcome, senders) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.requests.is_interrupted() {
                return Fetched::Ended;
            }
            let outcome = if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Fetched::Ended;
                }
                self.awaits_alone(&mut inner, waker);
                Fetched::None
            } else {
                self.move_to(&mut inner, progress, fetched);
                let alone = fetched.len() == 1 && inner.waiting.is_empty();
                if waited && alone && inner.gate != Gate::Closed {
                    self.awaits_alone(&mut inner, waker);
                }
                Fetched::Some
            };
            (outcome, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        outcome
    }

    /// Moves the next message into the hand of one of several lanes. It fetches no more, since no other lane can handle
    /// what it has fetched. If no message waits and `waits` is set, the lane is counted as waiting at `items`.
    pub(super) fn fetch_one(
        &self,
        progress: &Progress,
        fetched: &mut VecDeque<M>,
        waits: bool,
    ) -> Fetched {
        let (outcome, senders) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.requests.is_interrupted() {
                return Fetched::Ended;
            }
            let outcome = if let Some(message) = inner.waiting.pop_front() {
                fetched.push_back(message);
                inner.fetched += 1;
                progress.take(1);
                Fetched::Some
            } else if inner.gate == Gate::Closed {
                return Fetched::Ended;
            } else {
                if waits {
                    self.awaits(&mut inner);
                }
                Fetched::None
            };
            (outcome, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        outcome
    }

    /// Moves all that waits, but only one message if the overflow policy may drop messages.
    pub(super) fn move_to(
        &self,
        inner: &mut Inner<M>,
        progress: &Progress,
        fetched: &mut VecDeque<M>,
    ) {
        if self.overflow != Overflow::Wait {
            fetched.extend(inner.waiting.pop_front());
        } else {
            std::mem::swap(&mut inner.waiting, fetched);
        }
        inner.fetched += fetched.len() as u64;
        progress.take(1);
    }

    /// Grants the room that the consumer has made since its last fetch to the senders that wait.
    pub(super) fn let_senders_in(&self) {
        if self.senders_wait.load(Ordering::Relaxed) {
            let senders = self.grant_room(&mut lock(&self.inner));
            self.wake_senders(senders);
        }
    }

    /// Moves what waits to the consumer. One of several lanes gets at most `most` messages, and at most `max_fetch`.
    pub(super) fn fetch_all(&self, fetched: &mut VecDeque<M>, most: usize) -> Fetched {
        let senders = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.requests.is_interrupted() {
                return Fetched::Ended;
            }
            if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Fetched::Ended;
                }
                self.awaits(&mut inner);
                return Fetched::None;
            }
            let waiting = inner.waiting.len();
            let alone = self.progress.len() == 1;
            let all = alone && self.overflow == Overflow::Wait;
            let count = if all && fetched.is_empty() {
                std::mem::swap(&mut inner.waiting, fetched);
                waiting
            } else {
                let most = if alone { usize::MAX } else { most };
                let count = waiting.min(self.max_fetch).min(most);
                fetched.extend(inner.waiting.drain(..count));
                count
            };
            inner.fetched += count as u64;
            self.grant_room(&mut inner)
        };
        self.wake_senders(senders);
        Fetched::Some
    }

    /// Takes a batch of fetched messages into the hand of the consumer, which makes room. Returns `false` if the counts
    /// are sealed, and the batch is counted as undelivered.
    pub(super) fn take_batch(&self, progress: &Progress, messages: usize) -> bool {
        let (mine, senders) = {
            let mut inner = lock(&self.inner);
            progress.take(messages);
            (!inner.frozen, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        mine
    }
}
