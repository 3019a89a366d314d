//! How a consumer waits for a message that it has not fetched.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::fetch::Fetched;
use super::queue::{Queue, TURN};
use crate::sync::yielding::{To, yield_to, yield_to_all};
use crate::time::stall::{IdleGuard, StallMonitor};

impl<M> Queue<M> {
    /// Waits until a message has arrived, or was fetched already and it was time for something else; then it is the
    /// [`first`](Self::first). Returns whether there is one.
    pub(crate) async fn arrival(&mut self) -> bool {
        if self.must_pause() {
            self.pause().await;
        }
        if self.is_alone() {
            self.arrival_for_one().await
        } else {
            self.arrival_for_several().await
        }
    }

    /// Whether it is time for something else than a message.
    pub(crate) fn must_pause(&self) -> bool {
        self.course == 0 || self.channel.calls.must_yield(self.seen_control)
    }

    /// Whether no other takes from the queue.
    pub(crate) fn is_alone(&self) -> bool {
        // In a shuffled test it is held up between the notice and its look into the queue.
        #[cfg(feature = "test-util")]
        if crate::test::is_shuffled() {
            return false;
        }
        self.channel.consumer_ends.len() == 1
    }

    /// The message that has arrived.
    #[inline(always)]
    pub(crate) fn first(&mut self) -> M {
        let first = self.portion.pop_front();
        first.expect("called once, when one has arrived")
    }

    /// Waits until a message has arrived, where no other takes from the queue.
    pub(crate) const fn arrival_for_one(&mut self) -> Recv<'_, M> {
        Recv {
            queue: self,
            waited: false,
            idle: None,
        }
    }

    /// Moves the next message into its hand, or waits until it is woken. If it `waited` already, and there is one, it
    /// waits for the next one at once.
    fn look(&mut self, waker: &Waker, waited: bool) -> Fetched {
        if self.has_fetched() {
            return Fetched::Some;
        }
        let known = self.known.as_ref();
        let is_known = known.is_some_and(|known| known.will_wake(waker));
        if is_known && self.channel.is_awaited() {
            // Until something happens for which it is woken, there is nothing to be seen.
            return Fetched::None;
        }
        let (progress, portion) = (&self.progress, &mut self.portion);
        let fetched = self
            .channel
            .fetch(progress, portion, waker, waited && is_known);
        match fetched {
            Fetched::Some => self.has_arrived(),
            Fetched::None => keep(&mut self.known, waker),
            Fetched::Ended => {}
        }
        fetched
    }

    /// Whether a message has been fetched already, which is in its hand now.
    fn has_fetched(&mut self) -> bool {
        if self.portion.is_empty() || self.channel.calls.is_interrupted() {
            return false;
        }
        self.progress.take(1);
        self.has_arrived();
        true
    }

    /// Waits until a message has arrived, where others may take it, too.
    pub(crate) async fn arrival_for_several(&mut self) -> bool {
        if self.has_fetched() {
            return true;
        }
        loop {
            let (channel, progress) = (&*self.channel, &*self.progress);
            let fetched = match channel.fetch_one(progress, &mut self.portion, false) {
                Fetched::None => {
                    let mut arrived = pin!(channel.items.notified());
                    arrived.as_mut().enable();
                    let fetched = channel.fetch_one(progress, &mut self.portion, true);
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
                    self.has_arrived();
                    return true;
                }
                Fetched::Ended => return false,
                Fetched::None => {}
            }
            #[cfg(feature = "test-util")]
            crate::test::perturb().await;
        }
    }

    /// A message has moved into its hand.
    fn has_arrived(&mut self) {
        self.hand = 1;
        // Also where it is the only one: of those that come one at a time, each arrives.
        self.course -= 1;
    }

    /// Lets in those who wait for room, and gives other tasks their turn when it is time: a full queue is always
    /// ready, and without this, its consumer would never let another task run.
    pub(crate) async fn pause(&mut self) {
        self.settle();
        let gives_way = self.channel.calls.heed(&mut self.seen_control);
        self.channel.let_senders_in();
        self.course = self.channel.course;
        if gives_way {
            yield_to_all().await;
            self.turn = TURN;
        } else if self.turn < self.course {
            // While a group stops, nobody is to be kept waiting.
            let stops = self.seen_control.is_any();
            yield_to(if stops { To::All } else { self.turns.end() }).await;
            self.turn = TURN;
        }
        self.turn -= self.course;
    }
}

/// Keeps a waker, which is copied only if it is another one.
pub(super) fn keep(kept: &mut Option<Waker>, waker: &Waker) {
    match kept {
        Some(kept) => kept.clone_from(waker),
        None => *kept = Some(waker.clone()),
    }
}

/// See [`Queue::arrival_for_one`]. It is no `async fn`, so that it can be compiled into whoever makes the calls.
pub(crate) struct Recv<'a, M> {
    queue: &'a mut Queue<M>,
    /// It has been pending before.
    waited: bool,
    idle: Option<IdleGuard<Arc<StallMonitor>>>,
}

impl<M> Future for Recv<'_, M> {
    type Output = bool;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let waited = std::mem::replace(&mut self.waited, true);
        match self.queue.look(cx.waker(), waited) {
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
