//! The buffer of an output port: messages that were sent and not yet handed over to the queue.
//!
//! Where several threads lock a queue for each message, that lock is the largest part of the cost of a message. So a
//! queue grants a port *credit*: room for several messages. The port buffers as many messages without a lock. It hands
//! them over when the credit is used up, when the consumer waits for a message, and before its worker waits.
//!
//! Invariants:
//!
//! 1. Credit counts as occupied room, so a queue never holds more than its capacity.
//! 2. While a worker waits, its ports hold neither messages nor credit.
//! 3. A message counts as emitted and as accepted when it is handed over. If the consumer has ended since the credit
//!    was granted, it counts as refused and as unsent.

use std::sync::Arc;

use crate::catch::DropCaught;
use crate::queue::discard;
use crate::queue::output::Tally;
use crate::queue::sender::Sender;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::yielding::{To, Turns};

/// How many messages a worker sends through a port before it yields to other tasks: as many as through a channel of
/// tokio.
const YIELD_BUDGET: usize = 128;

/// The most credit that is granted at once.
const MAX_CREDIT: usize = 64;

/// The messages of one port.
pub(crate) struct OutputBuffer<T> {
    messages: Vec<T>,
    /// How many more messages may be buffered.
    credit: usize,
    /// How many more messages may be sent before the worker yields to other tasks.
    yield_budget: usize,
    turns: Turns,
    /// Whether the consumer waits for a message, as far as is known without a lock.
    awaited: Option<Arc<AtomicBool>>,
    /// The place for the copies of a broadcast, while there is none. See [`Output::send`](crate::Output::send).
    pub(crate) copy_place: Option<Box<DropCaught<T>>>,
}

impl<T> Drop for OutputBuffer<T> {
    fn drop(&mut self) {
        self.messages.drain(..).for_each(discard);
    }
}

/// Why a message was not buffered.
pub(crate) enum NotBuffered {
    /// There is no credit: it is to be sent without the buffer.
    Alone,
    /// The worker must yield to other tasks first.
    Later,
}

impl<T> OutputBuffer<T> {
    pub(crate) fn new() -> Self {
        Self {
            messages: Vec::new(),
            credit: 0,
            yield_budget: YIELD_BUDGET,
            turns: Turns::default(),
            awaited: None,
            copy_place: None,
        }
    }

    /// Buffers messages only while `awaited` is false.
    pub(crate) fn buffer_unless(&mut self, awaited: Arc<AtomicBool>) {
        self.awaited = Some(awaited);
    }

    #[inline]
    fn is_awaited(&self) -> bool {
        let awaited = self.awaited.as_ref();
        awaited.is_none_or(|awaited| awaited.load(Ordering::Relaxed))
    }

    /// Buffers the message if there is credit and the consumer does not wait. Otherwise `message` is not moved, because
    /// a move of a large message costs more than the rest of this.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn keep(&mut self, message: &mut Option<T>) -> bool {
        if self.credit == 0 || self.is_awaited() {
            return false;
        }
        self.push(message);
        true
    }

    /// Buffers a message that [`keep`](Self::keep) did not take, with new credit if there is some. Also returns the
    /// messages that were refused.
    pub(crate) fn take(
        &mut self,
        message: &mut Option<T>,
        target: &Sender<T>,
        tally: &Tally,
    ) -> (Result<(), NotBuffered>, Refused<T>) {
        let mut refused = Refused(Vec::new());
        if self.credit > 0 {
            self.push(message);
            return (Ok(()), self.hand_over(target, tally));
        }
        if self.yield_budget == 0 {
            return (Err(NotBuffered::Later), refused);
        }
        if !self.messages.is_empty() || !self.is_awaited() {
            refused = self.renew(self.yield_budget.min(MAX_CREDIT), target, tally);
            self.yield_budget -= self.credit;
        }
        if self.credit == 0 {
            self.yield_budget -= 1;
            return (Err(NotBuffered::Alone), refused);
        }
        self.push(message);
        (Ok(()), refused)
    }

    /// Buffers a message for which there is credit.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn push(&mut self, message: &mut Option<T>) {
        if let Some(message) = message.take() {
            self.credit -= 1;
            self.messages.push(message);
        }
    }

    /// Returns how the worker is to yield, if its budget is spent.
    pub(crate) fn end_if_spent(&mut self) -> Option<To> {
        let is_spent = self.yield_budget == 0 && self.credit == 0;
        is_spent.then(|| self.turns.end())
    }

    /// Hands over all messages and gives back the credit.
    fn hand_over(&mut self, target: &Sender<T>, tally: &Tally) -> Refused<T> {
        if self.credit == 0 && self.messages.is_empty() {
            return Refused(Vec::new());
        }
        self.yield_budget += self.credit;
        self.renew(0, target, tally)
    }

    /// Hands over all messages and renews the yield budget.
    pub(crate) fn end_turn(&mut self, target: &Sender<T>, tally: &Tally) -> Refused<T> {
        let refused = self.hand_over(target, tally);
        self.yield_budget = YIELD_BUDGET;
        refused
    }

    /// Hands over all messages and requests credit for `more`.
    fn renew(&mut self, more: usize, target: &Sender<T>, tally: &Tally) -> Refused<T> {
        let accepted = target.deliver(&mut self.messages, &mut self.credit, more);
        tally.count(true, accepted as u64);
        tally.count(false, self.messages.len() as u64);
        if self.messages.is_empty() {
            return Refused(Vec::new());
        }
        Refused(std::mem::take(&mut self.messages))
    }
}

/// Messages that the consumer refused when they were handed over. They are counted. They must be dropped after the
/// buffer is unlocked, since their `drop` may use the port.
#[must_use]
pub(crate) struct Refused<T>(Vec<T>);

impl<T> Refused<T> {
    /// Reports and drops the messages, if there are any.
    pub(crate) fn discard(self, target: &Sender<T>) {
        if self.0.is_empty() {
            return;
        }
        tracing::warn!(
            worker = &*target.path(),
            refused = self.0.len(),
            "messages refused: they were sent while the worker ended"
        );
        self.0.into_iter().for_each(discard);
    }
}
