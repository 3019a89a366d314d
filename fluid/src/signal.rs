//! A flag that is raised once, and can be awaited.

use std::future::Future;
use std::pin::pin;

use crate::sync::Notify;
use crate::sync::atomic::{AtomicBool, Ordering, fence};

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
pub(crate) async fn until<F: Future>(signal: &Signal, future: F) -> Option<F::Output> {
    tokio::select! {
        biased;
        () = signal.raised() => None,
        output = future => Some(output),
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
