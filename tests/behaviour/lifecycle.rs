//! The lifecycle of workers and groups: start, states, stop, exit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fluid::{
    Cause, Context, Error, Exit, Forced, OnExit, Options, State, Worker,
    by_hand::{Io, Nothing},
};
use tokio::time::{Instant, timeout};

use crate::support::{
    Log, assert_conserved, body, count, group, idle, ms, put, put_with, secs, sink,
};

/// Notes each of its hooks.
struct Noting {
    name: &'static str,
    log: Log,
    fail: &'static str,
}

impl Noting {
    fn step(&self, step: &str) -> Result<(), Error> {
        self.log.note(format!("{} {step}", self.name));
        if self.fail == step {
            return Err(format!("{step} of {} broke", self.name).into());
        }
        Ok(())
    }
}

impl Worker for Noting {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        self.step("on_startup")
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        self.step("run")?;
        while let Some(message) = io.queue.next().await {
            io.output.send(message).await?;
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.step("on_shutdown")
    }

    async fn after_shutdown(&mut self, exit: &Exit) {
        self.log
            .note(format!("{} after_shutdown {}", self.name, exit.cause()));
    }
}

fn noting(name: &'static str, log: &Log, fail: &'static str) -> Noting {
    Noting {
        name,
        log: log.clone(),
        fail,
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_is_waited_for_without_polling() {
    let mut workers = group();
    let worker = put(&mut workers, "idle", idle()).handle();
    assert_eq!(worker.state(), State::Init);
    let waiter = tokio::spawn({
        let worker = worker.clone();
        async move { worker.wait_for(State::Stopped).await }
    });
    let running = workers.startup().await.unwrap();
    assert_eq!(worker.wait_for(State::Running).await, State::Running);
    assert_eq!(running.state(), State::Running);
    running.gracefully_stop();
    assert_eq!(waiter.await.unwrap(), State::Stopped);
    assert_eq!(running.wait_for(State::Stopped).await, State::Stopped);
    // When the last state is seen, the exit exists.
    assert!(running.exit().is_some() && worker.exit().is_some());
}

#[tokio::test(start_paused = true)]
async fn workers_start_sinks_first_and_hooks_run_in_order() {
    let log = Log::default();
    let mut workers = group();
    let first = put(&mut workers, "first", noting("first", &log, ""));
    let second = put(&mut workers, "second", noting("second", &log, ""));
    let third = put(&mut workers, "third", noting("third", &log, ""));
    workers.connect(&first, &second);
    workers.connect(&second, &third);
    let running = workers.startup().await.unwrap();
    let starts: Vec<_> = log
        .lines()
        .into_iter()
        .filter(|line| line.ends_with("on_startup"))
        .collect();
    assert_eq!(
        starts,
        ["third on_startup", "second on_startup", "first on_startup"]
    );
    assert_eq!(running.shutdown().await.code(), 0);
    let of_second: Vec<_> = log
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("second"))
        .collect();
    assert_eq!(
        of_second,
        [
            "second on_startup",
            "second run",
            "second on_shutdown",
            "second after_shutdown asked to stop"
        ]
    );
    let ends: Vec<_> = log
        .lines()
        .into_iter()
        .filter(|line| line.ends_with("on_shutdown"))
        .collect();
    assert_eq!(
        ends,
        [
            "first on_shutdown",
            "second on_shutdown",
            "third on_shutdown"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_on_startup_stops_the_started_workers_and_names_the_failed_one() {
    let log = Log::default();
    let mut workers = group();
    let first = put(&mut workers, "first", noting("first", &log, ""));
    let second = put(&mut workers, "second", noting("second", &log, "on_startup"));
    let third = put(&mut workers, "third", noting("third", &log, ""));
    workers.connect(&first, &second);
    workers.connect(&second, &third);
    second.send(1).await.unwrap();
    third.send(1).await.unwrap();
    let exit = workers.startup().await.unwrap_err();
    assert_eq!(exit.code(), 2);
    let Cause::StartupFailed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(
        (&**worker, error.to_string()),
        ("second", "on_startup of second broke".into())
    );
    assert!(matches!(
        exit.worker("first").unwrap().cause(),
        Cause::NotStarted
    ));
    assert!(matches!(
        exit.worker("third").unwrap().cause(),
        Cause::Stopped
    ));
    let lines = log.lines();
    assert!(
        lines.iter().all(|line| !line.starts_with("first")),
        "{lines:?}"
    );
    assert_eq!(
        lines
            .iter()
            .filter(|line| line.starts_with("second"))
            .count(),
        1
    );
    assert_eq!(lines.last().unwrap(), "third after_shutdown asked to stop");
    assert_conserved(&exit);
    assert_eq!(
        exit.worker("second").unwrap().counts().unwrap().undelivered,
        1
    );
    assert_eq!(exit.worker("third").unwrap().counts().unwrap().done, 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_may_be_asked_for_many_times_from_anywhere() {
    let mut workers = group();
    let worker = put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let (running, worker) = (running.clone(), worker.handle());
            tokio::task::spawn_blocking(move || {
                running.gracefully_stop();
                worker.gracefully_stop();
            })
        })
        .collect();
    for asked in asked {
        asked.await.unwrap();
    }
    let exit = running.shutdown().await;
    running.gracefully_stop();
    worker.gracefully_stop();
    assert_eq!(exit.code(), 0);
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn shutdown_forces_workers_that_outlive_the_grace_period() {
    let mut workers = group();
    put(
        &mut workers,
        "deaf",
        body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending())),
    );
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!(asked.elapsed().as_secs(), 10);
    assert_eq!((exit.state(), exit.code()), (State::ForceStopped, 1));
    assert_eq!(running.state(), State::ForceStopped);
    assert!(exit.worker("deaf").unwrap().is_forced());
    assert!(!exit.worker("deaf").unwrap().is_stuck());
    assert!(!exit.worker("idle").unwrap().is_forced());
    let forced_by = |name| exit.worker(name).unwrap().forced_by();
    assert_eq!(exit.forced_by(), Some(Forced::GracePeriodOver));
    assert_eq!(forced_by("deaf"), Some(Forced::GracePeriodOver));
    assert_eq!(forced_by("idle"), None);
}

#[tokio::test(start_paused = true)]
async fn wait_for_shutdown_only_waits_and_every_waiter_gets_the_same_exit() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    assert!(
        timeout(secs(100), running.wait_for_shutdown())
            .await
            .is_err()
    );
    assert!(running.is_running());
    let early: Vec<_> = (0..3)
        .map(|_| {
            let running = running.clone();
            tokio::spawn(async move { running.wait_for_shutdown().await })
        })
        .collect();
    running.bail_out("enough", 7);
    let mut texts = Vec::new();
    for waiter in early {
        texts.push(waiter.await.unwrap().to_string());
    }
    tokio::time::sleep(secs(5)).await;
    texts.push(running.wait_for_shutdown().await.to_string());
    texts.push(running.exit().unwrap().to_string());
    assert!(
        texts[0].contains("bailed out: enough (exit code 7)"),
        "{}",
        texts[0]
    );
    assert!(texts.iter().all(|text| *text == texts[0]), "{texts:?}");
}

#[tokio::test(start_paused = true)]
async fn scope_shuts_down_after_return_error_and_panic() {
    for how in ["return", "error", "panic"] {
        let mut workers = group();
        let worker = put(&mut workers, "idle", idle()).handle();
        let scope = workers.scope(move |running| async move {
            assert!(running.is_running());
            match how {
                "return" => Ok(5),
                "error" => Err("no"),
                _ => panic!("the block's own"),
            }
        });
        let result = tokio::spawn(scope).await;
        assert_eq!(worker.state(), State::Stopped, "{how}");
        match result {
            Ok(result) => {
                let (output, exit) = result.unwrap();
                assert_eq!(output, if how == "return" { Ok(5) } else { Err("no") });
                assert_eq!(exit.code(), 0);
            }
            Err(error) => assert!(how == "panic" && error.is_panic(), "{how}: {error}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_worker_stops_its_group_unless_that_is_ignored() {
    let finishes = || body::<Nothing, Nothing>(|_, _| Box::pin(async { Ok(()) }));
    let mut workers = group();
    put(&mut workers, "idle", idle());
    put(&mut workers, "short", finishes());
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::WorkerEnded(name) if &**name == "short"),
        "{exit}"
    );
    assert!(matches!(
        exit.worker("short").unwrap().cause(),
        Cause::Finished
    ));
    assert_eq!(exit.code(), 0);

    let mut workers = group();
    put(&mut workers, "idle", idle());
    let short = put_with(
        &mut workers,
        "short",
        Options::new().on_exit(OnExit::Ignore),
        finishes(),
    );
    let running = workers.startup().await.unwrap();
    assert_eq!(short.wait_for_shutdown().await.code(), 0);
    assert!(
        timeout(secs(60), running.wait_for_shutdown())
            .await
            .is_err()
    );
    assert_eq!(running.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn an_error_or_a_panic_ends_the_group_with_code_2_and_names_the_worker() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    put(
        &mut workers,
        "bad",
        body::<Nothing, Nothing>(|_, _| Box::pin(async { Ok("x".parse::<u8>().map(drop)?) })),
    );
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!((exit.code(), exit.state()), (2, State::Stopped));
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "bad");
    assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());

    let mut workers = group();
    put(&mut workers, "idle", idle());
    put(
        &mut workers,
        "bad",
        body::<Nothing, Nothing>(|_, _| Box::pin(async { panic!("no fuel") })),
    );
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(exit.code(), 2);
    let Cause::Panicked { worker, panic } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!((&**worker, panic.message()), ("bad", "no fuel"));
    assert!(
        panic.location().unwrap().contains("lifecycle.rs:"),
        "{panic}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_error_of_on_shutdown_makes_the_worker_fail_and_is_not_answered_by_a_restart() {
    let log = Log::default();
    let mut workers = group();
    let options = Options::new().on_error(fluid::OnError::Restart);
    let again = log.clone();
    workers.add_with("late", options, move || {
        noting("late", &again, "on_shutdown")
    });
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(60), running.shutdown()).await.unwrap();
    assert_eq!(exit.code(), 2, "{exit}");
    assert_eq!(exit.worker("late").unwrap().restarts(), 0);
    assert_eq!(log.lines().len(), 4, "{log:?}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_before_startup_starts_nothing() {
    let log = Log::default();
    let mut workers = group();
    let worker = put(&mut workers, "never", noting("never", &log, ""));
    worker.send(1).await.unwrap();
    let noted = log.clone();
    workers.on_startup(move || async move { noted.note("hook") });
    workers.handle().gracefully_stop();
    let exit = workers.startup().await.unwrap_err();
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert!(matches!(
        exit.worker("never").unwrap().cause(),
        Cause::NotStarted
    ));
    assert_eq!(
        exit.worker("never").unwrap().counts().unwrap().undelivered,
        1
    );
    assert_eq!(log.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_during_startup_ends_within_one_grace_period() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    workers.on_startup(|| tokio::time::sleep(secs(9)));
    workers.on_shutdown(std::future::pending::<()>);
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    tokio::time::sleep(ms(1)).await;
    let asked = Instant::now();
    let exit = handle.shutdown().await;
    assert!(asked.elapsed() <= secs(11), "{:?}", asked.elapsed());
    assert!(starting.await.unwrap().is_err());
    assert!(matches!(
        exit.worker("idle").unwrap().cause(),
        Cause::NotStarted
    ));
}

#[tokio::test(start_paused = true)]
async fn dropping_handles_does_nothing() {
    let mut workers = group();
    let seat = put(&mut workers, "sink", sink::<u64>(Duration::ZERO));
    let kept = seat.worker().clone();
    let sender = seat.sender().clone();
    drop(seat);
    drop(workers.startup().await.unwrap());
    tokio::time::sleep(secs(60)).await;
    assert_eq!(kept.state(), State::Running);
    sender.send(1).await.unwrap();
    drop(sender);
    tokio::time::sleep(secs(60)).await;
    assert_eq!(kept.state(), State::Running);
    assert_eq!(kept.shutdown().await.counts().unwrap().done, 1);
}

#[tokio::test(start_paused = true)]
async fn the_grace_of_a_worker_forces_it_before_its_group() {
    let mut workers = group();
    let options = Options::new().grace(secs(2));
    put_with(
        &mut workers,
        "deaf",
        options,
        body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending())),
    );
    put(&mut workers, "source", count(1, Duration::ZERO));
    let running = workers.startup().await.unwrap();
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!(asked.elapsed().as_secs(), 2);
    assert!(exit.worker("deaf").unwrap().is_forced());
    assert_eq!(exit.code(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_a_queue_sees_its_queue_close_at_the_stop() {
    let mut workers = group();
    put(
        &mut workers,
        "reads",
        body::<Nothing, Nothing>(|_, io| {
            Box::pin(async {
                assert!(io.queue.next().await.is_none());
                Ok(())
            })
        }),
    );
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    assert!(exit.worker("reads").unwrap().counts().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_group_that_is_dropped_unstarted_ends_all_of_its_workers() {
    let mut inner = fluid::Workers::new("inner");
    let nested = put(&mut inner, "nested", sink::<u64>(Duration::ZERO)).handle();
    let mut workers = group();
    let worker = put(&mut workers, "sink", sink::<u64>(Duration::ZERO)).handle();
    let mut inner = Some(inner);
    workers.add_with("inner", Options::new(), move || inner.take().unwrap());
    worker.send(1).await.unwrap();
    nested.send(1).await.unwrap();
    let handle = workers.handle();
    drop(workers);
    for exit in [worker.wait_for_shutdown(), nested.wait_for_shutdown()] {
        let exit = timeout(secs(1), exit).await.expect("it has ended");
        assert!(matches!(exit.cause(), Cause::NotStarted));
        assert_eq!(exit.counts().unwrap().undelivered, 1);
    }
    assert!(worker.send(2).await.is_err());
    assert!(matches!(
        handle.wait_for_shutdown().await.cause(),
        Cause::NotStarted
    ));
}

#[tokio::test(start_paused = true)]
async fn a_worker_whose_drop_panics_fails_and_its_group_ends() {
    struct Bomb(Arc<AtomicBool>);
    impl Drop for Bomb {
        fn drop(&mut self) {
            self.0.store(true, Ordering::SeqCst);
            panic!("dropped");
        }
    }
    let gone = Arc::new(AtomicBool::new(false));
    let bomb = Bomb(Arc::clone(&gone));
    let mut workers = group();
    put(
        &mut workers,
        "bomb",
        body::<Nothing, Nothing>(move |ctx, _| {
            let _ = &bomb;
            Box::pin(async {
                ctx.stopping().await;
                Ok(())
            })
        }),
    );
    let running = workers.startup().await.unwrap();
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(gone.load(Ordering::SeqCst));
    assert!(asked.elapsed() < secs(1), "{exit}");
    assert_eq!(exit.code(), 2, "{exit}");
}
