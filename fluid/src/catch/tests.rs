use std::future::Ready;
use std::panic::{catch_unwind, panic_any};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// The panic of a future.
async fn caught(future: impl Future<Output = Result<(), Error>>) -> Panicked {
    let error = catch(future).await.unwrap_err();
    error.downcast_ref::<Panicked>().unwrap().clone()
}

#[tokio::test]
async fn a_panic_carries_its_message_and_its_place() {
    install_hook();
    let panicked = caught(async {
        tokio::task::yield_now().await;
        panic!("no {}", "fuel");
    });
    let panicked = panicked.await;
    assert_eq!(panicked.message(), "no fuel");
    let location = panicked.location().unwrap();
    assert!(location.contains("tests.rs:"), "{location}");
}

#[tokio::test]
async fn a_panic_before_the_future_is_made_is_caught() {
    let mut call = std::pin::pin!(Catch::<Ready<()>>::unmade());
    let panicked = call.as_mut().make(|| panic!("no future")).unwrap_err();
    assert_eq!(panicked.message(), "no future");
}

#[tokio::test]
async fn a_panic_inside_a_caught_panic_keeps_both_places_apart() {
    let outer = caught(async {
        let inner = caught(async { panic!("inner") }).await;
        assert_eq!(inner.message(), "inner");
        panic!("outer");
    });
    assert_eq!(outer.await.message(), "outer");
}

/// Counts its drops. Each of them panics, with another value of its kind.
struct Bomb(Arc<AtomicUsize>);

impl Drop for Bomb {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::Relaxed);
        panic_any(Self(Arc::clone(&self.0)));
    }
}

#[tokio::test]
async fn a_future_whose_drop_panics_has_panicked_if_it_was_ready() {
    let dropped = Arc::default();
    let held = Bomb(Arc::clone(&dropped));
    let panicked = caught(async move {
        let _held = &held;
        Ok(())
    });
    let panicked = panicked.await;
    assert_eq!(panicked.message(), "a value that is not text");
    // The value, and the payload of its panic. The payload of that one's panic is leaked.
    assert_eq!(dropped.load(Ordering::Relaxed), 2);
}

#[test]
fn values_are_dropped_while_another_panic_unwinds() {
    let dropped = Arc::default();
    let bomb = || Bomb(Arc::clone(&dropped));
    let unwinds = || {
        let _caught = [DropCaught::new(bomb()), DropCaught::new(bomb())];
        let bomb = bomb();
        let _future = catch(async move {
            drop(bomb);
            Ok(())
        });
        panic!("first");
    };
    let caught = catch_unwind(AssertUnwindSafe(unwinds));
    assert_eq!(caught.unwrap_err().downcast_ref(), Some(&"first"));
    assert_eq!(dropped.load(Ordering::Relaxed), 6);
}

#[test]
fn each_remaining_value_of_an_iterator_is_dropped() {
    let dropped = Arc::default();
    let bombs: Vec<_> = (0..3).map(|_| Bomb(Arc::clone(&dropped))).collect();
    assert_eq!(drop_each(bombs.into_iter()), 3);
    assert_eq!(dropped.load(Ordering::Relaxed), 6);
}

#[test]
fn an_iterator_that_panics_has_no_further_values() {
    let mut calls = 0;
    let panics = std::iter::from_fn(|| {
        calls += 1;
        assert!(calls < 3, "no more");
        Some(calls)
    });
    assert_eq!(drop_each(panics), 2);
    assert_eq!(calls, 3);
}
