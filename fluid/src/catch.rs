//! Catching panics: of a call, of a future, and of the `drop` of a value that belongs to the user.
//!
//! A second panic while the first one unwinds aborts the process, and a panic that ends a task of the runtime leaves
//! what awaits that task waiting. So the runtime drops the user's values one at a time, each within a catch, and logs
//! what was caught. Where a value is dropped as a part of something else, it stands in a [`DropCaught`].

use std::any::{Any, type_name};
use std::cell::RefCell;
use std::future::Future;
use std::mem::needs_drop;
use std::ops::{Deref, DerefMut};
use std::panic::{self, AssertUnwindSafe};
use std::pin::Pin;
use std::sync::Once;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::error::{Error, Panicked};

thread_local! {
    /// Where the last panic of this thread happened.
    static LOCATION: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Installs a panic hook that records where a panic happened, because its payload does not say so. The hook passes
/// every panic on to the previous hook.
pub(crate) fn install_hook() {
    static INSTALL: Once = Once::new();
    // A thread that panics cannot change the hook. Then a message lacks its location.
    if INSTALL.is_completed() || std::thread::panicking() {
        return;
    }
    INSTALL.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let location = info.location().map(ToString::to_string);
            let _ = LOCATION.try_with(|last| last.replace(location));
            previous(info);
        }));
    });
}

/// Calls `body`, and returns its panic as an error.
///
/// What the panic left half changed is visible to a caller that keeps what `body` borrowed. The runtime drops a worker
/// that panicked, unless its `on_error = "skip"` says that its state is still valid.
#[inline(always)]
pub(crate) fn catch_now<T>(body: impl FnOnce() -> T) -> Result<T, Panicked> {
    panic::catch_unwind(AssertUnwindSafe(body)).map_err(panicked)
}

/// Reads the payload of a panic and drops it. A panic of that `drop` is ignored, and its own payload is leaked,
/// because that may panic in turn without end.
#[cold]
fn panicked(payload: Box<dyn Any + Send>) -> Panicked {
    // Fails only in a thread that is ending.
    let location = LOCATION.try_with(RefCell::take).ok().flatten();
    let panicked = Panicked::new(&*payload, location);
    if let Err(next) = panic::catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(next);
    }
    panicked
}

/// Awaits `future`, and returns its panic as an error. See [`catch_now`].
///
/// A panic of the future's `drop` is logged.
#[inline(always)]
pub(crate) const fn catch<T, F>(future: F) -> Catch<F>
where
    F: Future<Output = Result<T, Error>>,
{
    Catch {
        future: Some(future),
    }
}

pin_project! {
    /// The future of [`catch`]. No `async fn`, because that would store `future` twice.
    pub(crate) struct Catch<F> {
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Catch<F> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let future = this.project().future;
            if future.is_some() {
                drop_in_place(future);
            }
        }
    }
}

impl<F> Catch<F> {
    /// A place for a future that is made later.
    pub(crate) const fn unmade() -> Self {
        Self { future: None }
    }

    /// Makes the future in its place. Returns a panic of `make`.
    #[inline(always)]
    pub(crate) fn make(self: Pin<&mut Self>, make: impl FnOnce() -> F) -> Result<(), Panicked> {
        let mut future = self.project().future;
        catch_now(move || future.set(Some(make())))
    }
}

impl<T, F: Future<Output = Result<T, Error>>> Future for Catch<F> {
    type Output = Result<T, Error>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let future = self.project().future;
        or_panicked(catch_now(move || poll_once(future, cx)))
    }
}

/// Like [`catch`], but for one of many calls in a future that is within a [`Catch`] itself. That one catches a panic of
/// the `drop` of the call.
#[inline(always)]
pub(crate) const fn catch_call<T, F>(call: F) -> CatchCall<F>
where
    F: Future<Output = Result<T, Error>>,
{
    CatchCall { call }
}

pin_project! {
    /// The future of [`catch_call`].
    pub(crate) struct CatchCall<F> {
        #[pin]
        call: F,
    }
}

