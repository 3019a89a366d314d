//! `stop = "last"`: members that stop when all others have ended.

use std::time::Duration;

use fluid::edge::PortOutput;
use fluid::{
    Callback, Cause, ConsumerHandle, Forced, OnError, OnExit, Options, State, StopOrder,
    TrySendError, Workers,
    by_hand::{EachMessage, Io, Nothing, Stage},
};
use fluid::{Context, Error, Worker};
use tokio::time::{Instant, sleep};

use crate::support::{
    Body, Burst, Log, assert_conserved, body, count, counts, group, idle, ms, put, put_with, secs,
    sink,
};

const LAST: Options = Options::new().stop(StopOrder::Last);

/// Notes when it is asked to stop.
fn noted(log: &Log, name: &'static str) -> Body<Nothing, u64> {
    let (log, start) = (log.clone(), Instant::now());
    body(move |ctx, _| {
        let log = log.clone();
        Box::pin(async move {
            ctx.stopping().await;
            log.note(format!("{name} at {}", start.elapsed().as_secs()));
            Ok(())
        })
    })
}

fn is_refused(consumer: &ConsumerHandle<u64>) -> bool {
    matches!(consumer.try_send(0), Err(TrySendError::Closed(_)))
}

#[tokio::test(start_paused = true)]
async fn a_last_worker_is_asked_when_all_other_members_have_ended() {
    let log = Log::default();
    let mut workers = group();
    let burst = put(&mut workers, "burst", Burst { to: 3 });
    let slow = put(&mut workers, "slow", sink::<u64>(secs(1)));
    workers.connect(&burst, &slow);
    put_with(&mut workers, "status", LAST, noted(&log, "status"));
    put(&mut workers, "source", noted(&log, "source"));
    let running = workers.startup().await.unwrap();
    running.gracefully_stop();
    let exit = running.wait_for_shutdown().await;
    assert_eq!((exit.code(), counts(&exit, "slow")), (0, [3, 3, 0, 0, 0]));
    assert_eq!(log.lines(), ["source at 0", "status at 3"]);
}

