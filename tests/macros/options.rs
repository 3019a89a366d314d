//! Each option of the attributes; an option of a field overrides the one of the function.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fluid::{
    Cause, OnError, State, TrySendError, Worker, WorkerExt, consumer, error::TimedOut, worker,
    workers,
};
use tokio::time::Instant;

use crate::support::Seen;

#[worker(heartbeat = "100ms", name = "clock")]
async fn tick(start: Instant, seen: &Seen) {
    seen.note(start.elapsed().as_millis());
    tokio::time::sleep(Duration::from_millis(50)).await;
}

#[tokio::test(start_paused = true)]
async fn heartbeat_is_a_fixed_delay_and_name_is_the_workers_name() {
    let seen = Arc::new(Seen::default());
    let ticker = Tick {
        start: Instant::now(),
        seen: Arc::clone(&seen),
    };
    let running = ticker.startup().await.unwrap();
    assert_eq!(running.worker_name(), "clock");
    tokio::time::sleep(Duration::from_millis(310)).await;
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["0", "150", "300"]);
    assert_eq!(exit.beats(), 3);
}

#[worker(heartbeat = "100ms", pace = "rate")]
async fn at_a_rate(start: Instant, seen: &Seen) {
    seen.note(start.elapsed().as_millis());
    tokio::time::sleep(Duration::from_millis(150)).await;
}

#[tokio::test(start_paused = true)]
async fn pace_rate_counts_missed_beats() {
    let seen = Arc::new(Seen::default());
    let running = AtARate {
        start: Instant::now(),
        seen: Arc::clone(&seen),
    }
    .startup()
    .await
    .unwrap();
    tokio::time::sleep(Duration::from_millis(610)).await;
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["0", "200", "400", "600"]);
    assert_eq!((exit.beats(), exit.missed_beats()), (4, 4));
}

#[worker(heartbeat = "1s", timeout = "20ms")]
async fn dawdle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_call_past_its_timeout_fails() {
    let exit = Dawdle {}.startup().await.unwrap().wait_for_shutdown().await;
    let Cause::Failed { error, .. } = exit.cause() else {
        panic!("{exit}")
    };
    let timed_out = error.downcast_ref::<TimedOut>().unwrap();
    assert_eq!(timed_out.after(), Duration::from_millis(20));
    assert_eq!(exit.ran_for(), Duration::from_millis(20));
}

#[consumer(capacity = 2, overflow = "drop_oldest")]
async fn keep(number: u64, seen: &Seen) {
    seen.note(number);
}

#[tokio::test(start_paused = true)]
async fn a_full_queue_drops_the_oldest() {
    let seen = Arc::new(Seen::default());
    let group = Kept::new(Arc::clone(&seen));
    for number in 0..5 {
        group.keep().send(number).await.unwrap();
    }
    assert_eq!((group.keep().queue_size(), group.keep().capacity()), (2, 2));
    let exit = group.startup().await.unwrap().shutdown().await;
    assert_eq!(seen.all(), ["3", "4"]);
    let counts = exit.worker("keep").unwrap().counts().unwrap();
    assert_eq!((counts.accepted, counts.done, counts.dropped), (5, 2, 3));
}

workers! {
    struct Kept(seen: Seen) {
        pub keep: Keep { seen },
    }
}

workers! {
    #[workers(name = "renamed", grace = "2s")]
    struct Overridden(seen: Seen) {
        #[consumer(capacity = 1, overflow = "wait", name = "small")]
        pub keep: Keep { seen },
        #[worker(heartbeat = "1s", on_error = "skip", timeout = "2s")]
        dawdle: Dawdle,
    }
}

#[tokio::test(start_paused = true)]
async fn an_option_on_a_field_overrides_the_functions() {
    let group = Overridden::new(Seen::default());
    assert_eq!(group.worker_name(), "renamed");
    assert_eq!(group.keep().worker_name(), "small");
    group.keep().try_send(1).unwrap();
    let full = group.keep().try_send(2).unwrap_err();
    assert!(matches!(full, TrySendError::Full(_)), "{full}");
    let exit = group
        .scope(|running| async move {
            tokio::time::sleep(Duration::from_millis(2500)).await;
            assert_eq!(running.dawdle().state(), State::Running);
        })
        .await
        .unwrap()
        .1;
    assert!(exit.is_success(), "{exit}");
    assert!(exit.worker("dawdle").unwrap().beats() >= 1);
}

#[worker(heartbeat = "1s", on_error = "restart")]
async fn stumble(count: &mut u64, seen: &Seen) -> Result<(), String> {
    *count += 1;
    seen.note(*count);
    if *count == 2 {
        Err("stumbled".to_owned())
    } else {
        Ok(())
    }
}

