//! The hook `on_stopping`: it runs at the begin of a stop, before any member is asked.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::{
    Cause, Error, Forced, OnExit, Options, State, TrySendError, Workers, by_hand::Nothing,
};
use tokio::time::{Instant, sleep};

use crate::support::{
    Body, Log, SlowStart, body, count, counts, group, idle, ms, put, put_with, secs, sink,
};

/// Beats each second until it is asked to stop.
fn beats(count: &Arc<AtomicU64>) -> Body<Nothing, Nothing> {
    let count = Arc::clone(count);
    body(move |ctx, _| {
        let count = Arc::clone(&count);
        Box::pin(async move {
            while ctx.sleep(secs(1)).await {
                count.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        })
    })
}

fn nest(workers: &mut Workers, name: &'static str, inner: Workers) {
    let mut inner = Some(inner);
    workers.add_with(name, Options::new(), move || {
        inner.take().expect("built once")
    });
}

#[tokio::test(start_paused = true)]
async fn sources_go_on_and_messages_are_accepted_until_on_stopping_has_returned() {
    let count = Arc::new(AtomicU64::new(0));
    let mut workers = group();
    put(&mut workers, "beats", beats(&count));
    let store = put(&mut workers, "store", sink::<u64>(Duration::ZERO)).handle();
    workers.on_stopping(|| sleep(ms(3_500)));
    let running = workers.startup().await.unwrap();
    let start = Instant::now();
    running.gracefully_stop();
    store.send(1).await.unwrap();
    sleep(secs(3)).await;
    assert_eq!(
        (running.state(), store.state()),
        (State::Stopping, State::Running)
    );
    store.send(2).await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert!(matches!(store.try_send(3), Err(TrySendError::Closed(_))));
    assert_eq!((exit.code(), counts(&exit, "store")), (0, [2, 2, 0, 0, 0]));
    assert_eq!(
        (count.load(Ordering::Relaxed), start.elapsed()),
        (3, ms(3_500))
    );
}

#[tokio::test(start_paused = true)]
async fn on_stopping_hooks_run_one_after_the_other_and_before_on_shutdown() {
    let log = Log::default();
    let note = |what: &'static str| {
        let (log, start) = (log.clone(), Instant::now());
        move || async move {
            sleep(secs(1)).await;
            log.note(format!("{what} at {}", start.elapsed().as_secs()));
        }
    };
    let mut workers = group();
    put(&mut workers, "idle", idle());
    workers.on_shutdown(note("on_shutdown"));
    workers.on_stopping(note("first"));
    workers.on_stopping(note("second"));
    let running = workers.startup().await.unwrap();
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(
        log.lines(),
        ["first at 1", "second at 2", "on_shutdown at 3"]
    );
}