#[tokio::test(start_paused = true)]
async fn a_last_consumer_accepts_messages_from_outside_until_its_turn() {
    let mut workers = group();
    let status = put_with(&mut workers, "status", LAST, sink::<u64>(secs(1))).handle();
    let other = put(&mut workers, "other", sink::<u64>(secs(2))).handle();
    let running = workers.startup().await.unwrap();
    other.send(1).await.unwrap();
    running.gracefully_stop();
    assert!(is_refused(&other));
    status.send(1).await.unwrap();
    sleep(ms(1_900)).await;
    assert_eq!(
        (running.state(), status.state()),
        (State::Stopping, State::Running)
    );
    status.send(2).await.unwrap();
    sleep(ms(200)).await;
    assert!(is_refused(&status));
    let exit = running.wait_for_shutdown().await;
    assert_eq!((exit.code(), counts(&exit, "status")), (0, [2, 2, 0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn last_members_stop_in_the_order_of_the_graph_and_refuse_messages_from_outside_together() {
    let mut workers = group();
    let source = put_with(&mut workers, "source", LAST, count(5, ms(500)));
    let store = put_with(&mut workers, "store", LAST, sink::<u64>(secs(2)));
    workers.connect(&source, &store);
    let store = store.handle();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    sleep(ms(1_100)).await;
    running.gracefully_stop();
    assert!(!is_refused(&store), "its turn has not come");
    running.wait_for(State::Stopping).await;
    sleep(ms(1)).await;
    assert!(is_refused(&store));
    let exit = running.wait_for_shutdown().await;
    // The source emitted at 0, 0.5 and 1 s.
    assert_eq!(
        (exit.code(), counts(&exit, "store")),
        (0, [4, 4, 0, 0, 0]),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_stops_last_outlives_a_feeder_that_stops_first() {
    let mut workers = group();
    let source = put(&mut workers, "source", count(2, Duration::ZERO));
    let status = put_with(&mut workers, "status", LAST, sink::<u64>(Duration::ZERO));
    workers.connect(&source, &status);
    let status = status.handle();
    let slow = put(&mut workers, "slow", sink::<u64>(secs(3))).handle();
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    sleep(ms(1)).await;
    running.gracefully_stop();
    sleep(secs(2)).await;
    status.send(3).await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!((exit.code(), counts(&exit, "status")), (0, [3, 3, 0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_forces_last_members_at_the_same_time() {
    let mut workers = group().grace(secs(2));
    let deaf = || body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending()));
    put(&mut workers, "deaf", deaf());
    put_with(&mut workers, "status", LAST, deaf());
    let running = workers.startup().await.unwrap();
    let start = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!((exit.code(), start.elapsed()), (1, secs(2)), "{exit}");
    for name in ["deaf", "status"] {
        let forced = exit.worker(name).unwrap().forced_by();
        assert_eq!(forced, Some(Forced::GracePeriodOver), "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_that_stops_last_stops_as_a_whole_and_a_last_member_is_the_last_of_its_group()
 {
    let log = Log::default();
    let nest = |workers: &mut Workers, name: &'static str, options: Options| {
        let mut inner = Workers::new(name);
        let mut add = |order, options| {
            let name: &'static str = format!("{name}/{order}").leak();
            put_with(&mut inner, order, options, noted(&log, name));
        };
        add("last", LAST);
        add("first", Options::new());
        let mut inner = Some(inner);
        workers.add_with(name, options, move || inner.take().expect("built once"));
    };
    let mut workers = group();
    nest(&mut workers, "status", LAST);
    nest(&mut workers, "work", Options::new());
    let running = workers.startup().await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    let order = ["work/first", "work/last", "status/first", "status/last"];
    assert_eq!(log.lines(), order.map(|name| format!("{name} at 0")));
}

#[tokio::test(start_paused = true)]
async fn a_last_member_that_fails_while_the_others_drain_is_restarted() {
    let log = Log::default();
    let mut workers = group();
    let (begun, start) = (log.clone(), Instant::now());
    let options = LAST.on_error(OnError::Restart);
    workers.add_with("status", options, move || {
        let begun = begun.clone();
        body::<Nothing, Nothing>(move |ctx, _| {
            begun.note(format!("begun at {}", start.elapsed().as_secs()));
            Box::pin(async {
                ctx.sleep(secs(2)).await;
                if ctx.is_running() {
                    return Err("lost its connection".into());
                }
                Ok(())
            })
        })
    });
    let slow = put(&mut workers, "slow", sink::<u64>(secs(5))).handle();
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(
        (exit.code(), exit.worker("status").unwrap().restarts()),
        (0, 2),
        "{exit}"
    );
    assert_eq!(log.lines(), ["begun at 0", "begun at 2", "begun at 4"]);
}

#[tokio::test(start_paused = true)]
async fn a_member_that_stops_last_is_stopped_by_its_handle_at_once() {
    let mut workers = group();
    let ends = LAST.on_exit(OnExit::Ignore);
    let status = put_with(&mut workers, "status", ends, idle()).worker_handle();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    assert_eq!(status.shutdown().await.code(), 0);
    assert_eq!(running.state(), State::Running);
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_group_of_last_members_stops_at_once() {
    let mut workers = group();
    put_with(&mut workers, "status", LAST, idle());
    let running = workers.startup().await.unwrap();
    let start = Instant::now();
    assert_eq!(
        (running.shutdown().await.code(), start.elapsed()),
        (0, Duration::ZERO)
    );
}

#[tokio::test(start_paused = true)]
async fn a_member_added_to_a_running_group_may_stop_last_and_callbacks_stop_first() {
    let log = Log::default();
    let running = group().startup().await.unwrap();
    let late = log.clone();
    running
        .add_with("late", LAST, move || noted(&late, "late"))
        .unwrap();
    let slow = running.add_with("slow", Options::new(), || sink::<u64>(secs(1)));
    let slow = slow.unwrap();
    let every = log.clone();
    let callback = Callback::every(ms(300));
    let beat = move || {
        let every = every.clone();
        async move { every.note("beat") }
    };
    running.register_callback(callback, beat).unwrap();
    slow.send(1).await.unwrap();
    running.gracefully_stop();
    assert_eq!(running.wait_for_shutdown().await.code(), 0);
    assert_eq!(log.lines(), ["late at 1"]);
}

#[tokio::test(start_paused = true)]
async fn a_last_member_that_feeds_another_one_is_an_error_at_the_start() {
    let mut workers = group();
    let source = put_with(&mut workers, "source", LAST, count(1, Duration::ZERO));
    let store = put(&mut workers, "store", sink::<u64>(Duration::ZERO));
    workers.connect(&source, &store);
    let exit = workers.startup().await.unwrap_err();
    let Cause::StartupFailed { error, .. } = exit.cause() else {
        panic!("{exit}");
    };
    let expected = "`source` stops last, and feeds `store`, which stops before it";
    assert_eq!(error.to_string(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_feedback_edge_of_a_last_member_may_lead_to_one_that_stops_first() {
    let mut workers = group();
    let source = put_with(&mut workers, "source", LAST, count(1, Duration::ZERO));
    let store = put(&mut workers, "store", sink::<u64>(Duration::ZERO));
    workers.feedback(&source, &store);
    let running = workers.startup().await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
}

/// Emits each number again.
struct Same;

impl Worker for Same {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }
}

impl Stage for Same {
    type Input = u64;
    type Emission = Option<u64>;
    type Calls = EachMessage;

    async fn call(&mut self, number: u64, _: &Context, (): &()) -> Result<Option<u64>, Error> {
        Ok(Some(number))
    }
}

#[tokio::test(start_paused = true)]
async fn a_member_behind_a_fused_edge_stops_with_its_caller() {
    let mut workers = group();
    let first = put_with(&mut workers, "first", LAST, Same);
    let called = put(&mut workers, "called", Same);
    let store = put_with(&mut workers, "store", LAST, sink::<u64>(Duration::ZERO));
    let chain = workers.fuse(&first, &called, PortOutput);
    workers.lead(&first, chain);
    workers.connect(&called, &store);
    let first = first.handle();
    let slow = put(&mut workers, "slow", sink::<u64>(secs(1))).handle();
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    running.gracefully_stop();
    first.send(1).await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!(
        (exit.code(), counts(&exit, "store")),
        (0, [1, 1, 0, 0, 0]),
        "{exit}"
    );
    assert_conserved(&exit);
}
