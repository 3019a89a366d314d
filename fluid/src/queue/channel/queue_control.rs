//! A queue as its group and the status see it.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use super::{Channel, Gate};
use crate::options::Overflow;
use crate::queue::discard;
use crate::queue::reply::NoReply;
use crate::queue::saver::Saver;
use crate::report::ledger::Counts;
use crate::sync::lock::lock;

/// What a group and a status ask of a queue, whatever the type of its messages.
pub(crate) trait QueueControl: Send + Sync {
    /// Refuses senders outside the group.
    fn close_public(&self);
    /// Refuses all senders. The consumer ends when it has handled what is there.
    fn close(&self);
    /// Makes the consumer yield once to all other tasks before its next message.
    fn yield_to_all(&self);
    /// Counts all that a stuck consumer has not handled as undelivered, and ends the counting. Returns the messages
    /// that waited, if any did. To drop them runs user code, and sends them through the port `undelivered`.
    fn seal(&self) -> Option<Box<dyn Send>>;
    /// Ends all questions that the consumer will not answer, with what became of them.
    fn end_questions(&self, verdict: NoReply);
    /// Asks the present incarnation to end, or withdraws that for the next one.
    fn interrupt(&self, interrupted: bool);
    /// Admits messages of the group's edges beyond the capacity, or no longer. While the consumer waits for its next
    /// incarnation, the workers that feed it must be able to end theirs.
    fn let_in(&self, unbounded: bool);
    fn is_closed(&self) -> bool;
    fn counts(&self) -> Counts;
    /// Whether the port `undelivered` is wired.
    fn saves(&self) -> bool;
    /// How many messages wait, also beside the queue.
    fn queue_size(&self) -> usize;
    fn capacity(&self) -> usize;
    /// The channel, and the name of its message type.
    fn typed(self: Arc<Self>) -> (Arc<dyn Any + Send + Sync>, &'static str);
}

/// Messages that their consumer will not handle.
struct Leftover<M> {
    messages: VecDeque<M>,
    saver: Option<Arc<dyn Saver<M>>>,
}

impl<M> Drop for Leftover<M> {
    fn drop(&mut self) {
        let messages = self.messages.drain(..);
        match &self.saver {
            Some(saver) => messages.for_each(|message| saver.save(message)),
            None => messages.for_each(discard),
        }
    }
}

impl<M> Channel<M> {
    /// This queue and those of its lanes.
    pub(super) fn all(&self) -> impl Iterator<Item = &Self> {
        let lanes = self.lanes.iter().flat_map(|lanes| &lanes.queues);
        std::iter::once(self).chain(lanes.map(|lane| &**lane))
    }

    /// The queues into which messages go: this one, or those of its lanes.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Self> {
        self.all().skip(usize::from(self.has_lanes()))
    }

    fn seal_this(&self) -> VecDeque<M> {
        let (left, messages) = {
            let mut inner = lock(&self.inner);
            inner.gate = Gate::Closed;
            // From now on the consumer takes none of its fetched messages.
            self.requests.interrupt(true);
            let mut messages = inner.waiting.len() as u64;
            if !inner.frozen {
                inner.frozen = true;
                let seen = self.seen();
                inner.counts.accepted += seen.direct;
                inner.counts.done += seen.done;
                messages += inner.fetched + seen.direct - seen.done - inner.released;
            }
            inner.counts.undelivered += messages;
            inner.waiting_senders.wake_all();
            (std::mem::take(&mut inner.waiting), messages)
        };
        self.room.notify_waiters();
        self.wake_lanes();
        self.warn_undelivered(messages);
        left
    }

    fn counts_of_this(&self) -> Counts {
        let inner = lock(&self.inner);
        let mut counts = inner.counts;
        if !inner.frozen {
            let seen = self.seen();
            counts.accepted += seen.direct;
            counts.done += seen.done;
        }
        counts
    }
}

impl<M: Send + 'static> QueueControl for Channel<M> {
    fn close_public(&self) {
        self.all().for_each(|queue| queue.narrow(Gate::Internal));
    }

    fn close(&self) {
        self.all().for_each(|queue| queue.narrow(Gate::Closed));
    }

    fn yield_to_all(&self) {
        self.all().for_each(|queue| queue.requests.yield_to_all());
    }

    fn seal(&self) -> Option<Box<dyn Send>> {
        let messages: VecDeque<M> = self.all().flat_map(Self::seal_this).collect();
        let saver = self.saver.get().map(Arc::clone);
        let any = !messages.is_empty();
        any.then(|| Box::new(Leftover { messages, saver }) as Box<dyn Send>)
    }

    fn end_questions(&self, verdict: NoReply) {
        self.reply_slots.give_up(verdict);
    }

    fn interrupt(&self, interrupted: bool) {
        for queue in self.all() {
            {
                let inner = lock(&queue.inner);
                let interrupted = interrupted || inner.frozen;
                queue.requests.interrupt(interrupted);
            }
            queue.wake_lanes();
        }
    }

    fn let_in(&self, unbounded: bool) {
        for queue in self.all() {
            let mut inner = lock(&queue.inner);
            inner.unbounded = unbounded && queue.overflow == Overflow::Wait;
            if unbounded {
                inner.waiting_senders.wake_all();
                drop(inner);
                queue.room.notify_waiters();
            }
        }
    }

    fn is_closed(&self) -> bool {
        self.inputs()
            .all(|queue| lock(&queue.inner).gate != Gate::Open)
    }

    fn counts(&self) -> Counts {
        // Read before the others, so that it is never more than they are.
        let saved = self.saver.get().map_or(0, |saver| saver.saved());
        let counts = self.all().map(Self::counts_of_this).sum();
        Counts { saved, ..counts }
    }

    fn saves(&self) -> bool {
        self.saver.get().is_some()
    }

    fn queue_size(&self) -> usize {
        let beside = |queue: &Self| {
            queue
                .progress
                .iter()
                .map(|lane| lane.beside())
                .sum::<usize>()
        };
        self.all()
            .map(|queue| queue.size(&lock(&queue.inner)) + beside(queue))
            .sum()
    }

    fn capacity(&self) -> usize {
        self.capacity
    }

    fn typed(self: Arc<Self>) -> (Arc<dyn Any + Send + Sync>, &'static str) {
        (self, std::any::type_name::<M>())
    }
}