workers! {
    struct Stumbling(seen: Seen) {
        stumble: Stumble { count: 0, seen },
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_builds_the_state_anew() {
    let seen = Arc::new(Seen::default());
    let running = Stumbling::new(Arc::clone(&seen)).startup().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(seen.all(), ["1", "2", "1"]);
    let status = running.stumble().status();
    assert_eq!(
        (status.restarts, status.last_error.as_deref()),
        (1, Some("stumbled"))
    );
    assert!(running.shutdown().await.is_success());
}

#[worker(on_exit = "ignore")]
async fn finish() {}

#[consumer(on_exit = "forget")]
async fn vanish(_: u64) {}

#[worker(heartbeat = "1s")]
async fn go_on() {}

workers! {
    struct Unequal {
        finish: Finish,
        go_on: GoOn,
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_goes_on_without_a_worker_whose_end_it_ignores() {
    let running = Unequal::new().startup().await.unwrap();
    assert!(matches!(
        running.finish().wait_for_shutdown().await.cause(),
        Cause::Finished
    ));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(running.state(), State::Running);
    assert!(running.shutdown().await.is_success());
}

#[consumer(
    on_error = "forget",
    max_restarts = 1,
    within = "1m",
    on_lost = "ignore"
)]
async fn crack(number: u64) -> Result<(), String> {
    Err(format!("{number} is too hard"))
}

workers! {
    struct Cracking {
        pub crack: Crack,
        #[consumer(max_restarts = 0)]
        pub brittle: Crack,
        go_on: GoOn,
    }
}

#[tokio::test(start_paused = true)]
async fn a_worker_is_restarted_as_often_as_its_own_budget_allows_and_then_forgotten() {
    let running = Cracking::new().startup().await.unwrap();
    for number in 0..2 {
        running.crack().send(number).await.unwrap();
        running.brittle().send(number).await.unwrap();
    }
    let exit = running.crack().wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::Failed { .. }) && exit.restarts() == 1,
        "{exit}"
    );
    assert_eq!(running.brittle().wait_for_shutdown().await.restarts(), 0);
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    let exit = running.shutdown().await;
    assert_eq!(exit.forgotten().unwrap().failed, 2);
    assert!(exit.is_success(), "{exit}");
}

