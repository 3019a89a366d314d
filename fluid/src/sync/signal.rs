//! Flags that are raised once, and can be awaited.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::sync::atomic::{AtomicU8, Ordering, fence};
use crate::sync::{Notified, Notify};

/// Flags of one thing, each raised once and never lowered. They are awaited at one place, since most of them never
/// are raised: so each takes a bit, and no more.
#[derive(Debug, Default)]
pub(crate) struct Signals {
    raised: AtomicU8,
    waiters: Notify,
}

/// One of several [`Signals`]. Reading it is one relaxed load, so it may stand in a hot loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signal<'a> {
    signals: &'a Signals,
    flag: u8,
}

impl Signals {
    /// The signal of this number, of which there are eight.
    pub(crate) const fn signal(&self, number: u8) -> Signal<'_> {
        Signal {
            signals: self,
            flag: 1 << number,
        }
    }

    /// The flags that are raised. Whoever sees one raised sees all that was done before.
    fn seen(&self) -> u8 {
        let raised = self.raised.load(Ordering::Relaxed);
        if raised != 0 {
            fence(Ordering::Acquire);
        }
        raised
    }
}

impl Signal<'_> {
    /// Raises the flag and wakes every waiter. Returns whether it was this call that raised it.
    pub(crate) fn raise(self) -> bool {
        // Whoever raised it wakes them.
        if self.is_raised() {
            return false;
        }
        let before = self.signals.raised.fetch_or(self.flag, Ordering::SeqCst);
        self.signals.waiters.notify_waiters();
        before & self.flag == 0
    }

    /// Whoever sees it raised sees all that was done before.
    pub(crate) fn is_raised(self) -> bool {
        self.signals.seen() & self.flag != 0
    }

    /// Resolves when the flag is raised, at once if it already is. Cancel safe.
    pub(crate) async fn raised(self) {
        let is_raised = || self.signals.raised.load(Ordering::SeqCst) & self.flag != 0;
        wait_until(&self.signals.waiters, is_raised).await;
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

/// Drives `future` until it ends or `signal` is raised, which is seen first. When another of its
/// [`Signals`] is raised, the future is polled: so within it, whatever waits for that one need only look.
pub(crate) const fn until<F: Future>(signal: Signal<'_>, future: F) -> Until<'_, F> {
    Until {
        signal,
        changed: None,
        registered: None,
        future,
    }
}

pin_project! {
    /// See [`until`]. It is no `async fn`, for the reason of [`Catch`](crate::sync::catch::Catch).
    ///
    /// It waits for the signal only when it has to, and says so once: a future that is woken again and again looks at
    /// no more than a flag each time.
    pub(crate) struct Until<'a, F> {
        signal: Signal<'a>,
        #[pin]
        changed: Option<Notified<'a>>,
        registered: Option<Registered>,
        #[pin]
        future: F,
    }
}

/// Which waker the signals know. They hold it, and so nothing else is at its address. To hold it here, too, would cost
/// the counting of one more.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Registered {
    data: usize,
    vtable: usize,
}

impl Registered {
    fn by(waker: &Waker) -> Self {
        Self {
            data: waker.data().addr(),
            vtable: std::ptr::from_ref(waker.vtable()).addr(),
        }
    }
}

impl<F: Future> Future for Until<'_, F> {
    type Output = Option<F::Output>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Signal { signals, flag } = *this.signal;
        loop {
            let seen = signals.seen();
            if seen & flag != 0 {
                return Poll::Ready(None);
            }
            if let Poll::Ready(output) = this.future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let waker = Registered::by(cx.waker());
            let known = *this.registered == Some(waker);
            // Where nothing had been raised, whoever does so from now on finds the waker.
            if known && seen == 0 {
                return Poll::Pending;
            }
            if !known {
                *this.registered = Some(waker);
            }
            if this.changed.is_none() {
                this.changed.set(Some(signals.waiters.notified()));
            }
            // Registered before the look, so that a change between the two is not missed.
            let changed = this.changed.as_mut().as_pin_mut();
            let waits = changed.is_some_and(|changed| changed.poll(cx).is_pending());
            if waits && signals.raised.load(Ordering::SeqCst) == seen {
                return Poll::Pending;
            }
            this.changed.set(None);
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
