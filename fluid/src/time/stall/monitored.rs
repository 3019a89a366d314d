//! A call that is observed by the stall monitor.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio::time::Instant;

use super::{CurrentPoll, StallMonitor};

pin_project! {
    /// The future of a call that is monitored, if there is a monitor. Its output is `None` if the call was aborted.
    ///
    /// A call may complete after its abort was requested. Its output is then returned, and
    /// [`StallMonitor::take_abort`] tells.
    pub(crate) struct Monitored<'a, F> {
        monitor: Option<&'a StallMonitor>,
        // Dropped before `busy`, so its drop is monitored too.
        #[pin]
        call: F,
        busy: Option<BusyGuard<'a>>,
    }
}

impl<'a, F> Monitored<'a, F> {
    pub(crate) const fn new(monitor: Option<&'a StallMonitor>, call: F) -> Self {
        Self {
            monitor,
            call,
            busy: None,
        }
    }
}

impl<F: Future> Future for Monitored<'_, F> {
    type Output = Option<F::Output>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.monitor {
            None => self.project().call.poll(cx).map(Some),
            Some(monitor) => self.poll_monitored(monitor, cx),
        }
    }
}

impl<'a, F: Future> Monitored<'a, F> {
    fn poll_monitored(
        self: Pin<&mut Self>,
        monitor: &'a StallMonitor,
        cx: &mut Context<'_>,
    ) -> Poll<Option<F::Output>> {
        let this = self.project();
        let mut abort_seen = false;
        let polled = if this.busy.is_none() {
            let first_poll = FirstPoll::begin(monitor);
            let polled = this.call.poll(cx);
            if polled.is_pending() {
                *this.busy = Some(first_poll.wait());
            }
            polled
        } else {
            let poll_guard;
            (poll_guard, abort_seen) = PollGuard::begin(monitor);
            let polled = this.call.poll(cx);
            drop(poll_guard);
            polled
        };
        if let Poll::Ready(output) = polled {
            return Poll::Ready(Some(output));
        }
        if monitor.aborts(abort_seen, cx.waker()) {
            return Poll::Ready(None);
        }
        Poll::Pending
    }
}

/// A call begins, and its first poll is running until this is dropped. A call that is ready by then reads no clock.
struct FirstPoll<'a> {
    monitor: &'a StallMonitor,
    /// The poll within which this one runs.
    outer: CurrentPoll,
}

impl<'a> FirstPoll<'a> {
    fn begin(monitor: &'a StallMonitor) -> Self {
        let mut state = monitor.state.lock();
        // An abort of the call before does not concern this one.
        state.abort = false;
        state.last = None;
        state.idle -= 1;
        let outer = std::mem::replace(&mut state.poll, CurrentPoll::New);
        Self { monitor, outer }
    }

    /// The poll returned pending, and the call goes on.
    fn wait(self) -> BusyGuard<'a> {
        let now = Instant::now();
        let monitor = self.monitor;
        let mut state = monitor.state.lock();
        state.last = Some(now);
        state.poll = self.outer;
        std::mem::forget(self);
        BusyGuard { monitor }
    }
}

impl Drop for FirstPoll<'_> {
    fn drop(&mut self) {
        let mut state = self.monitor.state.lock();
        state.poll = self.outer;
        state.last = None;
        state.idle += 1;
    }
}

/// A call that has been pending is running until this is dropped.
struct BusyGuard<'a> {
    monitor: &'a StallMonitor,
}

impl Drop for BusyGuard<'_> {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.monitor.state.lock();
        state.last = Some(now);
        state.idle += 1;
    }
}

/// A later poll of a call is running until this is dropped.
struct PollGuard<'a> {
    monitor: &'a StallMonitor,
    /// The poll within which this one runs.
    outer: CurrentPoll,
}

impl<'a> PollGuard<'a> {
    /// Also returns whether the abort of the call is requested.
    fn begin(monitor: &'a StallMonitor) -> (Self, bool) {
        let mut state = monitor.state.lock();
        let outer = std::mem::replace(&mut state.poll, CurrentPoll::New);
        (Self { monitor, outer }, state.abort)
    }
}

impl Drop for PollGuard<'_> {
    fn drop(&mut self) {
        self.monitor.state.lock().poll = self.outer;
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
#[cfg(test)]
mod tests;
