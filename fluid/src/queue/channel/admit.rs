//! How messages come into a queue.

use std::collections::VecDeque;
use std::sync::Arc;

use super::{Channel, Gate, Inner, Refusal, Woken};
use crate::options::Overflow;
use crate::queue::discard;
use crate::queue::sender::SendOrigin;
use crate::sync::MutexGuard;
use crate::sync::atomic::AtomicBool;
use crate::sync::lock::lock;

impl<M> Channel<M> {
    /// Accepts a message, drops one by the overflow policy, or refuses it. A refused message stays in its place.
    pub(crate) fn push(&self, message: &mut Option<M>, origin: SendOrigin) -> Result<(), Refusal> {
        let wake = {
            let mut inner = lock(&self.inner);
            match self.accept(&mut inner, message, origin) {
                Ok(wake) => wake,
                Err(Refusal::Closed) => {
                    inner.counts.refused += 1;
                    return Err(Refusal::Closed);
                }
                Err(Refusal::Full) if self.overflow == Overflow::Wait => {
                    return Err(Refusal::Full);
                }
                Err(Refusal::Full) => {
                    self.drop_one(inner, message);
                    return Ok(());
                }
            }
        };
        self.wake(wake);
        Ok(())
    }

    /// Accepts a message without room, and drops one by the overflow policy.
    fn drop_one(&self, mut inner: MutexGuard<'_, Inner<M>>, message: &mut Option<M>) {
        let dropped = match self.overflow {
            Overflow::DropOldest => {
                let oldest = inner.waiting.pop_front();
                inner.waiting.extend(message.take());
                oldest
            }
            Overflow::DropNewest | Overflow::Wait => message.take(),
        };
        inner.counts.dropped += 1;
        inner.counts.accepted += 1;
        let wake = self.wakes(&mut inner, 1);
        drop(inner);
        self.wake(wake);
        tracing::debug!(worker = &*self.path(), policy = ?self.overflow, "message dropped");
        discard(dropped);
    }

    /// Accepts a message if there is room. A refused message stays in its place, and is not counted.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(super) fn accept(
        &self,
        inner: &mut Inner<M>,
        message: &mut Option<M>,
        origin: SendOrigin,
    ) -> Result<Woken, Refusal> {
        if !inner.gate.admits(origin) {
            return Err(Refusal::Closed);
        }
        if !self.has_room(inner, origin) {
            return Err(Refusal::Full);
        }
        if let Some(message) = message.take() {
            inner.waiting.push_back(message);
            inner.counts.accepted += 1;
        }
        Ok(self.wakes(inner, 1))
    }

    /// Accepts a message if there is room, and returns whether it did. Otherwise the message stays in its place, uncounted.
    #[inline]
    pub(crate) fn push_now(&self, message: &mut Option<M>, origin: SendOrigin) -> bool {
        let Ok(wake) = self.accept(&mut lock(&self.inner), message, origin) else {
            return false;
        };
        self.wake(wake);
        true
    }

    /// Accepts messages under one lock while there is room. Returns how many were accepted. The first that was not is
    /// `left`.
    pub(crate) fn push_each(
        &self,
        messages: &mut impl Iterator<Item = M>,
        left: &mut Option<M>,
        origin: SendOrigin,
    ) -> u64 {
        let (wake, accepted) = {
            let mut inner = lock(&self.inner);
            let room = if inner.gate.admits(origin) {
                self.read_taken(&mut inner);
                self.capacity.saturating_sub(inner.occupied())
            } else {
                0
            };
            let accepted = inner.add(messages.by_ref().take(room));
            *left = messages.next();
            (self.wakes(&mut inner, accepted), accepted as u64)
        };
        self.wake(wake);
        accepted
    }

    /// Accepts the messages of an output port, which had credit for them. The port returns the `credit` that is left, and
    /// gets new credit for at most `more` messages. Returns how many were accepted; the others stay in `messages`.
    pub(crate) fn deliver(&self, messages: &mut Vec<M>, credit: &mut usize, more: usize) -> usize {
        let (accepted, woken, senders) = {
            let mut inner = lock(&self.inner);
            inner.credit -= messages.len() + *credit;
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
            let woken = self.wakes(&mut inner, accepted);
            *credit = self.new_credit(&mut inner, more);
            inner.credit += *credit;
            (accepted, woken, self.grant_room(&mut inner))
        };
        self.wake(woken);
        self.wake_senders(senders);
        accepted
    }

    /// Credit for at most `most` messages, and for at most half of the free room. While senders wait, what is free is
    /// the rest of the port's own share, and all of it is credit. While the consumer waits there is none, so that it
    /// gets each message at once.
    pub(super) fn new_credit(&self, inner: &mut Inner<M>, most: usize) -> usize {
        if most == 0 || inner.lanes_wait > 0 || inner.gate == Gate::Closed {
            return 0;
        }
        if !inner.waiting_senders.is_empty() {
            return self.capacity.saturating_sub(inner.occupied()).min(most);
        }
        if self.capacity.saturating_sub(inner.occupied()) / 2 < most {
            inner.taken = self.taken();
        }
        (self.capacity.saturating_sub(inner.occupied()) / 2).min(most)
    }

    /// Whether this queue grants credit.
    pub(crate) fn grants_credit(&self) -> bool {
        self.overflow == Overflow::Wait && self.lanes.is_none()
    }

    /// A flag that tells without the lock whether a lane waits for a message.
    pub(crate) fn awaited(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.awaited)
    }

    /// Whether there is room for one message more. Only without room by the last known `taken`, this reads what the
    /// consumer writes.
    pub(super) fn has_room(&self, inner: &mut Inner<M>, origin: SendOrigin) -> bool {
        if inner.occupied() < self.capacity {
            return true;
        }
        self.read_taken(inner);
        inner.occupied() < self.capacity || inner.is_unbounded(origin)
    }

    /// Reads how much the consumer has taken. If senders wait, the room that this makes is theirs, and stays unread.
    fn read_taken(&self, inner: &mut Inner<M>) {
        if inner.waiting_senders.is_empty() {
            inner.taken = self.taken();
        }
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

    /// Counts a message as refused that did not reach [`push`](Self::push).
    pub(crate) fn refuse(&self) {
        lock(&self.inner).counts.refused += 1;
    }
}

impl<M> Inner<M> {
    /// Adds messages, and leaves empty memory in their place. If no message waits, none is moved.
    fn append(&mut self, messages: &mut Vec<M>) {
        let mut sent = VecDeque::from(std::mem::take(messages));
        if self.waiting.is_empty() {
            std::mem::swap(&mut self.waiting, &mut sent);
        } else {
            self.waiting.append(&mut sent);
        }
        *messages = sent.into();
    }

    /// Accepts messages, and returns how many. If the iterator panics, those before are counted.
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
        counted.inner.waiting.extend(messages);
        drop(counted);
        self.waiting.len() - before
    }
}
