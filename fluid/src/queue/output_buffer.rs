//! What a worker has sent and not handed over yet.
//!
//! A queue is guarded by a lock, and to come to it for each message is the dearest part of a message's way where
//! several threads do so. So a worker is given *room* in a queue in advance, fills it by itself, and hands over
//! what it has: when the room is used up, when the consumer waits for a message, and before the worker waits for
//! anything itself.
//!
//! Invariants:
//!
//! 1. Room that was given counts as taken: a queue never holds more than its capacity.
//! 2. Whoever waits holds neither messages nor room.
//! 3. A message counts as emitted and as accepted when it is handed over. If the consumer has ended since the room
//!    was given, it counts as refused and as unsent.

use std::sync::Arc;

use crate::queue::discard;
use crate::queue::output::Tally;
use crate::queue::sender::Sender;
use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::yielding::{To, Turns};

/// How many messages a worker sends through a port before other tasks have their turn: as many as through one of
/// tokio's channels.
const TURN: usize = 128;

/// The most room that is given at once.
const LOT: usize = 64;

/// The messages of one port.
pub(crate) struct OutputBuffer<T> {
    messages: Vec<T>,
    /// For how many more there is room.
    room: usize,
    /// How many messages more may be sent in this turn.
    turn: usize,
    turns: Turns,
    /// Whether the consumer waits for a message, as far as is known without a lock.
    awaited: Option<Arc<AtomicBool>>,
}

impl<T> Drop for OutputBuffer<T> {
    fn drop(&mut self) {
        self.messages.drain(..).for_each(discard);
    }
}

/// Why a message was not taken.
pub(crate) enum NotBuffered<T> {
    /// It is to be sent by itself.
    Alone(T),
    /// It is the turn of others.
    Later(T),
}

impl<T> OutputBuffer<T> {
    pub(crate) fn new() -> Self {
        Self {
            messages: Vec::new(),
            room: 0,
            turn: TURN,
            turns: Turns::default(),
            awaited: None,
        }
    }

    /// Lets what is kept be handed over when that is set.
    pub(crate) fn unless(&mut self, awaited: Arc<AtomicBool>) {
        self.awaited = Some(awaited);
    }

    #[inline]
    fn is_awaited(&self) -> bool {
        let awaited = self.awaited.as_ref();
        awaited.is_none_or(|awaited| awaited.load(Ordering::Relaxed))
    }

    /// Keeps a message, if there is room for it, and nobody waits for it. It is taken from where it is only then: to be
    /// moved costs a large one more than all the rest.
    #[inline(always)]
    pub(crate) fn keep(&mut self, message: &mut Option<T>) -> bool {
        if self.room == 0 || self.is_awaited() {
            return false;
        }
        if let Some(message) = message.take() {
            self.room -= 1;
            self.messages.push(message);
        }
        true
    }

    /// Takes a message for `target` that could not be kept. Also returns the messages that were refused.
    pub(crate) fn take(
        &mut self,
        message: T,
        target: &Sender<T>,
        tally: &Tally,
    ) -> (Result<(), NotBuffered<T>>, Refused<T>) {
        let mut refused = Refused(Vec::new());
        if self.room > 0 {
            self.room -= 1;
            self.messages.push(message);
            return (Ok(()), self.hand_over(target, tally));
        }
        if self.turn == 0 {
            return (Err(NotBuffered::Later(message)), refused);
        }
        if !self.messages.is_empty() || !self.is_awaited() {
            refused = self.renew(self.turn.min(LOT), target, tally);
            self.turn -= self.room;
        }
        if self.room == 0 {
            self.turn -= 1;
            return (Err(NotBuffered::Alone(message)), refused);
        }
        self.room -= 1;
        self.messages.push(message);
        (Ok(()), refused)
    }

    /// To whom the worker yields, if it has had its turn.
    pub(crate) fn end_if_spent(&mut self) -> Option<To> {
        let is_spent = self.turn == 0 && self.room == 0;
        is_spent.then(|| self.turns.end())
    }

    /// Hands over what there is, and gives back the room that is left.
    fn hand_over(&mut self, target: &Sender<T>, tally: &Tally) -> Refused<T> {
        if self.room == 0 && self.messages.is_empty() {
            return Refused(Vec::new());
        }
        self.turn += self.room;
        self.renew(0, target, tally)
    }

    /// Hands over what there is, and begins a new turn.
    pub(crate) fn end_turn(&mut self, target: &Sender<T>, tally: &Tally) -> Refused<T> {
        let refused = self.hand_over(target, tally);
        self.turn = TURN;
        refused
    }

    /// Hands over what there is, and asks for room for `more`.
    fn renew(&mut self, more: usize, target: &Sender<T>, tally: &Tally) -> Refused<T> {
        let accepted = target.deliver(&mut self.messages, &mut self.room, more);
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
            "messages refused, which were sent as it ended"
        );
        self.0.into_iter().for_each(discard);
    }
}
