//! How messages come from a queue to its consumer.

use std::collections::VecDeque;
use std::task::Waker;

use super::taker::Taker;
use super::{Channel, Gate, Inner};
use crate::ledger::{Progress, Seen};
use crate::lock::lock;
use crate::options::Overflow;
use crate::sync::atomic::Ordering;

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
    /// If there is none, it waits until it is woken.
    pub(super) fn fetch(
        &self,
        taker: &Taker<M>,
        portion: &mut VecDeque<M>,
        waker: &Waker,
    ) -> Fetched {
        let (fetched, wake) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return Fetched::Ended;
            }
            let fetched = if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Fetched::Ended;
                }
                self.awaits(&mut inner);
                let present = inner.taker.get_or_insert_with(|| waker.clone());
                present.clone_from(waker);
                Fetched::None
            } else {
                self.move_to(&mut inner, taker, portion);
                Fetched::Some
            };
            (fetched, self.no_more_crowd(&mut inner))
        };
        if wake {
            self.room.notify_waiters();
        }
        fetched
    }

    /// Moves the next message into the hand of one of several that take: of its own share, of what waits, or of what
    /// another one has fetched. If there is none, it waits until `items` is notified, if it says so.
    pub(super) fn fetch_one(
        &self,
        taker: &Taker<M>,
        portion: &mut VecDeque<M>,
        waits: bool,
    ) -> Fetched {
        if self.calls.is_interrupted() {
            return Fetched::Ended;
        }
        if let Some(message) = taker.next() {
            taker.progress.taken();
            portion.push_back(message);
            return Fetched::Some;
        }
        let (fetched, wake) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return Fetched::Ended;
            }
            let fetched = if let Some(message) = inner.waiting.pop_front() {
                portion.push_back(message);
                self.share(&mut inner, taker);
                Fetched::Some
            } else if let Some(message) = self.takers.iter().find_map(|other| other.next()) {
                portion.push_back(message);
                taker.progress.taken();
                Fetched::Some
            } else if inner.gate == Gate::Closed {
                return Fetched::Ended;
            } else {
                if waits {
                    self.awaits(&mut inner);
                }
                Fetched::None
            };
            (fetched, self.no_more_crowd(&mut inner))
        };
        if wake {
            self.room.notify_waiters();
        }
        fetched
    }

    /// Counts a message as in hand that was moved there, and moves to the taker's share what falls to it of those that
    /// wait. While another taker waits, that is nothing: each message has woken one, so there are fewer than takers.
    fn share(&self, inner: &mut Inner<M>, taker: &Taker<M>) {
        let most = inner.waiting.len() / self.takers.len();
        let more = taker.fill(&mut inner.waiting, most);
        taker.progress.fetched(more);
        inner.fetched += more;
    }

    /// Gives the share of a taker back to the front of the queue, since it is older than what waits there.
    #[cold]
    pub(super) fn give_back(&self, taker: &Taker<M>) {
        let mut inner = lock(&self.inner);
        let mut messages = taker.take_all();
        taker.progress.unfetched(messages.len());
        inner.fetched = inner.fetched.saturating_sub(messages.len());
        messages.append(&mut inner.waiting);
        inner.waiting = messages;
    }

    /// Moves all that waits, or as much as can be counted; but only one message if it may be dropped yet.
    pub(super) fn move_to(
        &self,
        inner: &mut Inner<M>,
        taker: &Taker<M>,
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
        taker.progress.fetched(more);
        inner.fetched += more;
    }

    /// Lets senders in that wait for the room which the consumer has made since it fetched last.
    pub(super) fn let_senders_in(&self) {
        if self.crowded.load(Ordering::Relaxed) && self.no_more_crowd(&mut lock(&self.inner)) {
            self.room.notify_waiters();
        }
    }

    /// Moves what waits to the consumer; where several take, no more than a portion, and no more than `most`.
    pub(super) fn fetch_all(
        &self,
        taker: &Taker<M>,
        portion: &mut VecDeque<M>,
        most: usize,
    ) -> Fetched {
        let wake = {
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
            let alone = self.takers.len() == 1;
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
            taker.progress.gathered(share);
            inner.fetched += share;
            self.no_more_crowd(&mut inner)
        };
        if wake {
            self.room.notify_waiters();
        }
        Fetched::Some
    }

    /// Moves a batch from what waits into the consumer's hand, which makes room. Nothing, if the batch
    /// is the consumer's no more.
    pub(super) fn hand(&self, taker: &Taker<M>, messages: usize) -> Option<Seen> {
        let (seen, wake) = {
            let mut inner = lock(&self.inner);
            let seen = taker.progress.handed(messages);
            let mine = (!inner.frozen).then_some(seen);
            (mine, self.no_more_crowd(&mut inner))
        };
        if wake {
            self.room.notify_waiters();
        }
        seen
    }
}