workers! {
    struct Shrinking {
        pub vanish: Vanish,
        go_on: GoOn,
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_keeps_only_the_counts_of_a_worker_that_it_forgets() {
    let running = Shrinking::new().startup().await.unwrap();
    running.vanish().send(1).await.unwrap();
    assert!(running.vanish().shutdown().await.is_success());
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert_eq!(
        (running.state(), running.num_workers()),
        (State::Running, 1)
    );
    let exit = running.shutdown().await;
    let forgotten = exit.forgotten().unwrap();
    assert_eq!((forgotten.workers, forgotten.counts.done), (1, 1));
    assert!(
        exit.worker("vanish").is_none() && exit.is_success(),
        "{exit}"
    );
}

#[consumer(blocking)]
fn block(number: u64, seen: &Seen) -> Result<(), std::io::Error> {
    seen.note(format!(
        "{number} on {}",
        thread::current().name().unwrap_or("?")
    ));
    Ok(())
}

#[tokio::test]
async fn a_blocking_worker_runs_on_a_thread_with_its_name() {
    let seen = Arc::new(Seen::default());
    let running = Block {
        seen: Arc::clone(&seen),
    }
    .startup()
    .await
    .unwrap();
    running.send(1).await.unwrap();
    assert!(running.shutdown().await.is_success());
    assert_eq!(seen.all(), ["1 on block"]);
}

#[test]
fn the_options_of_an_attribute_are_a_constant_of_the_trait() {
    assert_eq!(
        Stumble::OPTIONS.on_error(OnError::Restart),
        Stumble::OPTIONS
    );
}

#[worker(heartbeat = "1s")]
async fn flaky(at: u64, seen: &Seen, beats: &mut u64) -> Result<(), String> {
    *beats += 1;
    seen.note(format!("{beats}"));
    if *beats == at {
        Err("flaky".to_owned())
    } else {
        Ok(())
    }
}

workers! {
    #[workers(
        restart = "one_for_all",
        max_restarts = 2,
        within = "1h",
        backoff = "10ms..20ms",
        grace = "1s",
    )]
    struct Restarted(seen: Seen) {
        flaky: Flaky { at: 3, seen, beats: 0 },
        steady: Flaky { at: u64::MAX, seen, beats: 0 },
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_has_a_strategy_with_its_budget_and_its_backoff() {
    let seen = Arc::new(Seen::default());
    let begun = Instant::now();
    let running = Restarted::new(Arc::clone(&seen)).startup().await.unwrap();
    let exit = running.wait_for_shutdown().await;
    // Three runs of two periods each, and two pauses of at most 20 ms.
    let took = begun.elapsed();
    assert!(
        took >= Duration::from_millis(6010) && took <= Duration::from_millis(6050),
        "{took:?}"
    );
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "flaky");
    let text = format!("{error:#}");
    assert_eq!(
        text,
        "the budget of `restarted`, 2 restarts within 3600s, is used up: flaky"
    );
    let restarts = |name| exit.worker(name).unwrap().restarts();
    assert_eq!((restarts("flaky"), restarts("steady")), (2, 2));
    assert_eq!(seen.all().iter().filter(|beat| *beat == "1").count(), 6);
}

/// Hangs before its first restart.
#[consumer(stall = "20ms", on_stall = "restart")]
async fn hang(number: u64, ctx: &fluid::Context, seen: &Seen) {
    seen.note(format!("{number} in run {}", ctx.restarts()));
    if ctx.restarts() == 0 {
        std::future::pending::<()>().await;
    }
}

workers! {
    struct Hanging(seen: Seen) {
        pub hang: Hang { seen },
        #[consumer(stall = "30ms", on_stall = "report")]
        pub reported: Hang { seen },
        #[worker(stall = "40ms", on_stall = "restart")]
        idle: Idle,
    }
}

/// Waits for its stop, which is no sign of life.
#[worker]
async fn idle(ctx: &fluid::Context) {
    ctx.stopping().await;
}

#[tokio::test(start_paused = true)]
async fn a_call_that_stalls_is_reported_or_restarts_its_worker() {
    let seen = Arc::new(Seen::default());
    let group = Hanging::new(Arc::clone(&seen));
    let running = group.startup().await.unwrap();
    for number in 1..=2 {
        running.hang().send(number).await.unwrap();
    }
    running.reported().send(3).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    let status = running.status();
    let of = |name| {
        let status = status.worker(name).unwrap();
        (status.stalls, status.restarts, status.stalled)
    };
    assert_eq!(of("hang"), (1, 1, false), "{status}");
    assert_eq!(of("reported"), (1, 0, true), "{status}");
    // It stalls after each restart, and the pauses between grow.
    let (stalls, restarts, _) = of("idle");
    assert!(
        (3..=6).contains(&stalls) && restarts + 1 >= stalls,
        "{status}"
    );
    let mut seen = seen.all();
    seen.sort();
    assert_eq!(seen, ["1 in run 0", "2 in run 1", "3 in run 0"]);
    let limits = |name: &str| {
        let workers = Hanging::GRAPH.workers.iter();
        let mut named = workers.filter(|worker| worker.name == name);
        named.next().unwrap().options
    };
    let reported = Hang::OPTIONS
        .stall(Duration::from_millis(30))
        .on_stall(fluid::OnStall::Report);
    assert_eq!(limits("reported"), reported);
    assert_eq!(limits("hang"), Hang::OPTIONS);
}

#[worker]
async fn stage_2() {}

#[consumer]
async fn r#type(_: u8) {}

#[tokio::test]
async fn a_worker_outside_a_group_is_named_after_its_function() {
    let exit = Stage2.run_alone().await;
    assert!(exit.worker("stage_2").is_some(), "{exit}");
    let mut group = fluid::Workers::new("test");
    let names = [
        group.add(Type).worker_name().to_owned(),
        group.add(Stage2).worker_name().to_owned(),
        group.handle().add(Stage2).unwrap().worker_name().to_owned(),
    ];
    assert_eq!(names, ["type", "stage_2", "stage_2-2"]);
}

#[consumer(retry = 1, backoff = "1s")]
async fn second_time(number: u64, ctx: &fluid::Context, seen: &Seen) -> Result<(), String> {
    seen.note(format!("{number}:{}", ctx.attempt()));
    match (number, ctx.attempt()) {
        (1, 1) => Err("not at once".to_owned()),
        _ => Ok(()),
    }
}

workers! {
    struct SecondTimes(seen: Seen) {
        pub in_lane: SecondTime { seen },
        #[consumer(retry_in = "queue")]
        pub beside: SecondTime { seen },
        #[consumer(retry_in = fluid::RetryIn::Queue, retry = 1)]
        pub also_beside: SecondTime { seen },
    }
}

#[tokio::test(start_paused = true)]
async fn retry_in_queue_lets_later_messages_pass() {
    let seen = Arc::new(Seen::default());
    let running = SecondTimes::new(Arc::clone(&seen)).startup().await.unwrap();
    let in_order = ["1:1", "1:2", "2:1"];
    let passed = ["1:1", "2:1", "1:2"];
    for (consumer, expected) in [
        (running.in_lane(), in_order),
        (running.beside(), passed),
        (running.also_beside(), passed),
    ] {
        let before = seen.all().len();
        consumer.send(1).await.unwrap();
        consumer.send(2).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(seen.all()[before..], expected);
    }
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("beside").unwrap().counts().unwrap().retried, 1);
}
