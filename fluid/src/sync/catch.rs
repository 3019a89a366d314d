//! Catching panics of futures, with the place where they happened.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe};
use std::pin::{Pin, pin};
use std::sync::Once;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::{Error, Panicked};

thread_local! {
    /// How many `catch`es are being polled on this thread.
    static CATCHING: Cell<usize> = const { Cell::new(0) };
    /// Where the last panic under a `catch` happened.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The payload of a panic does not know its place; only a panic hook is told. Ours notes it for
/// panics that we are about to catch, and hands every panic on to the hook that was there before.
fn install_hook() {
    static INSTALL: Once = Once::new();
    if INSTALL.is_completed() {
        return;
    }
    if std::thread::panicking() {
        // A hook cannot be changed now. It is one place the less in a message.
        return;
    }
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if CATCHING.get() > 0 {
                LOCATION.set(info.location().map(ToString::to_string));
            }
            previous(info);
        }));
    });
}

/// Runs `body`, turning a panic into an error.
pub(crate) fn catch_now<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    install_hook();
    CATCHING.set(CATCHING.get() + 1);
    let result = panic::catch_unwind(AssertUnwindSafe(body));
    CATCHING.set(CATCHING.get() - 1);
    result.map_err(|payload| Panicked::new(&*payload, LOCATION.take()))
}

/// Awaits `future`, keeping a panic to be resumed later.
pub(crate) async fn catch_payload<F: Future>(future: F) -> std::thread::Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(
        |cx| match panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(payload)),
        },
    )
    .await
}

/// Awaits `future`, turning a panic into an error.
///
/// The future is not polled again after a panic, so what it broke can be seen only by a caller
/// that keeps what it borrowed. The runtime drops a worker that panicked, unless its
/// `on_error = "skip"` says that its state can bear it.
pub(crate) const fn catch<F: Future>(future: F) -> Catch<F> {
    Catch { future }
}

pin_project! {
    /// See [`catch`]. It is no `async fn`, which would have room for the future twice: once where it is given, and
    /// once where it is polled. The layers of a life would double its size each.
    pub(crate) struct Catch<F> {
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for Catch<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        match catch_now(|| future.poll(cx)) {
            Ok(polled) => polled.map(Ok),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    }
}

/// Runs `body` within a [`catch`], turning a panic into an error. The hook knows that panics are caught
/// here, so this costs no more than the setting up of the catch.
#[inline(always)]
pub(crate) fn catch_within<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    panic::catch_unwind(AssertUnwindSafe(body))
        .map_err(|payload| Panicked::new(&*payload, LOCATION.take()))
}

/// A call within a [`catch`], whose panic is an error.
///
/// It is no `async fn`, so that it can be compiled into whoever makes the calls.
pub(crate) struct Caught<'a, F>(pub(crate) Pin<&'a mut Option<F>>);

impl<T, F: Future<Output = Result<T, Error>>> Future for Caught<'_, F> {
    type Output = Result<T, Error>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = catch_within(|| match self.0.as_mut().as_pin_mut() {
            Some(call) => call.poll(cx),
            None => Poll::Pending,
        });
        polled.unwrap_or_else(|panicked| Poll::Ready(Err(panicked.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_carries_its_message_and_its_place() {
        let caught = catch(async {
            tokio::task::yield_now().await;
            panic!("no {}", "fuel");
        })
        .await;
        let panicked = caught.map(|(): ()| ()).unwrap_err();
        assert_eq!(panicked.message(), "no fuel");
        assert!(
            panicked.location().unwrap().contains("catch.rs:"),
            "{panicked}"
        );
    }

    #[tokio::test]
    async fn a_panic_inside_a_caught_panic_keeps_both_places_apart() {
        let caught = catch(async {
            let inner = catch(async { panic!("inner") }).await;
            let inner: Result<(), Panicked> = inner;
            assert_eq!(inner.unwrap_err().message(), "inner");
            panic!("outer");
        })
        .await;
        assert_eq!(caught.map(|(): ()| ()).unwrap_err().message(), "outer");
    }
}
