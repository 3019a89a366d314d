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
    /// Moves what waits to the only one that takes, which has none left. The first of it counts as in its hand at once:
    /// so there is room when the senders that wait for it are woken.
    ///
    /// If there is none, it waits until it is woken. If there is one, for which it `waited`, it waits for the next one
    /// at once: where messages come one at a time, there is none yet when this one has been handled.
    pub(super) fn fetch(
        &self,
        progress: &Progress,
        portion: &mut VecDeque<M>,
        waker: &Waker,
        waited: bool,
    ) -> Fetched {
        let (fetched, senders) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return Fetched::Ended;
            }
            let fetched = if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Fetched::Ended;
                }
                self.awaits_alone(&mut inner, waker);
                Fetched::None
            } else {
                self.move_to(&mut inner, progress, portion);
                let alone = portion.len() == 1 && inner.waiting.is_empty();
                if waited && alone && inner.gate != Gate::Closed {
                    self.awaits_alone(&mut inner, waker);
                }
                Fetched::Some
            };
            (fetched, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        fetched
    }

    /// Moves the next message into the hand of one of several that take, which fetches no more than that: what it
    /// fetched, no other lane could handle. If there is none, it waits until `items` is notified, if it says so.
    pub(super) fn fetch_one(
        &self,
        progress: &Progress,
        portion: &mut VecDeque<M>,
        waits: bool,
    ) -> Fetched {
        let (fetched, senders) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return Fetched::Ended;
            }
            let fetched = if let Some(message) = inner.waiting.pop_front() {
                portion.push_back(message);
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
            (fetched, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        fetched
    }

    /// Moves all that waits, but only one message if it may be dropped yet.
    pub(super) fn move_to(
        &self,
        inner: &mut Inner<M>,
        progress: &Progress,
        portion: &mut VecDeque<M>,
    ) {
        if self.overflow != Overflow::Wait {
            portion.extend(inner.waiting.pop_front());
        } else {
            std::mem::swap(&mut inner.waiting, portion);
        }
        inner.fetched += portion.len() as u64;
        progress.take(1);
    }

    /// Grants the room that the consumer has made since its last fetch to the senders that wait.
    pub(super) fn let_senders_in(&self) {
        if self.crowded.load(Ordering::Relaxed) {
            let senders = self.grant_room(&mut lock(&self.inner));
            self.wake_senders(senders);
        }
    }

    /// Moves what waits to the consumer; where several take, no more than a portion, and no more than `most`.
    pub(super) fn fetch_all(&self, portion: &mut VecDeque<M>, most: usize) -> Fetched {
        let senders = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
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
            let alone = self.consumer_ends.len() == 1;
            let all = alone && self.overflow == Overflow::Wait;
            let share = if all && portion.is_empty() {
                std::mem::swap(&mut inner.waiting, portion);
                waiting
            } else {
                let most = if alone { usize::MAX } else { most };
                let share = waiting.min(self.portion).min(most);
                portion.extend(inner.waiting.drain(..share));
                share
            };
            inner.fetched += share as u64;
            self.grant_room(&mut inner)
        };
        self.wake_senders(senders);
        Fetched::Some
    }

    /// Moves a batch from what waits into the consumer's hand, which makes room. Returns whether the batch is still
    /// the consumer's.
    pub(super) fn hand(&self, progress: &Progress, messages: usize) -> bool {
        let (mine, senders) = {
            let mut inner = lock(&self.inner);
            progress.take(messages);
            (!inner.frozen, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        mine
    }
}
