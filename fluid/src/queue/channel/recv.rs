//! How a consumer receives a message that it has not fetched.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::fetch::Fetched;
use super::receive_end::{Queue, YIELD_BUDGET};
use crate::sync::yielding::{To, yield_to, yield_to_all};
use crate::time::stall::{IdleGuard, StallMonitor};

impl<M> Queue<M> {
    /// Waits until a message was fetched. Then [`first`](Self::first) returns it. Returns `false` if none will come.
    pub(crate) async fn recv(&mut self) -> bool {
        if self.must_pause() {
            self.pause().await;
        }
        if self.is_alone() {
            let recv = Recv {
                queue: self,
                waited: false,
                idle: None,
            };
            return recv.await;
        }
        if self.has_fetched() {
            return true;
        }
        loop {
            let (channel, progress) = (&*self.channel, &*self.progress);
            let fetched = match channel.fetch_one(progress, &mut self.fetched, false) {
                Fetched::None => {
                    let mut arrived = pin!(channel.items.notified());
                    arrived.as_mut().enable();
                    let fetched = channel.fetch_one(progress, &mut self.fetched, true);
                    if matches!(fetched, Fetched::None) {
                        #[cfg(feature = "test-util")]
                        crate::test::rested();
                        let _idle = self.monitor.as_deref().map(StallMonitor::idle_guard);
                        arrived.await;
                    }
                    fetched
                }
                fetched => fetched,
            };
            match fetched {
                Fetched::Some => {
                    self.note_received();
                    return true;
                }
                Fetched::Ended => return false,
                Fetched::None => {}
            }
            #[cfg(feature = "test-util")]
            crate::test::perturb().await;
        }
    }

    /// Whether the lane must [pause](Self::pause) before its next message.
    fn must_pause(&self) -> bool {
        self.admit_budget == 0 || self.channel.requests.must_yield(self.seen_requests)
    }

    /// Whether no other lane takes from the queue.
    fn is_alone(&self) -> bool {
        // A shuffled test delays the lane between its wake-up and its fetch.
        #[cfg(feature = "test-util")]
        if crate::test::is_shuffled() {
            return false;
        }
        self.channel.progress.len() == 1
    }

    /// Returns the message that was received.
    #[inline(always)]
    pub(crate) fn first(&mut self) -> M {
        let first = self.fetched.pop_front();
        first.expect("called once after a receive")
    }

    /// Takes the next message into the hand, or registers the waker. If the lane has `waited` and gets a message, it may
    /// register for the next one at once.
    fn poll_fetch(&mut self, waker: &Waker, waited: bool) -> Fetched {
        if self.has_fetched() {
            return Fetched::Some;
        }
        let known = self.known.as_ref();
        let is_known = known.is_some_and(|known| known.will_wake(waker));
        if is_known && self.channel.is_awaited() {
            // The waker is still registered, so nothing has happened.
            return Fetched::None;
        }
        let (progress, buffer) = (&self.progress, &mut self.fetched);
        let fetched = self
            .channel
            .fetch(progress, buffer, waker, waited && is_known);
        match fetched {
            Fetched::Some => self.note_received(),
            Fetched::None => keep(&mut self.known, waker),
            Fetched::Ended => {}
        }
        fetched
    }

    /// Takes a message into the hand that was fetched already. Returns whether there was one.
    fn has_fetched(&mut self) -> bool {
        if self.fetched.is_empty() || self.channel.requests.is_interrupted() {
            return false;
        }
        self.progress.take(1);
        self.note_received();
        true
    }

    /// Notes that a message is in hand.
    fn note_received(&mut self) {
        self.in_hand = 1;
        self.admit_budget -= 1;
    }

    /// Grants room to senders that wait, and yields to other tasks when the budget is used up: a full queue is always
    /// ready, and without this its consumer would never let another task run.
    async fn pause(&mut self) {
        self.settle();
        let yields = self.channel.requests.take_yield(&mut self.seen_requests);
        self.channel.let_senders_in();
        self.admit_budget = self.channel.admit_budget;
        if yields {
            yield_to_all().await;
            self.yield_budget = YIELD_BUDGET;
        } else if self.yield_budget < self.admit_budget {
            // While a group stops, no task is to be kept waiting.
            let stops = self.seen_requests.is_any();
            yield_to(if stops { To::All } else { self.turns.end() }).await;
            self.yield_budget = YIELD_BUDGET;
        }
        self.yield_budget -= self.admit_budget;
    }
}

/// Stores a waker. It is cloned only if another one is stored.
pub(super) fn keep(kept: &mut Option<Waker>, waker: &Waker) {
    match kept {
        Some(kept) => kept.clone_from(waker),
        None => *kept = Some(waker.clone()),
    }
}

/// The wait of a lane, if no other lane takes from the queue.
struct Recv<'a, M> {
    queue: &'a mut Queue<M>,
    /// Whether it has been pending.
    waited: bool,
    idle: Option<IdleGuard<Arc<StallMonitor>>>,
}

impl<M> Future for Recv<'_, M> {
    type Output = bool;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let waited = std::mem::replace(&mut self.waited, true);
        match self.queue.poll_fetch(cx.waker(), waited) {
            Fetched::Some => Poll::Ready(true),
            Fetched::Ended => Poll::Ready(false),
            Fetched::None => {
                #[cfg(feature = "test-util")]
                crate::test::rested();
                if let Some(monitor) = &self.queue.monitor
                    && self.idle.is_none()
                {
                    self.idle = Some(StallMonitor::owned_idle_guard(monitor));
                }
                Poll::Pending
            }
        }
    }
}
