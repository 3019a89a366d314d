//! What one of those who take from a queue has of it.
//!
//! Where several take, one whose calls never wait has a *share*: messages that it fetched under one lock, and that each
//! of the others takes from it before it waits. So the lock is not taken for each message, and still nobody waits while
//! there is a message that nobody handles. It is what schedulers do that steal work from each other.

use std::collections::VecDeque;
use std::sync::Arc;

use super::Channel;
use super::queue::{Hand, Queue};
use crate::options::Overflow;
use crate::report::ledger::Progress;
use crate::sync::Brief;
use crate::sync::lock::briefly;

/// The most that a share holds. What is in it is not handled before its consumer_end is done or another has nothing else to do.
const SHARE: usize = 16;

/// What one consumer_end has fetched, and how far it is with it.
pub(super) struct ConsumerEnd<M> {
    pub(super) progress: Progress,
    share: Brief<Share<M>>,
}

struct Share<M> {
    messages: VecDeque<M>,
    /// How many are fetched when it is empty.
    size: usize,
    /// The most that are.
    most: usize,
}

impl<M> ConsumerEnd<M> {
    pub(super) fn new() -> Self {
        let share = Share {
            messages: VecDeque::new(),
            size: 0,
            most: 0,
        };
        Self {
            progress: Progress::default(),
            share: Brief::new(share),
        }
    }

    /// Has a share from now on: whoever makes the calls gives it back when one waits.
    pub(super) fn share(&self) {
        briefly(&self.share).most = SHARE;
    }

    /// The next message of its share.
    pub(super) fn next(&self) -> Option<M> {
        briefly(&self.share).messages.pop_front()
    }

    /// Moves messages to its share, which is empty, but no more than `most`. Returns how many.
    pub(super) fn fill(&self, waiting: &mut VecDeque<M>, most: usize) -> usize {
        let mut share = briefly(&self.share);
        let size = share.size.min(most);
        // For as long as no call waits, it gets more each time.
        share.size = (2 * share.size + 1).min(share.most);
        share.messages.extend(waiting.drain(..size));
        size
    }

    /// A call waits: the next time there is no share. Returns whether there is one now.
    pub(super) fn waits(&self) -> bool {
        let mut share = briefly(&self.share);
        share.size = 0;
        !share.messages.is_empty()
    }

    /// All of its share.
    pub(super) fn take_all(&self) -> VecDeque<M> {
        std::mem::take(&mut briefly(&self.share).messages)
    }

    /// Whether its share is empty.
    pub(super) fn is_empty(&self) -> bool {
        briefly(&self.share).messages.is_empty()
    }
}

impl<M> Queue<M> {
    /// Takes a share of what waits from now on, if several take. Whoever makes the calls gives it back when one waits.
    pub(crate) fn share(&mut self) {
        self.shares =
            self.channel.consumer_ends.len() > 1 && self.channel.overflow == Overflow::Wait;
        if self.shares {
            self.consumer_end.share();
        }
    }

    /// What it shares with others, if several take.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) const fn shared(&self) -> Shared<'_, M> {
        Shared {
            channel: &self.channel,
            consumer_end: &self.consumer_end,
        }
    }

    /// Takes the next message of its share, if there is one and it is not time for anything else. Then it is the
    /// [`first`](Self::first). Returns whether there was one.
    #[inline(never)]
    pub(super) fn take_shared(&mut self) -> bool {
        self.settle();
        if self.course == 0 || !self.channel.calls.are_heeded(self.seen_control) {
            return false;
        }
        let Some(message) = self.consumer_end.next() else {
            return false;
        };
        self.portion.push_back(message);
        self.consumer_end.progress.taken();
        self.hand = Hand::Queued;
        self.course -= 1;
        true
    }
}

/// What one of several consumer_ends has fetched, and another may have.
///
/// By references to what is at hand anyway, since it is made for every message.
pub(crate) struct Shared<'a, M> {
    channel: &'a Arc<Channel<M>>,
    consumer_end: &'a Arc<ConsumerEnd<M>>,
}

impl<M> Shared<'_, M> {
    /// Leaves it to the others, since a call waits.
    pub(crate) fn give_back(&self) {
        if self.channel.consumer_ends.len() > 1 && self.consumer_end.waits() {
            self.channel.give_back(self.consumer_end);
        }
    }
}

#[cfg(test)]
mod tests;
