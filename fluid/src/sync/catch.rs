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
        let mut polled = Poll::Pending;
        match catch_now(|| polled = future.poll(cx)) {
            Ok(()) => polled.map(Ok),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    }
}

/// Runs `body` within a [`catch`], turning a panic into an error. The hook knows that panics are caught
/// here, so this costs no more than the setting up of the catch.
///
/// What `body` gives it writes itself where it belongs: `catch_unwind` moves what it returns several times.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn catch_within(body: impl FnOnce()) -> Result<(), Panicked> {
    panic::catch_unwind(AssertUnwindSafe(body))
        .map_err(|payload| Panicked::new(&*payload, LOCATION.take()))
}

/// A call within a [`catch`], whose panic is an error. `make` gives its future, which is kept in `place`, when it is first
/// polled: so a panic before the future is made is caught, too.
pub(crate) const fn caught<F, M: FnOnce() -> F>(
    place: Pin<&mut Option<F>>,
    make: M,
) -> Caught<'_, F, M> {
    Caught {
        place,
        make: Some(make),
    }
}

/// A function of its own, so that what it moves is off the stack again when the call is polled.
#[cfg_attr(not(debug_assertions), inline(always))]
fn make_in<F>(mut place: Pin<&mut Option<F>>, make: impl FnOnce() -> F) {
    place.set(Some(make()));
}

/// See [`caught`]. It is no `async fn`, so that it can be compiled into whoever makes the calls.
pub(crate) struct Caught<'a, F, M> {
    place: Pin<&'a mut Option<F>>,
    make: Option<M>,
}

impl<T, F, M> Future for Caught<'_, F, M>
where
    F: Future<Output = Result<T, Error>>,
    M: FnOnce() -> F + Unpin,
{
    type Output = F::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut polled = Poll::Pending;
        let caught = catch_within(|| {
            if let Some(make) = self.make.take() {
                make_in(self.place.as_mut(), make);
            }
            if let Some(call) = self.place.as_mut().as_pin_mut() {
                polled = call.poll(cx);
            }
        });
        match caught {
            Ok(()) => polled,
            Err(panicked) => Poll::Ready(Err(panicked.into())),
        }
    }
}

pin_project! {
    /// One of two ways to make a call.
    #[project = OneOfProjected]
    pub(crate) enum OneOf<F, S> {
        First { #[pin] call: F },
        Second { #[pin] call: S },
    }
}

impl<F: Future, S: Future<Output = F::Output>> Future for OneOf<F, S> {
    type Output = F::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.project() {
            OneOfProjected::First { call } => call.poll(cx),
            OneOfProjected::Second { call } => call.poll(cx),
        }
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
