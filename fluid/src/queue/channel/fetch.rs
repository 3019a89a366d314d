//! How messages come from a queue to its consumer.

use std::collections::VecDeque;
use std::task::{Poll, Waker};

use super::admit::wake;
use super::wakers::set;
use super::{Channel, Gate, Inner, Queue};
use crate::options::Overflow;
use crate::report::ledger::Progress;
use crate::sync::atomic::Ordering;
use crate::sync::lock::lock;

/// What a lane fetches at once.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Demand {
    /// A message, which counts as in hand at once. So there is room when the senders that wait are woken.
    Message,
    /// At most so many messages for a batch, if other lanes take from the queue.
    Batch(usize),
}

impl<M> Queue<M> {
    /// Fetches messages. Returns `Ready(false)` if none will come any more. If none waits, the waker is registered.
    ///
    /// The only lane fetches all that wait. One of several fetches no more than it handles next, since no other lane
    /// can handle what it has fetched. With an overflow policy that drops messages, one is fetched at a time, since a
    /// fetched message can no longer be dropped.
    ///
    /// With `again`, the lane has waited before. If it is the only lane, and gets the only message, it registers for
    /// the next one at once: where messages come one at a time, none waits yet when this one has been handled.
    pub(super) fn fetch(&mut self, demand: Demand, waker: &Waker, again: bool) -> Poll<bool> {
        let channel = &*self.channel;
        if !self.fetched.is_empty() && !channel.control.is_interrupted() {
            if demand == Demand::Message {
                self.progress.take(1);
            }
            return Poll::Ready(true);
        }
        let one_lane = channel.has_one_lane();
        let known = self.known.as_ref();
        let is_known = one_lane && known.is_some_and(|known| known.will_wake(waker));
        if is_known && channel.consumer_waits() {
            // The waker is still registered, so nothing has happened.
            return Poll::Pending;
        }
        let (fetched, next, senders) = {
            let mut inner = lock(&channel.inner);
            if inner.frozen || channel.control.is_interrupted() {
                return Poll::Ready(false);
            }
            if inner.waiting.is_empty() {
                if inner.gate == Gate::Closed {
                    return Poll::Ready(false);
                }
                channel.register(&mut inner, self.lane, waker);
                set(&mut self.known, waker);
                (Poll::Pending, None, channel.grant_room(&mut inner))
            } else {
                let most = match demand {
                    _ if channel.overflow != Overflow::Wait => 1,
                    _ if one_lane => usize::MAX,
                    Demand::Message => 1,
                    Demand::Batch(most) => most,
                };
                inner.fetch(&mut self.fetched, most);
                if demand == Demand::Message {
                    self.progress.take(1);
                }
                // For another lane, if messages are left.
                let next = match inner.waiting.is_empty() {
                    true => None,
                    false => channel.take_waker(&mut inner),
                };
                let only = inner.waiting.is_empty() && self.fetched.len() == 1;
                if again && is_known && only && inner.gate != Gate::Closed {
                    channel.register(&mut inner, self.lane, waker);
                }
                (Poll::Ready(true), next, channel.grant_room(&mut inner))
            }
        };
        wake(next);
        channel.wake_senders(senders);
        fetched
    }
}

impl<M> Channel<M> {
    pub(super) fn has_one_lane(&self) -> bool {
        self.progress.len() == 1
    }

    /// Grants the room that the consumer has made since its last fetch to the senders that wait.
    pub(super) fn let_senders_in(&self) {
        if self.senders_wait.load(Ordering::Relaxed) {
            let senders = self.grant_room(&mut lock(&self.inner));
            self.wake_senders(senders);
        }
    }

    /// Takes a batch of fetched messages into the hand of the consumer, which makes room. Returns `false` if the
    /// counts are sealed, and the batch is counted as undelivered.
    pub(super) fn take_batch(&self, progress: &Progress, messages: usize) -> bool {
        let (is_counted, senders) = {
            let mut inner = lock(&self.inner);
            progress.take(messages);
            (!inner.frozen, self.grant_room(&mut inner))
        };
        self.wake_senders(senders);
        is_counted
    }
}

impl<M> Inner<M> {
    fn fetch(&mut self, fetched: &mut VecDeque<M>, most: usize) {
        let before = fetched.len();
        if most == 1 {
            fetched.extend(self.waiting.pop_front());
        } else if most >= self.waiting.len() && fetched.is_empty() {
            std::mem::swap(&mut self.waiting, fetched);
        } else {
            let most = most.min(self.waiting.len());
            fetched.extend(self.waiting.drain(..most));
        }
        self.fetched += (fetched.len() - before) as u64;
    }
}