impl<T, F: Future<Output = Result<T, Error>>> Future for CatchCall<F> {
    type Output = Result<T, Error>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let call = self.project().call;
        or_panicked(catch_now(move || call.poll(cx)))
    }
}

#[inline(always)]
fn or_panicked<T>(polled: Result<Poll<Result<T, Error>>, Panicked>) -> Poll<Result<T, Error>> {
    polled.unwrap_or_else(|panicked| Poll::Ready(Err(panicked.into())))
}

/// Polls a future, and drops it when it is ready: so that needs no catch of its own.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn poll_once<F: Future>(
    mut future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    let polled = match future.as_mut().as_pin_mut() {
        Some(future) => future.poll(cx),
        None => Poll::Pending,
    };
    if polled.is_ready() {
        clear(future);
    }
    polled
}

/// Drops a future where it is pinned. A function of its own: without optimisation, `set` needs stack for a second future.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn clear<F>(mut future: Pin<&mut Option<F>>) {
    future.set(None);
}

/// Drops a future where it is pinned, and logs its panic.
#[cold]
#[inline(never)]
fn drop_in_place<F>(mut future: Pin<&mut Option<F>>) {
    drop_logged::<F>(|| future.set(None));
}

/// Drops a value, and logs its panic.
#[inline]
pub(crate) fn drop_caught<T>(value: T) {
    if needs_drop::<T>() {
        drop_logged::<T>(|| drop(value));
    }
}

/// Drops the remaining values of an iterator one at a time. Returns their number. The iterator ends if it panics.
pub(crate) fn drop_each<T>(mut values: impl Iterator<Item = T>) -> u64 {
    let mut dropped = 0;
    if values.size_hint().1 == Some(0) {
        return dropped;
    }
    while let Ok(Some(value)) = catch_now(|| values.next()) {
        drop_caught(value);
        dropped += 1;
    }
    drop_caught(values);
    dropped
}

fn drop_logged<T>(drop: impl FnOnce()) {
    if let Err(panicked) = catch_now(drop) {
        tracing::error!(dropped = type_name::<T>(), %panicked, "a drop panicked");
    }
}

/// A value whose panic is logged when it is dropped.
#[derive(Debug)]
pub(crate) struct DropCaught<T>(Option<T>);

impl<T> DropCaught<T> {
    const TAKEN: &str = "a value that was taken is put back before it is used";

    pub(crate) const fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// A place for a value.
    pub(crate) const fn empty() -> Self {
        Self(None)
    }

    /// Takes the value.
    pub(crate) const fn take(&mut self) -> T {
        self.0.take().expect(Self::TAKEN)
    }

    /// Where the value stands, for code that may take it.
    pub(crate) const fn slot(&mut self) -> &mut Option<T> {
        &mut self.0
    }

    pub(crate) fn put(&mut self, value: T) {
        self.0 = Some(value);
    }

    /// Drops the value, unless it was taken.
    #[inline]
    pub(crate) fn clear(&mut self) {
        if self.0.is_some() {
            self.drop_value();
        }
    }

    #[inline]
    fn drop_value(&mut self) {
        drop_caught(self.0.take());
    }

    /// The value, unless it was taken. The caller drops it.
    pub(crate) fn into_inner(mut self) -> Option<T> {
        self.0.take()
    }
}

impl<T> Deref for DropCaught<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.0.as_ref().expect(Self::TAKEN)
    }
}

impl<T> DerefMut for DropCaught<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(Self::TAKEN)
    }
}

impl<T> Drop for DropCaught<T> {
    #[inline]
    fn drop(&mut self) {
        self.clear();
    }
}

/// An iterator whose remaining values are dropped one at a time when it is dropped.
pub(crate) struct DropEach<I: Iterator>(pub(crate) I);

impl<I: Iterator> Iterator for DropEach<I> {
    type Item = I::Item;

    #[inline]
    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<I: Iterator> Drop for DropEach<I> {
    #[inline]
    fn drop(&mut self) {
        drop_each(&mut self.0);
    }
}

#[cfg(test)]
mod tests;
