//! How messages come into a queue.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Channel, Gate, Inner, Refusal};
use crate::options::Overflow;
use crate::queue::discard;
use crate::queue::sender::SendOrigin;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::lock::lock;

impl<M> Channel<M> {
    /// Accepts the message in `slot`, drops one by the overflow policy, or refuses it. One that is refused stays where
    /// it is. With `wait`, a sender that was refused for want of room is woken when there is some.
    pub(crate) fn push(
        &self,
        slot: &mut Option<M>,
        origin: SendOrigin,
        wait: bool,
    ) -> Result<(), Refusal> {
        let wake = {
            let mut inner = lock(&self.inner);
            if !inner.gate.admits(origin) {
                inner.counts.refused += 1;
                return Err(Refusal::Closed);
            }
            if self.has_room(&mut inner, origin) {
                inner.put(slot);
            } else if self.overflow == Overflow::Wait {
                if wait {
                    inner.sender_waits = true;
                    self.crowded.store(true, Ordering::Relaxed);
                }
                return Err(Refusal::Full);
            } else {
                self.overflow_with(&mut inner, slot);
            }
            inner.counts.accepted += 1;
            self.wakes(&mut inner, 1)
        };
        self.wake(wake);
        if slot.is_some() {
            self.drop_from(slot);
        }
        Ok(())
    }

    /// There is no room for the message in `slot`. Afterwards the one that the overflow policy drops is there.
    #[cold]
    fn overflow_with(&self, inner: &mut Inner<M>, slot: &mut Option<M>) {
        inner.counts.dropped += 1;
        if self.overflow == Overflow::DropOldest {
            let oldest = inner.waiting.pop_front();
            inner.put(slot);
            *slot = oldest;
        }
    }

    #[cold]
    fn drop_from(&self, slot: &mut Option<M>) {
        tracing::debug!(worker = &*self.worker, policy = ?self.overflow, "message dropped");
        slot.take().into_iter().for_each(discard);
    }

    /// Accepts the message in `slot` if there is room for it, and nothing to decide. Otherwise it stays where it is.
    /// Returns whether it was accepted.
    #[inline]
    pub(crate) fn push_now(&self, slot: &mut Option<M>, origin: SendOrigin) -> bool {
        let wake = {
            let mut inner = lock(&self.inner);
            if !inner.gate.admits(origin) || !self.has_room(&mut inner, origin) {
                return false;
            }
            inner.put(slot);
            inner.counts.accepted += 1;
            self.wakes(&mut inner, 1)
        };
        self.wake(wake);
        true
    }

    /// Accepts messages under one lock for as long as there is room. Returns how many, and the one
    /// that found none.
    pub(crate) fn push_each(
        &self,
        messages: &mut impl Iterator<Item = M>,
        origin: SendOrigin,
    ) -> (u64, Option<M>) {
        let (wake, accepted, rest) = {
            let mut inner = lock(&self.inner);
            let room = if inner.gate.admits(origin) {
                let taken = self.size(&inner) + inner.given;
                self.capacity.saturating_sub(taken)
            } else {
                0
            };
            let accepted = inner.add(messages.by_ref().take(room));
            let rest = messages.next();
            (self.wakes(&mut inner, accepted), accepted as u64, rest)
        };
        self.wake(wake);
        (accepted, rest)
    }

    /// Accepts messages for which room was given, takes back the `room` that is left of it, and gives room for as
    /// many as `more`, if there is plenty. Returns how many were accepted; those that were not stay where they are.
    pub(crate) fn deliver(&self, messages: &mut Vec<M>, room: &mut usize, more: usize) -> usize {
        let (accepted, consumer_ends, senders) = {
            let mut inner = lock(&self.inner);
            inner.given -= messages.len() + *room;
            let accepted = if inner.gate.admits(SendOrigin::Edge) {
                messages.len()
            } else {
                inner.counts.refused += messages.len() as u64;
                0
            };
            if accepted > 0 {
                inner.append(messages);
            }
            inner.counts.accepted += accepted as u64;
            let consumer_ends = self.wakes(&mut inner, accepted);
            *room = self.room_to_give(&mut inner, more);
            inner.given += *room;
            let senders = *room == 0 && self.no_more_crowd(&mut inner);
            (accepted, consumer_ends, senders)
        };
        self.wake(consumer_ends);
        if senders {
            self.room.notify_waiters();
        }
        accepted
    }

