//! Messages that wait for another attempt beside the queue, while their lane handles others.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, timeout_at};

use super::Queue;
use crate::sync::flag::{Flag, until};

/// The messages of one lane that wait for another attempt. They count as in hand: the queue knows them only as the
/// difference of what came and what left.
pub(super) struct Beside<M> {
    /// By the time when they are due, and in the order in which they came. With the number of the attempt.
    waiting: BTreeMap<(Instant, u64), (M, u32)>,
    next: u64,
}

impl<M> Beside<M> {
    const fn new() -> Self {
        Self {
            waiting: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<M> Queue<M> {
    /// Whether one more message can wait beside the queue.
    pub(crate) fn has_room_beside(&self) -> bool {
        let lanes = self.channel.progress.len();
        self.progress.beside() < self.channel.capacity.div_ceil(lanes)
    }

    /// Lets the messages in hand wait beside the queue until an attempt is made after the pause.
    pub(crate) fn put_beside(
        &mut self,
        messages: impl Iterator<Item = M>,
        attempt: u32,
        pause: Duration,
    ) {
        let due = Instant::now() + pause;
        let beside = self.beside.get_or_insert_with(|| Box::new(Beside::new()));
        for message in messages {
            beside
                .waiting
                .insert((due, beside.next), (message, attempt));
            beside.next += 1;
        }
        self.progress.set_beside(beside.waiting.len());
        self.in_hand = 0;
    }

    /// Receives the next message, or one that waits beside the queue and is due, into `input`. Returns the number of its
    /// attempt, or `None` if the incarnation should end. Messages beside the queue are due at once when `stop` is raised or
    /// the queue has ended.
    ///
    /// Cancel safe, like [`next`](Self::next).
    pub(crate) async fn next_or_again(
        &mut self,
        input: &mut Option<M>,
        stop: Flag<'_>,
    ) -> Option<u32> {
        consume_budget().await;
        self.settle();
        loop {
            if self.channel.requests.is_interrupted() {
                return None;
            }
            let due = self.next_beside();
            if due.is_some_and(|due| stop.is_raised() || due <= Instant::now()) {
                return self.take_beside(input);
            }
            if self.ready() {
                *input = Some(self.first());
                return Some(1);
            }
            let received = match due {
                None => Some(self.recv().await),
                Some(due) => {
                    let received = timeout_at(due, self.recv());
                    until(stop, received).await.and_then(Result::ok)
                }
            };
            match received {
                Some(true) => {
                    *input = Some(self.first());
                    return Some(1);
                }
                Some(false) if self.channel.requests.is_interrupted() => return None,
                Some(false) => return self.take_beside(input),
                None => {}
            }
        }
    }

    /// When the next message beside the queue is due.
    fn next_beside(&self) -> Option<Instant> {
        let beside = self.beside.as_ref()?;
        beside.waiting.keys().next().map(|&(due, _)| due)
    }

    fn take_beside(&mut self, input: &mut Option<M>) -> Option<u32> {
        let beside = self.beside.as_mut()?;
        let (_, (message, attempt)) = beside.waiting.pop_first()?;
        self.progress.set_beside(beside.waiting.len());
        self.in_hand = 1;
        *input = Some(message);
        Some(attempt)
    }

    /// All messages that wait beside the queue, in the order in which they are due.
    pub(super) fn take_all_beside(&mut self) -> impl Iterator<Item = M> + use<M> {
        self.progress.set_beside(0);
        let beside = self.beside.take().into_iter();
        beside.flat_map(|beside| beside.waiting.into_values().map(|(message, _)| message))
    }
}
