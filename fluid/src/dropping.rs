//! Dropping values of the user.
//!
//! The `drop` of such a value may panic. If another one panics while the first panic unwinds, the process aborts; and
//! if a panic ends a task of the runtime, whatever waits for that task waits for ever. So the runtime drops values of the
//! user one at a time, each within a catch, and logs what was caught. Where it cannot choose when a value is dropped, since
//! a future is dropped that holds it, the value is in a [`DropCaught`] or a [`DropEach`].

use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::sync::catch::catch_now;

/// Drops a value, and logs its panic.
pub(crate) fn drop_caught<T>(value: T) {
    // Most messages are plain data, for which there is nothing to be done.
    if std::mem::needs_drop::<T>() {
        caught::<T>(|| drop(value));
    }
}

/// Drops a future where it is, and logs its panic.
pub(crate) fn drop_pinned<F>(mut future: Pin<&mut Option<F>>) {
    if future.is_some() {
        caught::<F>(|| future.set(None));
    }
}

fn caught<T>(drop: impl FnOnce()) {
    if let Err(panicked) = catch_now(drop) {
        let what = std::any::type_name::<T>();
        tracing::error!(what, %panicked, "a drop panicked");
    }
}

/// Drops all values that are left, one at a time. Returns how many there were.
pub(crate) fn drop_each<T>(mut values: impl Iterator<Item = T>) -> usize {
    let mut dropped = 0;
    if values.size_hint().1 == Some(0) {
        return dropped;
    }
    // An iterator that panics has nothing more to give.
    while let Ok(Some(value)) = catch_now(|| values.next()) {
        drop_caught(value);
        dropped += 1;
    }
    dropped
}

/// A value whose panic is caught and logged when it is dropped.
#[derive(Debug)]
pub(crate) struct DropCaught<T>(Option<T>);

impl<T> DropCaught<T> {
    const TAKEN: &str = "what was taken is not used any more";

    pub(crate) const fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// Takes the value out, unless that was done before.
    pub(crate) const fn take(&mut self) -> Option<T> {
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
    fn drop(&mut self) {
        if let Some(value) = self.0.take() {
            drop_caught(value);
        }
    }
}

pin_project! {
    /// A future whose panic is caught and logged when it is dropped.
    pub(crate) struct DropPinned<F> {
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for DropPinned<F> {
        fn drop(this: Pin<&mut Self>) {
            drop_pinned(this.project().future);
        }
    }
}

impl<F> DropPinned<F> {
    pub(crate) const fn new(future: F) -> Self {
        Self {
            future: Some(future),
        }
    }
}

impl<F: Future> Future for DropPinned<F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        match self.project().future.as_pin_mut() {
            Some(future) => future.poll(cx),
            None => Poll::Pending,
        }
    }
}

/// An iterator whose values are dropped one at a time when it is dropped.
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
    fn drop(&mut self) {
        drop_each(self.0.by_ref());
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Panics with another one of its kind when it is dropped.
    struct Bomb(Arc<AtomicUsize>);

    impl Drop for Bomb {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::Relaxed);
            panic_any(Self(Arc::clone(&self.0)));
        }
    }

    #[test]
    fn values_are_dropped_while_another_panic_unwinds() {
        let dropped = Arc::default();
        let bomb = || Bomb(Arc::clone(&dropped));
        let unwinds = || {
            let _caught = [DropCaught::new(bomb()), DropCaught::new(bomb())];
            let _each = DropEach([bomb(), bomb()].into_iter());
            panic!("first");
        };
        let caught = catch_unwind(AssertUnwindSafe(unwinds));
        assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"first"));
        // Each of the four, and the payload of its panic, whose own payload is forgotten.
        assert_eq!(dropped.load(Ordering::Relaxed), 8);
    }

    #[test]
    fn an_iterator_that_panics_gives_nothing_more() {
        let mut calls = 0;
        let panics = std::iter::from_fn(|| {
            calls += 1;
            assert!(calls < 3, "no more");
            Some(calls)
        });
        assert_eq!(drop_each(panics), 2);
    }
}