    /// Room for as many as `most` messages to come. None where somebody waits, for a message or for room: then
    /// each message is to come by itself.
    pub(super) fn room_to_give(&self, inner: &mut Inner<M>, most: usize) -> usize {
        if most == 0 || inner.takers_wait > 0 || inner.sender_waits || inner.gate == Gate::Closed {
            return 0;
        }
        let taken = |inner: &Inner<M>| inner.waiting.len() + inner.given + inner.fetched;
        if self.capacity.saturating_sub(taken(inner)) / 2 < most {
            inner.fetched = self.fetched(inner);
        }
        (self.capacity.saturating_sub(taken(inner)) / 2).min(most)
    }

    /// Whether a sender may be given room in advance.
    pub(crate) fn gives_room(&self) -> bool {
        self.overflow == Overflow::Wait && self.lanes.is_none()
    }

    /// Whether somebody waits for a message, as far as is known without the lock.
    pub(crate) fn awaited(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.awaited)
    }

    /// Whether there is room for one message more. Where there was enough of it when last looked at, this
    /// does not touch what the consumer writes.
    pub(super) fn has_room(&self, inner: &mut Inner<M>, origin: SendOrigin) -> bool {
        if inner.waiting.len() + inner.given + inner.fetched < self.capacity {
            return true;
        }
        inner.fetched = self.fetched(inner);
        inner.waiting.len() + inner.given + inner.fetched < self.capacity
            || inner.unbounded && origin == SendOrigin::Edge
    }

    pub(crate) fn admits(&self, origin: SendOrigin) -> bool {
        self.inputs()
            .any(|queue| lock(&queue.inner).gate.admits(origin))
    }

    /// Whether a message over `origin` would not have to wait, whatever its key is.
    pub(crate) fn takes(&self, origin: SendOrigin) -> bool {
        let has_room = |queue: &Self| queue.has_room(&mut lock(&queue.inner), origin);
        self.overflow != Overflow::Wait || self.inputs().all(has_room)
    }

    /// Counts a message as refused that would have come by another way than [`push`](Self::push).
    pub(crate) fn refuse(&self) {
        lock(&self.inner).counts.refused += 1;
    }
}

impl<M> Inner<M> {
    /// Lets the message in `slot` wait.
    fn put(&mut self, slot: &mut Option<M>) {
        if let Some(message) = slot.take() {
            self.waiting.push_back(message);
        }
    }

    /// Lets messages wait, and leaves empty memory in their place. Where none waits, nothing is moved.
    fn append(&mut self, messages: &mut Vec<M>) {
        let mut sent = VecDeque::from(std::mem::take(messages));
        if self.waiting.is_empty() {
            std::mem::swap(&mut self.waiting, &mut sent);
        } else {
            self.waiting.append(&mut sent);
        }
        *messages = sent.into();
    }

    /// Accepts messages, and counts those that came if the iterator panics. Returns how many.
    pub(super) fn add(&mut self, messages: impl Iterator<Item = M>) -> usize {
        struct Counted<'a, M> {
            inner: &'a mut Inner<M>,
            before: usize,
        }

        impl<M> Drop for Counted<'_, M> {
            fn drop(&mut self) {
                self.inner.counts.accepted += (self.inner.waiting.len() - self.before) as u64;
            }
        }

        let before = self.waiting.len();
        let counted = Counted {
            inner: self,
            before,
        };
        let waiting = &mut counted.inner.waiting;
        waiting.reserve(messages.size_hint().0);
        for message in messages {
            waiting.push_back(message);
        }
        drop(counted);
        self.waiting.len() - before
    }
}
