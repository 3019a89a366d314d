//! How messages come from a queue to its consumer.

use std::collections::VecDeque;
use std::task::Waker;

use super::{Channel, Gate, Inner};
use crate::ledger::{Progress, Seen};
use crate::lock::lock;
use crate::options::Overflow;
use crate::sync::atomic::Ordering;

/// How a consumer waits for a message if there is none.
pub(super) enum Waits<'a> {
    Not,
    /// Until `items` is notified.
    Noticed,
    /// Until it is woken: the only one that takes.
    Woken(&'a Waker),
}

/// Whether messages were moved to the consumer.
pub(super) enum Fetched {
    Some,
    None,
    /// None will come any more.
    Ended,
}

impl<M> Channel<M> {
    /// Moves what waits to the consumer, which has none left. The first of it counts as in its hand at once: so there
    /// is room when the senders that wait for it are woken.
    ///
    /// If there is none, the consumer waits as it says.
    pub(super) fn fetch(&self, portion: &mut VecDeque<M>, waits: Waits<'_>) -> Fetched {
        let (fetched, wake) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return Fetched::Ended;
            }
            let fetched = if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Fetched::Ended;
                }
                match waits {
                    Waits::Not => {}
                    Waits::Noticed => self.awaits(&mut inner),
                    Waits::Woken(taker) => {
                        self.awaits(&mut inner);
                        let present = inner.taker.get_or_insert_with(|| taker.clone());
                        present.clone_from(taker);
                    }
                }
                Fetched::None
            } else {
                self.move_to(&mut inner, portion);
                Fetched::Some
            };
            (fetched, self.no_more_crowd(&mut inner))
        };
        if wake {
            self.room.notify_waiters();
        }
        fetched
    }

    /// Moves a message to one of several consumers in the place of the one in its hand, which is done. Nothing, if none
    /// waits, or there is something else to be looked at.
    pub(super) fn fetch_next(&self, portion: &mut VecDeque<M>) -> Option<Seen> {
        let (seen, wake) = {
            let mut inner = lock(&self.inner);
            if inner.frozen || self.calls.is_interrupted() {
                return None;
            }
            portion.push_back(inner.waiting.pop_front()?);
            (self.progress.replaced(), self.no_more_crowd(&mut inner))
        };
        if wake {
            self.room.notify_waiters();
        }
        Some(seen)
    }

    /// Moves all that waits, or as much as can be counted; but only one message if another one who takes could handle
    /// the next meanwhile, or it may be dropped yet.
    pub(super) fn move_to(&self, inner: &mut Inner<M>, portion: &mut VecDeque<M>) {
        if self.takers > 1 || self.overflow != Overflow::Wait {
            portion.extend(inner.waiting.pop_front());
        } else if inner.waiting.len() <= Progress::MAX_FETCHED {
            std::mem::swap(&mut inner.waiting, portion);
        } else {
            portion.extend(inner.waiting.drain(..Progress::MAX_FETCHED));
        }
        let more = portion.len() - 1;
        self.progress.fetched(more);
        inner.fetched += more;
    }

    /// Lets senders in that wait for the room which the consumer has made since it fetched last.
    pub(super) fn let_senders_in(&self) {
        if self.crowded.load(Ordering::Relaxed) && self.no_more_crowd(&mut lock(&self.inner)) {
            self.room.notify_waiters();
        }
    }

    /// Moves what waits to the consumer; where several take, no more than a portion, and no more than `most`.
    pub(super) fn fetch_all(&self, portion: &mut VecDeque<M>, most: usize) -> Fetched {
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
            let all = self.takers == 1
                && self.overflow == Overflow::Wait
                && self.fetched(&inner) + waiting <= Progress::MAX_FETCHED;
            let share = if all && portion.is_empty() {
                std::mem::swap(&mut inner.waiting, portion);
                waiting
            } else {
                let most = if self.takers == 1 { usize::MAX } else { most };
                let share = waiting.min(self.portion).min(most);
                portion.extend(inner.waiting.drain(..share));
                share
            };
            self.progress.gathered(share);
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
    pub(super) fn hand(&self, messages: usize) -> Option<Seen> {
        let (seen, wake) = {
            let mut inner = lock(&self.inner);
            let seen = self.progress.handed(messages);
            let mine = (!inner.frozen).then_some(seen);
            (mine, self.no_more_crowd(&mut inner))
        };
        if wake {
            self.room.notify_waiters();
        }
        seen
    }
}