#[tokio::test(start_paused = true)]
async fn the_drain_has_what_on_stopping_leaves_of_the_grace_period() {
    for (hook, code, took) in [(secs(2), 0, secs(5)), (secs(4), 1, secs(6))] {
        let mut workers = group().grace(secs(6));
        let slow = put(&mut workers, "slow", sink::<u64>(secs(5))).handle();
        workers.on_stopping(move || sleep(hook));
        let running = workers.startup().await.unwrap();
        let start = Instant::now();
        running.gracefully_stop();
        sleep(hook.saturating_sub(secs(2))).await;
        slow.send(1).await.unwrap();
        let exit = running.wait_for_shutdown().await;
        assert_eq!((exit.code(), start.elapsed()), (code, took), "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_cuts_on_stopping_off_and_is_no_failure_of_it() {
    let mut workers = group().grace(secs(2));
    put(&mut workers, "idle", idle());
    workers.on_stopping(pending::<()>);
    let running = workers.startup().await.unwrap();
    let start = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!((exit.code(), start.elapsed()), (1, secs(2)), "{exit}");
    assert_eq!(exit.forced_by(), Some(Forced::GracePeriodOver));
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_of_on_stopping_is_the_cause_of_the_exit_and_the_drain_follows() {
    let mut workers = group();
    let store = put(&mut workers, "store", sink::<u64>(secs(1))).handle();
    workers.on_stopping(|| async { Err::<(), Error>("the registry is down".into()) });
    let after = Log::default();
    let noted = after.clone();
    workers.on_stopping(move || async move { noted.note("ran") });
    let running = workers.startup().await.unwrap();
    store.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!((exit.code(), counts(&exit, "store")), (2, [1, 1, 0, 0, 0]));
    assert_eq!(
        exit.cause().to_string(),
        "`on_stopping` failed: the registry is down"
    );
    assert_eq!(after.lines(), ["ran"]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_on_stopping_is_a_failure() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    #[allow(unreachable_code, reason = "the type of an async block that panics")]
    workers.on_stopping(|| async { panic!("no nerve") });
    let exit = workers.startup().await.unwrap().shutdown().await;
    let Cause::Panicked { worker, .. } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!((&**worker, exit.code()), ("on_stopping", 2));
}

#[tokio::test(start_paused = true)]
async fn on_stopping_is_not_called_before_the_group_has_started() {
    let log = Log::default();
    let noted = log.clone();
    let mut workers = group();
    put(&mut workers, "slow", SlowStart(secs(5)));
    workers.on_stopping(move || async move { noted.note("ran") });
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    handle.wait_for(State::Init).await;
    sleep(secs(1)).await;
    handle.gracefully_stop();
    assert!(starting.await.unwrap().is_err());
    assert_eq!(log.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_because_a_worker_has_ended_or_failed_calls_on_stopping_once() {
    for (error, code) in [(None, 0), (Some("no luck"), 2)] {
        let log = Log::default();
        let noted = log.clone();
        let mut workers = group();
        put(
            &mut workers,
            "ends",
            body::<Nothing, Nothing>(move |ctx, _| {
                Box::pin(async move {
                    ctx.sleep(secs(1)).await;
                    error.map_or(Ok(()), |error| Err(error.into()))
                })
            }),
        );
        put(&mut workers, "idle", idle());
        workers.on_stopping(move || async move { noted.note("ran") });
        let running = workers.startup().await.unwrap();
        let exit = running.wait_for_shutdown().await;
        assert_eq!(
            (exit.code(), log.lines()),
            (code, vec!["ran".to_owned()]),
            "{exit}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_consumer_whose_feeder_ends_during_on_stopping_goes_on() {
    let mut workers = group();
    let ends = Options::new().on_exit(OnExit::Ignore);
    let source = put_with(
        &mut workers,
        "source",
        ends,
        body::<Nothing, u64>(|ctx, io| {
            Box::pin(async {
                let _ = io.output.send(1).await;
                ctx.sleep(secs(1)).await;
                Ok(())
            })
        }),
    );
    let store = put(&mut workers, "store", sink::<u64>(Duration::ZERO));
    workers.connect(&source, &store);
    let store = store.handle();
    workers.on_stopping(|| sleep(secs(3)));
    let running = workers.startup().await.unwrap();
    running.gracefully_stop();
    sleep(secs(2)).await;
    assert!(running.status().worker("source").unwrap().state.is_final());
    store.send(2).await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!((exit.code(), counts(&exit, "store")), (0, [2, 2, 0, 0, 0]));
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_members_all_end_during_on_stopping_waits_for_it() {
    let mut workers = group();
    put(&mut workers, "source", count(0, Duration::ZERO)).gracefully_stop();
    workers.on_stopping(|| sleep(secs(3)));
    let start = Instant::now();
    let running = workers.startup().await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!((exit.code(), start.elapsed()), (0, secs(3)), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn on_stopping_of_a_nested_group_runs_when_that_group_is_asked() {
    let log = Log::default();
    let note = |what: &'static str| {
        let log = log.clone();
        move || async move {
            sleep(secs(1)).await;
            log.note(what);
        }
    };
    let mut inner = Workers::new("inner");
    let deep = put(&mut inner, "deep", sink::<u64>(Duration::ZERO)).handle();
    inner.on_stopping(note("inner"));
    let mut workers = group();
    nest(&mut workers, "inner", inner);
    workers.on_stopping(note("outer"));
    let running = workers.startup().await.unwrap();
    running.gracefully_stop();
    sleep(ms(1_500)).await;
    deep.send(1).await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!(
        (exit.code(), log.lines()),
        (0, vec!["outer".to_owned(), "inner".to_owned()])
    );
    assert_eq!(counts(&exit, "inner/deep"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn an_ingress_is_told_of_the_stop_when_on_stopping_has_returned() {
    let mut workers = group();
    let store = put(&mut workers, "store", sink::<u64>(Duration::ZERO));
    let (slot, orders) = workers.add_ingress::<u64>("orders", Options::new());
    workers.connect(&slot, &store);
    workers.on_stopping(|| sleep(secs(3)));
    let running = workers.startup().await.unwrap();
    let start = Instant::now();
    running.gracefully_stop();
    orders.stopping().await;
    assert_eq!(start.elapsed(), secs(3));
    orders.send(1).await.unwrap();
    drop(orders);
    let exit = running.wait_for_shutdown().await;
    assert_eq!((exit.code(), counts(&exit, "store")), (0, [1, 1, 0, 0, 0]));
}
