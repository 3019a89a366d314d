//! What a worker and the handle of a group see of the time that a stop may take, and whether a supervisor responds.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::by_hand::Nothing;
use fluid::{Context, OnExit, Options, State, Workers};

use crate::support::{Body, body, group, put, put_with, secs};

/// What a worker saw: while it ran, at the stop, and two seconds later.
type Seen = Arc<Mutex<Vec<Option<Duration>>>>;

/// Notes `grace_left` three times. Takes two seconds to stop.
fn noting(seen: &Seen) -> Body<Nothing, Nothing> {
    let seen = Arc::clone(seen);
    body(move |ctx: &Context, _| {
        let seen = Arc::clone(&seen);
        let note = move |ctx: &Context| seen.lock().unwrap().push(ctx.grace_left());
        Box::pin(async move {
            note(ctx);
            ctx.stopping().await;
            note(ctx);
            tokio::time::sleep(secs(2)).await;
            note(ctx);
            Ok(())
        })
    })
}

async fn stop(workers: Workers) {
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(1)).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
}

fn counts_down_from(seconds: u64) -> Vec<Option<Duration>> {
    vec![None, Some(secs(seconds)), Some(secs(seconds - 2))]
}

#[tokio::test(start_paused = true)]
async fn grace_left_is_none_before_a_stop_and_then_counts_down_from_the_grace_period() {
    let seen = Seen::default();
    let mut workers = group().grace(secs(7));
    put(&mut workers, "noting", noting(&seen));
    stop(workers).await;
    assert_eq!(*seen.lock().unwrap(), counts_down_from(7));
}

#[tokio::test(start_paused = true)]
async fn a_worker_with_a_shorter_grace_of_its_own_sees_its_own_deadline() {
    let seen = Seen::default();
    let mut workers = group().grace(secs(7));
    let options = Options::new().grace(secs(4));
    put_with(&mut workers, "noting", options, noting(&seen));
    stop(workers).await;
    assert_eq!(seen.lock().unwrap()[2], Some(secs(2)));
}

#[tokio::test(start_paused = true)]
async fn a_member_of_a_nested_group_sees_the_deadline_that_comes_first() {
    for (outer, inner, left) in [(9, 5, 5), (5, 9, 5)] {
        let seen = Seen::default();
        let mut nested = Workers::new("nested").grace(secs(inner));
        put(&mut nested, "noting", noting(&seen));
        let mut workers = group().grace(secs(outer));
        let mut nested = Some(nested);
        let options = Options::new().on_exit(OnExit::Ignore);
        workers.add_with("nested", options, move || {
            nested.take().expect("built once")
        });
        stop(workers).await;
        assert_eq!(
            *seen.lock().unwrap(),
            counts_down_from(left),
            "{outer} {inner}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_group_sees_how_long_its_stop_may_take() {
    let mut workers = group().grace(secs(7));
    put(&mut workers, "noting", noting(&Seen::default()));
    let running = workers.startup().await.unwrap();
    assert_eq!(running.grace_left(), None);
    running.gracefully_stop();
    running.wait_for(State::Stopping).await;
    tokio::time::sleep(secs(1)).await;
    assert_eq!(running.grace_left(), Some(secs(6)));
    assert!(running.wait_for_shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn a_group_responds_from_its_start_to_its_end() {
    let mut workers = group();
    put(&mut workers, "noting", noting(&Seen::default()));
    let group = workers.handle();
    let asked_early = tokio::spawn({
        let group = group.clone();
        async move { group.responds().await }
    });
    tokio::time::sleep(secs(1)).await;
    assert!(!asked_early.is_finished());

    let running = workers.startup().await.unwrap();
    assert!(asked_early.await.unwrap());
    assert!(running.responds().await);
    running.gracefully_stop();
    assert!(running.responds().await);
    assert!(running.wait_for_shutdown().await.is_success());
    assert!(!running.responds().await);
}
