//! Resources that move into one worker: `move name: Type`.

use std::cell::Cell;
use std::sync::Arc;

use fluid::{Cause, consumer, worker, workers};

use crate::support::Seen;

/// Neither `Clone` nor `Sync`.
struct Feed(Cell<u64>);

impl Feed {
    fn of(count: u64) -> Self {
        Self(Cell::new(count))
    }

    fn next(&self) -> Option<u64> {
        let left = self.0.get().checked_sub(1)?;
        self.0.set(left);
        Some(left)
    }
}

/// Emits what the feed has.
#[worker]
async fn pump(feed: &mut Feed, name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    while let Some(number) = feed.next() {
        lines.push(format!("{name} {number}"));
    }
    lines
}

#[consumer]
async fn note(line: String, seen: &Seen) {
    seen.note(line);
}

workers! {
    struct Pumping(move feed: Feed, name: str, seen: Seen) {
        pump: Pump { feed, name },
        note: Note { seen },
    }

    pump => note;
}

#[tokio::test(start_paused = true)]
async fn a_resource_that_is_neither_clone_nor_sync_moves_into_its_worker() {
    let seen = Arc::new(Seen::default());
    let group = Pumping::new(Feed::of(2), "feed", Arc::clone(&seen));
    let exit = group.startup().await.unwrap().wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["feed 1", "feed 0"]);
}

/// A pump without shared resources.
#[worker]
async fn count<T>(one: &mut Feed, two: &mut Feed, marker: &mut T) -> u64 {
    let _ = marker;
    one.next().unwrap_or(0) + two.next().unwrap_or(0)
}

#[consumer]
async fn add(number: u64, seen: &Seen) {
    seen.note(number);
}

workers! {
    struct Counting<T>(move left: Feed, move right: Feed, move marker: T, seen: Seen) {
        count: Count<T> { one: left, two: { right }, marker },
        sum: Add { seen },
    }

    count => sum;
}

workers! {
    struct Outer(move left: Feed, seen: Seen) {
        inner: Counting<u8> = Counting::new(left, Feed::of(11), 0, seen),
    }
}

#[tokio::test(start_paused = true)]
async fn several_resources_move_into_one_worker_and_into_a_nested_group() {
    let seen = Arc::new(Seen::default());
    let group = Outer::new(Feed::of(6), Arc::clone(&seen));
    let exit = group.startup().await.unwrap().wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(seen.all(), ["15"]);
}

/// Any number of lanes could use it, but not own it.
struct Shared;

#[consumer]
async fn drain(number: u64, feed: &Shared) {
    let _ = (number, feed);
}

workers! {
    struct Lanes(lanes: usize, move feed: Shared) {
        #[consumer(concurrency = *lanes)]
        pub drain: Drain { feed: feed.into() },
    }
}

#[test]
fn several_lanes_that_are_known_at_run_time_panic_and_the_message_names_the_worker() {
    drop(Lanes::new(1, Shared));
    let panic = std::panic::catch_unwind(|| drop(Lanes::new(2, Shared))).unwrap_err();
    let message = panic.downcast_ref::<String>().unwrap();
    assert!(
        message.contains("moves into `drain`, which has several lanes"),
        "{message}"
    );
}

#[worker]
async fn fail(feed: &mut Feed) -> Result<(), std::io::Error> {
    match feed.next() {
        Some(_) => Err(std::io::Error::other("no luck")),
        None => Ok(()),
    }
}

workers! {
    #[workers(restart = "one_for_one")]
    struct Failing(move feed: Feed) {
        fail: Fail { feed },
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_into_which_a_resource_moved_is_not_restarted_and_the_error_says_why() {
    let exit = Failing::new(Feed::of(1)).startup().await.unwrap();
    let exit = exit.wait_for_shutdown().await;
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "fail");
    let error = format!("{error:#}");
    assert!(error.contains("a resource moved into it"), "{error}");
    assert!(error.contains("no luck"), "{error}");
    assert_eq!(exit.worker("fail").unwrap().restarts(), 0);
}
