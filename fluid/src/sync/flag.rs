//! Flags that are raised once and can be awaited.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use crate::sync::atomic::{AtomicU8, Ordering, fence};
use crate::sync::{Notified, Notify};

/// Up to eight flags with one list of waiters. Each flag takes one bit, is raised at most once, and is never
/// lowered. Flags share the waiters because most flags are never raised.
#[derive(Debug, Default)]
pub(crate) struct Flags {
    raised: AtomicU8,
    waiters: Notify,
}

/// One flag of [`Flags`]. Reading it is one relaxed load, so that it can be read in a hot loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flag<'a> {
    flags: &'a Flags,
    flag: u8,
}

impl Flags {
    /// The flag `number`, which is between 0 and 7.
    pub(crate) const fn flag(&self, number: u8) -> Flag<'_> {
        Flag {
            flags: self,
            flag: 1 << number,
        }
    }

    /// The raised flags. If any is raised, the fence synchronizes with the `SeqCst` operation in `raise`.
    fn seen(&self) -> u8 {
        let raised = self.raised.load(Ordering::Relaxed);
        if raised != 0 {
            fence(Ordering::Acquire);
        }
        raised
    }
}

impl Flag<'_> {
    /// Raises the flag and wakes all waiters. Returns `true` if this call raised it.
    pub(crate) fn raise(self) -> bool {
        // The call that raised it wakes the waiters.
        if self.is_raised() {
            return false;
        }
        let before = self.flags.raised.fetch_or(self.flag, Ordering::SeqCst);
        self.flags.waiters.notify_waiters();
        before & self.flag == 0
    }

    /// Whether the flag is raised. If so, everything that was written before the call of `raise` is visible.
    pub(crate) fn is_raised(self) -> bool {
        self.flags.seen() & self.flag != 0
    }

    /// Resolves when the flag is raised, immediately if it is already. Cancel safe.
    pub(crate) async fn raised(self) {
        let is_raised = || self.flags.raised.load(Ordering::SeqCst) & self.flag != 0;
        wait_until(&self.flags.waiters, is_raised).await;
    }
}

/// Waits until `condition` holds. Each change of it must be followed by `notify_waiters`.
pub(crate) async fn wait_until(changes: &Notify, condition: impl Fn() -> bool) {
    wait_for(changes, || condition().then_some(())).await;
}

/// Waits until `value` returns `Some`. Each change of it must be followed by `notify_waiters`.
pub(crate) async fn wait_for<T>(changes: &Notify, value: impl Fn() -> Option<T>) -> T {
    loop {
        let mut changed = pin!(changes.notified());
        // Registered before the check, so that no change is missed in between.
        changed.as_mut().enable();
        if let Some(value) = value() {
            return value;
        }
        changed.await;
    }
}

/// Polls `future` until it completes or `signal` is raised. The signal is checked first. When another flag of the
/// same [`Flags`] is raised, the future is polled again: so code in it can check such a flag without registering
/// a waker.
pub(crate) const fn until<F: Future>(signal: Flag<'_>, future: F) -> Until<'_, F> {
    Until {
        signal,
        changed: None,
        registered: None,
        future,
    }
}

pin_project! {
    /// The future of [`until`]. It is no `async fn`, for the reason given at [`Catch`](crate::catch::Catch).
    ///
    /// It registers with the flags only when the future is pending, and only once for each waker. A future that
    /// is woken often then reads one flag at each poll.
    pub(crate) struct Until<'a, F> {
        signal: Flag<'a>,
        #[pin]
        changed: Option<Notified<'a>>,
        registered: Option<Registered>,
        #[pin]
        future: F,
    }
}

/// Identifies the waker that is registered with the flags. They hold a clone of it, so no other waker can have
/// its address. Storing a clone here as well would cost one more reference count.
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
        let Flag { flags, flag } = *this.signal;
        loop {
            let seen = flags.seen();
            if seen & flag != 0 {
                return Poll::Ready(None);
            }
            if let Poll::Ready(output) = this.future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            let waker = Registered::by(cx.waker());
            let known = *this.registered == Some(waker);
            // No flag was raised, so the next `raise` wakes the registered waker.
            if known && seen == 0 {
                return Poll::Pending;
            }
            if !known {
                *this.registered = Some(waker);
            }
            if this.changed.is_none() {
                this.changed.set(Some(flags.waiters.notified()));
            }
            // Registered before the check, so that no change is missed in between.
            let changed = this.changed.as_mut().as_pin_mut();
            let waits = changed.is_some_and(|changed| changed.poll(cx).is_pending());
            if waits && flags.raised.load(Ordering::SeqCst) == seen {
                return Poll::Pending;
            }
            this.changed.set(None);
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
