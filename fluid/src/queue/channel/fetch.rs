//! How messages come from a queue to its consumer.

use std::collections::VecDeque;
use std::task::Waker;

use super::consumer_end::ConsumerEnd;
use super::{Channel, Gate, Inner};
use crate::options::Overflow;
use crate::report::ledger::{Progress, Seen};
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
        consumer_end: &ConsumerEnd<M>,
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
                self.move_to(&mut inner, consumer_end, portion);
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

    /// Moves the next message into the hand of one of several that take: of its own share, of what waits, or of what
    /// another one has fetched. If there is none, it waits until `items` is notified, if it says so.
    pub(super) fn fetch_one(
        &self,
        consumer_end: &ConsumerEnd<M>,
        portion: &mut VecDeque<M>,
        waits: bool,
    ) -> Fetched {
        if self.calls.is_interrupted() {
            return Fetched::Ended;
        }
        if let Some(message) = consumer_end.next() {
            consumer_end.progress.taken();
            portion.push_back(message);
            return Fetched::Some;
        }
        let (fetched, senders) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return Fetched::Ended;
            }
            let fetched = if let Some(message) = inner.waiting.pop_front() {
                portion.push_back(message);
                self.share(&mut inner, consumer_end);
                Fetched::Some
            } else if let Some(message) = self.consumer_ends.iter().find_map(|other| other.next()) {
                portion.push_back(message);
                consumer_end.progress.taken();
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

    /// Counts a message as in hand that was moved there, and moves to the consumer_end's share what falls to it of those that
    /// wait. While another consumer_end waits, that is nothing: each message has woken one, so there are fewer than consumer_ends.
    fn share(&self, inner: &mut Inner<M>, consumer_end: &ConsumerEnd<M>) {
        let most = inner.waiting.len() / self.consumer_ends.len();
        let more = consumer_end.fill(&mut inner.waiting, most);
        consumer_end.progress.fetched(more);
        inner.fetched += more;
    }

    /// Gives the share of a consumer_end back to the front of the queue, since it is older than what waits there.
    #[cold]
    pub(super) fn give_back(&self, consumer_end: &ConsumerEnd<M>) {
        let mut inner = lock(&self.inner);
        let mut messages = consumer_end.take_all();
        consumer_end.progress.unfetched(messages.len());
        inner.fetched = inner.fetched.saturating_sub(messages.len());
        messages.append(&mut inner.waiting);
        inner.waiting = messages;
    }

    /// Moves all that waits, or as much as can be counted; but only one message if it may be dropped yet.
    pub(super) fn move_to(
        &self,
        inner: &mut Inner<M>,
        consumer_end: &ConsumerEnd<M>,
        portion: &mut VecDeque<M>,
    ) {
        if self.overflow != Overflow::Wait {
            portion.extend(inner.waiting.pop_front());
        } else if inner.waiting.len() <= Progress::MAX_FETCHED {
            std::mem::swap(&mut inner.waiting, portion);
        } else {
            portion.extend(inner.waiting.drain(..Progress::MAX_FETCHED));
        }
        let more = portion.len() - 1;
        consumer_end.progress.fetched(more);
        inner.fetched += more;
    }

    /// Lets senders in that wait for the room which the consumer has made since it fetched last.
    pub(super) fn let_senders_in(&self) {
        if self.crowded.load(Ordering::Relaxed) {
            let senders = self.grant_room(&mut lock(&self.inner));
            self.wake_senders(senders);
        }
    }

    /// Moves what waits to the consumer; where several take, no more than a portion, and no more than `most`.
    pub(super) fn fetch_all(
        &self,
        consumer_end: &ConsumerEnd<M>,
        portion: &mut VecDeque<M>,
        most: usize,
    ) -> Fetched {
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
            let all = alone
                && self.overflow == Overflow::Wait
                && self.fetched(&inner) + waiting <= Progress::MAX_FETCHED;
            let share = if all && portion.is_empty() {
                std::mem::swap(&mut inner.waiting, portion);
                waiting
            } else {
                let most = if alone { usize::MAX } else { most };
                let share = waiting.min(self.portion).min(most);
                portion.extend(inner.waiting.drain(..share));
                share
            };
            consumer_end.progress.gathered(share);
            inner.fetched += share;
            self.grant_room(&mut inner)
        };
        self.wake_senders(senders);
        Fetched::Some
    }

    /// Moves a batch from what waits into the consumer's hand, which makes room. Nothing, if the batch
    /// is the consumer's no more.
    pub(super) fn hand(&self, consumer_end: &ConsumerEnd<M>, messages: usize) -> Option<Seen> {
        let (seen, senders) = {
            let mut inner = lock(&self.inner);
            let seen = consumer_end.progress.handed(messages);
            let mine = (!inner.frozen).then_some(seen);
            (mine, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        seen
    }
}
