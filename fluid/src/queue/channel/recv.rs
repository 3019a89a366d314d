//! How a consumer receives a message that it has not fetched.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::fetch::Demand;
use super::queue::{Queue, YIELD_BUDGET};
use crate::sync::yielding::{To, yield_to};
use crate::time::stall::{Pulse, Rest};

impl<M> Queue<M> {
    /// Receives the next message. Returns `None` if the incarnation should end. The message before it is done.
    ///
    /// `before_wait` is called if no fetched message is ready.
    #[inline(always)]
    pub(crate) fn recv(&mut self, before_wait: impl FnOnce()) -> impl Future<Output = Option<M>> {
        Recv {
            fetch: self.wait_for(Demand::Message),
            before_wait: Some(before_wait),
            yields: yield_to,
            yielding: None,
        }
    }

    /// Waits until messages were fetched. Returns `false` if none will come any more.
    #[inline(always)]
    pub(super) const fn wait_for(&mut self, demand: Demand) -> Fetch<'_, M> {
        Fetch {
            queue: self,
            demand,
            waits: false,
            rest: None,
            #[cfg(feature = "test-util")]
            delay: 0,
        }
    }

    /// Waits until the incarnation is to end, if the worker consumes nothing: its queue is closed from the start.
    pub(crate) async fn ended(&mut self) {
        if let Some(run_control) = &self.run_control {
            let _rest = self.pulse.as_deref().map(Pulse::rest);
            run_control.stop_requested().raised().await;
        }
    }

    /// Grants room to senders that wait, if it is time. Returns the tasks to which the consumer must yield, if its
    /// budget is used up: a full queue is always ready, and without this its consumer would never let another task run.
    fn pause(&mut self) -> Option<To> {
        if self.admit_budget > 0 && self.channel.control.is_seen(self.seen_control) {
            return None;
        }
        self.channel.let_senders_in();
        self.admit_budget = self.channel.admit_budget;
        let to = if self.channel.control.take_yield(&mut self.seen_control) {
            Some(To::All)
        } else if self.yield_budget < self.admit_budget {
            // While a group stops, no task is to be kept waiting.
            let stops = self.seen_control.is_any();
            Some(if stops { To::All } else { self.turns.end() })
        } else {
            None
        };
        if to.is_some() {
            self.yield_budget = YIELD_BUDGET;
        }
        self.yield_budget -= self.admit_budget;
        to
    }
}

pin_project! {
    /// See [`Queue::recv`]. It is no `async fn`, so that its fast path is compiled into the loop that makes the calls.
    struct Recv<'a, M, B, F, Y> {
        fetch: Fetch<'a, M>,
        // Set until the first poll.
        before_wait: Option<B>,
        yields: F,
        #[pin]
        yielding: Option<Y>,
    }
}

impl<M, B, F, Y> Future for Recv<'_, M, B, F, Y>
where
    B: FnOnce(),
    F: Fn(To) -> Y,
    Y: Future<Output = ()>,
{
    type Output = Option<M>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<M>> {
        let mut this = self.project();
        if let Some(before_wait) = this.before_wait.take() {
            let queue = &mut *this.fetch.queue;
            if let Some(message) = queue.ready() {
                return Poll::Ready(Some(message));
            }
            before_wait();
            let yields = queue.pause();
            this.yielding.set(yields.map(this.yields));
        }
        if let Some(yielding) = this.yielding.as_mut().as_pin_mut() {
            ready!(yielding.poll(cx));
            this.yielding.set(None);
        }
        let has_fetched = ready!(Pin::new(&mut *this.fetch).poll(cx));
        Poll::Ready(has_fetched.then(|| this.fetch.queue.first()).flatten())
    }
}

/// See [`Queue::wait_for`].
pub(super) struct Fetch<'a, M> {
    queue: &'a mut Queue<M>,
    demand: Demand,
    /// Whether it has been pending.
    waits: bool,
    rest: Option<Rest<Arc<Pulse>>>,
    /// How often a shuffled test still delays the lane after it was woken.
    #[cfg(feature = "test-util")]
    delay: u8,
}

impl<M> Future for Fetch<'_, M> {
    type Output = bool;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = &mut *self;
        let (queue, waker) = (&mut *this.queue, cx.waker());
        #[cfg(feature = "test-util")]
        if this.delay > 0 {
            this.delay -= 1;
            waker.wake_by_ref();
            return Poll::Pending;
        }
        if let Poll::Ready(fetched) = queue.fetch(this.demand, waker, this.waits) {
            this.waits = false;
            return Poll::Ready(fetched);
        }
        this.waits = true;
        #[cfg(feature = "test-util")]
        {
            crate::test::rested();
            this.delay = crate::test::delay();
        }
        if let Some(pulse) = &queue.pulse
            && this.rest.is_none()
        {
            this.rest = Some(Pulse::rest_long(pulse));
        }
        Poll::Pending
    }
}

impl<M> Drop for Fetch<'_, M> {
    fn drop(&mut self) {
        // A message may have woken this lane, and another lane can handle it.
        if self.waits && !self.queue.channel.has_one_lane() {
            self.queue.channel.stop_waiting(self.queue.lane);
        }
    }
}
