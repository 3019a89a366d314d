//! A flag that is raised once, and can be awaited.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::sync::atomic::{AtomicBool, Ordering, fence};
use crate::sync::{Notified, Notify};

/// Raised once, never lowered. Reading it is one relaxed load, so it may stand in a hot loop.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    raised: AtomicBool,
    waiters: Notify,
}

impl Signal {
    /// Raises the flag and wakes every waiter. Returns whether it was this call that raised it.
    pub(crate) fn raise(&self) -> bool {
        let first = !self.raised.swap(true, Ordering::SeqCst);
        self.waiters.notify_waiters();
        first
    }

    /// Whoever sees it raised sees all that was done before.
    pub(crate) fn is_raised(&self) -> bool {
        let raised = self.raised.load(Ordering::Relaxed);
        if raised {
            fence(Ordering::Acquire);
        }
        raised
    }

    /// Resolves when the flag is raised, at once if it already is. Cancel safe.
    pub(crate) async fn raised(&self) {
        wait_until(&self.waiters, || self.raised.load(Ordering::SeqCst)).await;
    }
}

/// Awaits a condition whose every change is followed by `notify_waiters`.
pub(crate) async fn wait_until(changes: &Notify, condition: impl Fn() -> bool) {
    wait_for(changes, || condition().then_some(())).await;
}

/// Awaits a value whose every change is followed by `notify_waiters`.
pub(crate) async fn wait_for<T>(changes: &Notify, value: impl Fn() -> Option<T>) -> T {
    loop {
        let mut changed = pin!(changes.notified());
        // Registered before the look, so that a change between the two is not missed.
        changed.as_mut().enable();
        if let Some(value) = value() {
            return value;
        }
        changed.await;
    }
}

/// Drives `future` until it ends or `signal` is raised, which is seen first.
pub(crate) const fn until<F: Future>(signal: &Signal, future: F) -> Until<'_, F> {
    Until {
        signal,
        raised: None,
        waker: None,
        future,
    }
}

pin_project! {
    /// See [`until`]. It is no `async fn`, for the reason of [`Catch`](crate::catch::Catch).
    ///
    /// It waits for the signal only when it has to, and says so once: a future that is woken again and again looks at
    /// no more than a flag each time.
    pub(crate) struct Until<'a, F> {
        signal: &'a Signal,
        #[pin]
        raised: Option<Notified<'a>>,
        waker: Option<Waker>,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Until<'_, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.signal.is_raised() {
            return Poll::Ready(None);
        }
        if let Poll::Ready(output) = this.future.poll(cx) {
            return Poll::Ready(Some(output));
        }
        let waker = this.waker.as_ref();
        if waker.is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        *this.waker = Some(cx.waker().clone());
        if this.raised.is_none() {
            this.raised.set(Some(this.signal.waiters.notified()));
        }
        // Registered before the look, so that a change between the two is not missed.
        let notified = this.raised.as_pin_mut().map(|raised| raised.poll(cx));
        match notified {
            Some(Poll::Pending) if !this.signal.raised.load(Ordering::SeqCst) => Poll::Pending,
            _ => Poll::Ready(None),
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
