//! Ends at unusual moments: while starting, within a hook, without a runtime.

use std::time::Duration;

use fluid::{
    Cause, Context, Error, OnExit, Options, State, Worker, WorkerExt, Workers,
    by_hand::{Io, Nothing},
    consumer, worker,
};
use tokio::time::timeout;

use crate::support::{SlowStart, idle, put, secs};

#[worker]
async fn quickly() {}

#[worker]
async fn count(ctx: &Context) -> u64 {
    ctx.stopping().await;
    1
}

#[consumer]
async fn eat(_: u64) {}

/// Handles messages, and takes a second to start.
struct SlowEater;

impl Worker for SlowEater {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        tokio::time::sleep(secs(1)).await;
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while io.queue.next().await.is_some() {}
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_finishes_at_once_stops_the_group_after_all_have_started() {
    let mut workers = Workers::new("group");
    workers.add(Quickly);
    let count = workers.add(Count);
    let eat = put(&mut workers, "eat", SlowEater);
    workers.connect(&count, &eat);
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::WorkerEnded(worker) if &**worker == "quickly"),
        "{exit}"
    );
    assert_eq!(
        exit.worker("eat").unwrap().counts().unwrap().done,
        1,
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_scope_that_is_dropped_while_it_starts_stops_its_group() {
    let mut workers = Workers::new("group");
    workers.add(SlowStart(secs(1)));
    let group = workers.handle();
    let scope = workers.scope(|_| async {});
    assert!(timeout(Duration::from_millis(10), scope).await.is_err());
    let exit = timeout(secs(5), group.wait_for_shutdown()).await.unwrap();
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
}

/// Consumes nothing, and waits at its queue for its end.
#[derive(Clone)]
struct Waits;

impl Worker for Waits {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        assert!(!io.queue.is_finished());
        while io.queue.next().await.is_some() {}
        assert!(io.queue.is_finished());
        Ok(())
    }
}

/// A consumer of messages that cannot exist.
#[consumer]
async fn never(_: Nothing) {}

#[tokio::test(start_paused = true)]
async fn the_empty_queue_of_a_worker_without_messages_ends_with_that_worker_alone() {
    let mut workers = Workers::new("group");
    let options = Options::new().on_exit(OnExit::Ignore);
    let [one, other] = ["one", "other"].map(|name| workers.add_with(name, options, || Waits));
    let never = workers.add(Never);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(1)).await;
    assert!(one.is_running());
    let exit = one.shutdown().await;
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    tokio::time::sleep(secs(1)).await;
    assert!(other.is_running() && never.is_running());
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
}

/// Never checks for the stop.
#[worker]
async fn forgets(ctx: &Context) {
    loop {
        ctx.sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn a_worker_that_keeps_sleeping_after_the_stop_is_forced_and_not_stuck() {
    let mut workers = Workers::new("group").grace(Duration::from_millis(50));
    workers.add(Forgets);
    let exit = workers.startup().await.unwrap().shutdown().await;
    let forgets = exit.worker("forgets").unwrap();
    assert!(forgets.is_forced() && !forgets.is_stuck(), "{exit}");
}

/// Fails, and then hangs in its own hook.
struct FailsAndHangs;

impl Worker for FailsAndHangs {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        Err("boom".into())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_in_the_exit_even_if_on_shutdown_hangs() {
    let mut workers = Workers::new("group").grace(secs(2));
    let fails = put(&mut workers, "fails", FailsAndHangs);
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    while fails.status().last_error.is_none() {
        tokio::task::yield_now().await;
    }
    let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
    assert_eq!(exit.code(), 2, "{exit}");
    assert!(
        matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "fails"),
        "{exit}"
    );
    assert!(exit.worker("fails").unwrap().is_forced(), "{exit}");
}

#[test]
fn waiters_get_an_exit_when_the_runtime_goes_away() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let (first, second) = (runtime(), runtime());
    let group = first.block_on(async {
        let mut workers = Workers::new("group");
        workers.add(Eat).send(1).await.unwrap();
        put(&mut workers, "idle", idle());
        workers.startup().await.unwrap()
    });
    drop(first);
    let exit = second.block_on(async { timeout(secs(10), group.shutdown()).await.unwrap() });
    assert!(matches!(exit.cause(), Cause::Abandoned), "{exit}");
    assert_eq!(group.state(), State::ForceStopped);
    assert!(
        exit.worker("eat").unwrap().counts().unwrap().conserved(),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_worker_of_another_group_cannot_be_removed() {
    let mut workers = Workers::new("group");
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let stranger = Eat.startup().await.unwrap();
    assert!(running.remove(stranger.worker()).await.is_none());
    assert_eq!(stranger.state(), State::Running);
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(stranger.shutdown().await.code(), 0);
}

#[test]
#[should_panic(expected = "`eat` is no worker of `two`")]
fn an_edge_between_two_groups_panics() {
    let (mut one, mut two) = (Workers::new("one"), Workers::new("two"));
    let eat = one.add(Eat);
    let count = two.add(Count);
    two.connect(&count, &eat);
}

#[tokio::test(start_paused = true)]
async fn names_of_many_workers_stay_unique_and_finished_one_shots_are_forgotten() {
    let mut workers = Workers::new("group");
    put(&mut workers, "idle", idle());
    let eaters: Vec<_> = (0..5000).map(|_| workers.add(Eat)).collect();
    assert_eq!(eaters[4999].worker_name(), "eat-5000");
    let running = workers.startup().await.unwrap();
    for _ in 0..1000 {
        let soon = fluid::Callback::after(Duration::ZERO);
        assert_eq!(
            running
                .register_callback(soon, || async {})
                .unwrap()
                .wait_for_shutdown()
                .await
                .code(),
            0
        );
    }
    assert!(running.num_workers() < 5010, "{}", running.num_workers());
    assert_eq!(running.shutdown().await.code(), 0);
}
