//! Groups that change while they run: workers and callbacks are added and removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::{
    Callback, Cause, Context, Error, OnError, Options, State, Worker, Workers,
    by_hand::{Io, Nothing},
    error::LookupError,
};
use tokio::time::{Instant, timeout};

use crate::support::{
    Burst, Log, SlowStart, assert_conserved, body, counts, group, idle, ms, put, secs, sink,
};

#[tokio::test(start_paused = true)]
async fn workers_are_added_and_removed_while_the_group_runs() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let late = running.add_with("late", Options::new(), || sink::<u64>(ms(5)));
    let late = late.unwrap();
    assert_eq!(late.wait_for(State::Running).await, State::Running);
    assert_eq!(running.num_workers(), 2);
    for number in 0..10 {
        late.send(number).await.unwrap();
    }
    let exit = running.remove(late.worker()).await;
    let handled = exit.unwrap().counts().unwrap();
    assert_eq!((handled.done, handled.undelivered), (10, 0));
    // The group continues without the worker, and the name is free again.
    assert_eq!(
        (running.num_workers(), running.state()),
        (1, State::Running)
    );
    let again = running.add_with("late", Options::new(), || sink::<u64>(ms(5)));
    assert_eq!(again.unwrap().worker_name(), "late");
    let exit = running.shutdown().await;
    assert_eq!(exit.workers().len(), 2);
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn a_removed_worker_is_not_counted_and_its_name_is_free() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let late = running.add_with("late", Options::new(), idle).unwrap();
    late.wait_for(State::Running).await;
    // In a task of its own, which runs as soon as the worker has ended.
    let remover = running.clone();
    let removal = tokio::spawn(async move {
        let removed = remover.remove(late.worker()).await;
        let left = remover.status().worker("late").is_some();
        let again = remover.add_with("late", Options::new(), idle).unwrap();
        (removed, left, again)
    });
    let (removed, left, again) = removal.await.unwrap();
    assert!(removed.is_some());
    assert!(!left);
    assert_eq!(again.worker_name(), "late");
    // By then the supervisor has handled the end of the first worker, and has not taken it for the end of the
    // second.
    again.wait_for(State::Running).await;
    assert_eq!(running.num_workers(), 2);
    let second = running.add_with("late", Options::new(), idle).unwrap();
    assert_eq!(second.worker_name(), "late-2");
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_removed_before_the_start_never_starts() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let source = put(
        &mut workers,
        "source",
        crate::support::count(3, Duration::ZERO),
    );
    let gone = put(&mut workers, "gone", sink::<u64>(ms(1)));
    workers.connect(&source, &gone);
    gone.send(1).await.unwrap();
    let exit = workers.remove(gone.worker()).unwrap();
    assert!(matches!(exit.cause(), Cause::NotStarted));
    assert_eq!(exit.counts().unwrap().undelivered, 1);
    assert!(workers.remove(gone.worker()).is_none());
    let running = workers.startup().await.unwrap();
    assert_eq!(running.num_workers(), 2);
    let exit = running.shutdown().await;
    assert!(exit.worker("gone").is_none());
    assert_eq!(exit.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_removal_through_the_handle_before_the_start_takes_effect_at_the_start() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let gone = put(&mut workers, "gone", idle()).handle();
    let handle = workers.handle();
    let removal = tokio::spawn({
        let gone = gone.clone();
        async move { handle.remove(gone.worker()).await }
    });
    tokio::time::sleep(ms(1)).await;
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(1), removal).await.unwrap().unwrap();
    assert!(matches!(exit.unwrap().cause(), Cause::NotStarted));
    assert_eq!(running.num_workers(), 1);
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_ends_while_a_late_worker_starts_stops_the_group_after_that_start() {
    let mut workers = group();
    let brief = body::<Nothing, Nothing>(|ctx, _| {
        Box::pin(async {
            ctx.sleep(secs(1)).await;
            Ok(())
        })
    });
    put(&mut workers, "brief", brief);
    let running = workers.startup().await.unwrap();
    let slow = running.add(SlowStart(secs(5))).unwrap();
    let begun = Instant::now();
    let exit = timeout(secs(10), running.wait_for_shutdown())
        .await
        .expect("it ends");
    assert!((secs(5)..secs(6)).contains(&begun.elapsed()));
    assert!(matches!(exit.cause(), Cause::WorkerEnded(name) if &**name == "brief"));
    assert_eq!(slow.exit().unwrap().code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_second_worker_of_the_same_name_gets_a_number() {
    let mut workers = group();
    let names: Vec<_> = (0..3)
        .map(|_| workers.add(idle()).worker_name().to_owned())
        .collect();
    assert_eq!(names, ["body", "body-2", "body-3"]);
    let running = workers.startup().await.unwrap();
    assert_eq!(running.add(idle()).unwrap().worker_name(), "body-4");
    assert_eq!(running.shutdown().await.code(), 0);
}

/// A worker that counts how often it was built and dropped.
struct Counted(Arc<AtomicU64>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

impl Worker for Counted {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while io.queue.next().await.is_some() {}
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn adding_to_a_group_that_stops_or_has_ended_returns_an_error() {
    let mut workers = group();
    let slow = put(&mut workers, "slow", sink::<u64>(secs(1)));
    let running = workers.startup().await.unwrap();
    slow.send(1).await.unwrap();
    let dropped = Arc::new(AtomicU64::new(0));
    let refused = |state| {
        let before = dropped.load(Ordering::SeqCst);
        let error = running.add(Counted(Arc::clone(&dropped))).unwrap_err();
        assert_eq!((&*error.worker, &*error.group), ("counted", "group"));
        assert_eq!(error.state, state);
        assert_eq!(
            error.to_string(),
            format!("`counted` was not added: the group `group` is {state}")
        );
        assert_eq!(dropped.load(Ordering::SeqCst), before + 1);
        let late = running.add_with("late", Options::new(), idle);
        assert_eq!(late.unwrap_err().state, state);
        let callback = running.register_callback(Callback::after(secs(1)), || async {});
        assert_eq!(&*callback.unwrap_err().worker, "after");
        assert_eq!(running.num_workers(), 1, "{}", running.status());
    };
    // At once, before the supervisor runs.
    running.gracefully_stop();
    assert_eq!(running.state(), State::Running);
    refused(State::Stopping);
    running.wait_for(State::Stopping).await;
    refused(State::Stopping);
    let exit = running.wait_for_shutdown().await;
    refused(State::Stopped);
    assert_eq!(exit.workers().len(), 1, "{exit}");

    // This needs no runtime.
    let dropped_unstarted = group();
    let handle = dropped_unstarted.handle();
    drop(dropped_unstarted);
    assert_eq!(handle.add(idle()).unwrap_err().state, State::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_added_to_a_group_stopped_before_its_start_refuses_messages() {
    let mut workers = group();
    workers.handle().gracefully_stop();
    let sink = workers.add(sink::<u64>(ms(1))).handle();
    assert!(sink.try_send(1).is_err());
    assert!(workers.handle().add(idle()).is_err());
    let exit = workers.startup().await.unwrap_err();
    assert!(matches!(sink.exit().unwrap().cause(), Cause::NotStarted));
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_added_while_its_group_stops_handles_the_messages_it_accepts() {
    for _ in 0..200 {
        let running = group().startup().await.unwrap();
        let (adds, sends) = (running.clone(), running.clone());
        let adding = tokio::task::spawn_blocking(move || {
            let added = adds.add(sink::<u64>(Duration::ZERO)).ok()?;
            let accepted = (0..10).filter(|&number| added.try_send(number).is_ok());
            Some((accepted.count() as u64, added))
        });
        let stopping = tokio::task::spawn_blocking(move || sends.gracefully_stop());
        let added = adding.await.unwrap();
        stopping.await.unwrap();
        let exit = running.wait_for_shutdown().await;
        if let Some((accepted, added)) = added {
            let counts = added.exit().unwrap().counts().unwrap();
            assert_eq!(
                (counts.accepted, counts.done),
                (accepted, accepted),
                "{exit}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_asks_itself_to_stop_ends_alone_if_its_exit_is_ignored() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = Options::new().on_exit(fluid::OnExit::Ignore);
    let modest = workers.add_with("modest", options, || {
        body::<Nothing, Nothing>(|ctx, _| {
            Box::pin(async {
                ctx.gracefully_stop();
                ctx.stopping().await;
                Ok(())
            })
        })
    });
    let running = workers.startup().await.unwrap();
    assert_eq!(
        timeout(secs(1), modest.wait_for_shutdown())
            .await
            .unwrap()
            .code(),
        0
    );
    assert!(running.is_running());
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn callbacks_run_on_time_before_and_after_the_start() {
    let log = Log::default();
    let mut workers = group();
    let begun = Instant::now();
    let noting = |what: &'static str| {
        let log = log.clone();
        move || {
            log.note(format!("{what} {}", begun.elapsed().as_secs()));
            async {}
        }
    };
    workers.register_callback(Callback::every(secs(10)), noting("every"));
    workers.register_callback(Callback::after(secs(15)), noting("after"));
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(12)).await;
    running
        .register_callback(Callback::after(secs(1)).name("late"), noting("late"))
        .unwrap();
    tokio::time::sleep(secs(19)).await;
    let exit = running.shutdown().await;
    tokio::time::sleep(secs(60)).await;
    assert_eq!(
        log.lines(),
        ["every 10", "late 13", "after 15", "every 20", "every 30"]
    );
    assert_eq!(exit.worker("every").unwrap().beats(), 3);
    assert!(matches!(
        exit.worker("after").unwrap().cause(),
        Cause::Finished
    ));
    assert_eq!(exit.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_callback_never_overlaps_itself_and_a_stop_lets_it_finish() {
    let (inside, most) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let mut workers = group();
    let (within, seen) = (Arc::clone(&inside), Arc::clone(&most));
    workers.register_callback(Callback::every(secs(1)), move || {
        let (inside, most) = (Arc::clone(&within), Arc::clone(&seen));
        async move {
            most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::time::sleep(ms(2500)).await;
            inside.fetch_sub(1, Ordering::SeqCst);
        }
    });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(9)).await;
    assert_eq!(inside.load(Ordering::SeqCst), 1);
    let exit = running.shutdown().await;
    assert_eq!(
        (most.load(Ordering::SeqCst), inside.load(Ordering::SeqCst)),
        (1, 0)
    );
    assert_eq!(exit.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_failing_one_shot_is_only_logged_and_a_failing_periodic_one_stops_the_group() {
    let fails = || async { Err::<(), _>("no") };
    let mut workers = group();
    workers.register_callback(Callback::after(secs(1)), fails);
    workers.register_callback(
        Callback::every(secs(1))
            .name("kept")
            .on_error(OnError::Skip),
        fails,
    );
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(10)).await;
    assert!(running.is_running());
    assert_eq!(
        running
            .status()
            .worker("after")
            .unwrap()
            .last_error
            .as_deref(),
        Some("no")
    );
    running
        .register_callback(Callback::every(secs(1)).name("fatal"), fails)
        .unwrap();
    let exit = timeout(secs(2), running.wait_for_shutdown()).await.unwrap();
    assert!(matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "fatal"));
    assert_eq!(exit.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_panic_that_on_error_skips_is_noted_and_the_callback_goes_on() {
    let mut workers = group();
    let panics = || async { assert_eq!(1, 2, "ouch") };
    let skips = Callback::every(secs(1)).on_error(OnError::Skip);
    workers.register_callback(skips, panics);
    workers.register_callback(Callback::after(secs(1)), panics);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(5500)).await;
    let status = running.status();
    assert_eq!(status.worker("every").unwrap().beats, 5);
    assert!(
        status
            .worker("every")
            .unwrap()
            .last_error
            .as_deref()
            .unwrap()
            .contains("ouch")
    );
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_status_shows_the_whole_tree() {
    let mut inner = Workers::new("inner");
    let deep = put(&mut inner, "deep", sink::<u64>(secs(1)));
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let mut inner = Some(inner);
    workers.add_with("inner", Options::new(), move || inner.take().unwrap());
    workers.register_callback(Callback::every(secs(60)).name("report"), || async {});
    let running = workers.startup().await.unwrap();
    for number in 0..3 {
        deep.send(number).await.unwrap();
    }
    tokio::time::sleep(ms(1500)).await;
    let status = serde_json::to_value(running.status()).unwrap();
    assert_eq!(status["state"], "running");
    let kinds: Vec<_> = status["workers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| &w["kind"])
        .collect();
    assert_eq!(kinds, ["worker", "group", "callback"]);
    let deep = &status["workers"][1]["workers"][0];
    assert_eq!(
        (&deep["name"], &deep["kind"]),
        (&"deep".into(), &"consumer".into())
    );
    assert_eq!(
        (&deep["queue_size"], &deep["capacity"]),
        (&1.into(), &1024.into())
    );
    assert_eq!(
        (&deep["counts"]["accepted"], &deep["counts"]["done"]),
        (&3.into(), &1.into())
    );
    let text = running.status().to_string();
    assert!(
        text.contains("deep  running") && text.contains("1 queued"),
        "{text}"
    );
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "inner/deep"), [3, 3, 0, 0, 0]);
    let exit = serde_json::to_value(exit).unwrap();
    assert_eq!(exit["cause"], "asked to stop");
    assert_eq!(
        (&exit["cause_kind"], &exit["code"]),
        (&"stopped".into(), &0.into())
    );
    assert_eq!(
        (&exit["forced"], &exit["forced_by"]),
        (&false.into(), &serde_json::Value::Null)
    );
    assert!(exit["ran_for"].is_f64(), "{exit}");
    assert_eq!(exit["workers"][1]["workers"][0]["counts"]["done"], 3);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_asked_to_stop_before_the_start_handles_its_queued_messages() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let early = put(&mut workers, "early", sink::<u64>(secs(3)));
    let begun = workers.handle();
    // Longer than the grace period, which starts when the worker is launched.
    workers.on_startup(|| async {
        tokio::time::sleep(secs(30)).await;
        Ok::<(), Error>(())
    });
    early.send(1).await.unwrap();
    early.gracefully_stop();
    let _ = workers.startup().await;
    let exit = begun.wait_for_shutdown().await;
    assert_eq!(counts(&exit, "early"), [1, 1, 0, 0, 0], "{exit}");
    assert_eq!(exit.code(), 0);
}

#[tokio::test]
#[should_panic(expected = "an edge to `first` starts here already: call `broadcast` first")]
async fn a_second_edge_from_a_port_needs_a_broadcast() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 1 });
    let [first, second] =
        ["first", "second"].map(|name| put(&mut workers, name, sink::<u64>(ms(0))));
    workers.connect(&source, &first);
    workers.connect(&source, &second);
}

#[tokio::test(start_paused = true)]
async fn a_callback_that_is_due_beyond_the_end_of_the_clock_never_runs() {
    let running = group().grace(Duration::MAX).startup().await.unwrap();
    for callback in [
        Callback::after(Duration::MAX),
        Callback::every(Duration::MAX).jitter(Duration::MAX),
    ] {
        running.register_callback(callback, || async {}).unwrap();
    }
    tokio::time::sleep(secs(1)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert!(exit.workers().iter().all(|callback| callback.beats() == 0));
}

#[tokio::test(start_paused = true)]
async fn a_member_is_found_by_its_name_and_by_the_type_of_its_messages() {
    let mut inner = Workers::new("inner");
    put(&mut inner, "deep", sink::<String>(ms(1)));
    let mut inner = Some(inner);
    let mut workers = group();
    put(&mut workers, "idle", idle());
    workers.add_with("inner", Options::new(), move || inner.take().unwrap());
    let running = workers.startup().await.unwrap();
    running
        .add_with("late", Options::new(), || sink::<u64>(ms(1)))
        .unwrap();

    assert_eq!(running.worker("idle").unwrap().worker_name(), "idle");
    assert_eq!(running.worker("inner/deep").unwrap().worker_name(), "deep");
    assert!(running.worker("deep").is_none() && running.worker("idle/deep").is_none());
    running.consumer("late").unwrap().send(7_u64).await.unwrap();
    let deep = running.consumer::<String>("inner/deep").unwrap();
    deep.send("hello".to_owned()).await.unwrap();

    let error = |path| running.consumer::<u64>(path).unwrap_err();
    assert!(matches!(error("gone"), LookupError::NoSuchWorker { .. }));
    assert!(matches!(error("idle"), LookupError::NoConsumer { .. }));
    let other = error("inner/deep");
    assert!(matches!(other, LookupError::OtherMessage { .. }));
    let told = "`inner/deep` consumes `alloc::string::String`, and not `u64`";
    assert_eq!(other.to_string(), told);

    // A removed member is not found, and another one of its name is.
    let late = running.worker("late").unwrap();
    assert!(running.remove(&late).await.is_some());
    assert!(running.worker("late").is_none());
    let again = running.add_with("late", Options::new(), idle).unwrap();
    assert!(matches!(error("late"), LookupError::NoConsumer { .. }));
    again.wait_for(State::Running).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "inner/deep"), [1, 1, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn the_handle_of_a_worker_returns_the_handle_of_its_group() {
    let mut inner = Workers::new("inner");
    let deep = put(&mut inner, "deep", idle()).handle();
    let of_deep = deep.group().expect("it is added");
    assert_eq!(of_deep.worker_name(), "inner");
    let mut inner = Some(inner);
    let mut workers = group();
    workers.add_with("inner", Options::new(), move || inner.take().expect("once"));
    let running = workers.startup().await.unwrap();
    let own = running.worker("inner").unwrap().group().unwrap();
    assert_eq!(own.worker_name(), running.worker_name());
    // The group of a member takes in new members, as every handle of it does.
    let late = of_deep.add_with("late", Options::new(), idle).unwrap();
    assert_eq!(late.group().unwrap().num_workers(), 2);
    let callback = Callback::every(secs(1));
    let callback = running.register_callback(callback, || async {}).unwrap();
    assert_eq!(callback.group().unwrap().num_workers(), 2);
    let exit = own.shutdown().await;
    assert!(exit.worker("inner/late").is_some(), "{exit}");
    drop((running, own, of_deep));
    assert!(deep.group().is_none());
}
