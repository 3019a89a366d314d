//! The budget of restarts, and the backoff before each.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use fluid::{
    Cause, Context, Error, Exit, OnError, Options, Restart, Worker,
    by_hand::{Io, Nothing},
};
use tokio::time::{Instant, timeout};

use super::{FAIL, PANIC, Part, part, part_with, restarted, settled};
use crate::support::{Log, body, counts, each, group, ms, put_with, secs};

/// The worker that the cause names, and the text of the error.
fn failure(exit: &Exit) -> (String, String) {
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    (worker.to_string(), format!("{error:#}"))
}

#[tokio::test(start_paused = true)]
async fn exactly_as_many_restarts_are_allowed_as_the_budget_says() {
    for most in [0, 1, 3] {
        let log = Log::default();
        let mut workers =
            group().restart(Restart::one_for_one().max_restarts(most).within(secs(60)));
        let fails = part(&mut workers, "fails", &log);
        let running = workers.startup().await.unwrap();
        for restarts in 1..=u64::from(most) {
            fails.send(FAIL).await.unwrap();
            settled(&running, restarts).await;
        }
        fails.send(FAIL).await.unwrap();
        let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
        let (worker, text) = failure(&exit);
        assert_eq!(worker, "fails");
        let numbers = format!("the budget of `group`, {most} restart");
        assert!(
            text.starts_with(&numbers) && text.contains("within 60s"),
            "{text}"
        );
        assert!(text.ends_with("fails was asked to fail"), "{text}");
        assert_eq!(exit.worker("fails").unwrap().restarts(), u64::from(most));
        assert_eq!(exit.code(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_of_the_budget_slides() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_one().max_restarts(2).within(secs(10)));
    let fails = part(&mut workers, "fails", &log);
    let running = workers.startup().await.unwrap();
    for restarts in 1..=20 {
        fails.send(FAIL).await.unwrap();
        settled(&running, restarts).await;
        // Two restarts in any ten seconds.
        tokio::time::sleep(ms(5100)).await;
    }
    tokio::time::sleep(secs(10)).await;
    for restarts in 21..=22 {
        fails.send(PANIC).await.unwrap();
        settled(&running, restarts).await;
    }
    fails.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    assert_eq!(
        (
            failure(&exit).0.as_str(),
            exit.worker("fails").unwrap().restarts()
        ),
        ("fails", 22)
    );
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_the_whole_group_counts_as_one() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().max_restarts(2));
    let [first, _, _] = ["first", "second", "third"].map(|name| part(&mut workers, name, &log));
    let running = workers.startup().await.unwrap();
    for round in 1..=2 {
        first.send(FAIL).await.unwrap();
        settled(&running, 3 * round).await;
    }
    first.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    assert!(failure(&exit).1.contains("2 restarts within 30s"), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_backoff_of_the_group_applies_and_resets_after_a_success() {
    let starts = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&starts);
    let restart = Restart::one_for_one().backoff(ms(800), secs(3));
    let mut workers = group().restart(restart.max_restarts(100));
    let picky = workers.add_with("picky", Options::new(), move || {
        noted.lock().unwrap().push(Instant::now());
        each(|number: u64| async move {
            if number == 0 {
                Err("zero")?;
            }
            Ok(None::<Nothing>)
        })
    });
    let running = workers.startup().await.unwrap();
    for number in [0, 0, 0, 0, 1, 0] {
        picky.send(number).await.unwrap();
    }
    restarted(&picky, 5).await;
    let starts = starts.lock().unwrap().clone();
    let pauses: Vec<_> = starts
        .windows(2)
        .map(|pair| (pair[1] - pair[0]).as_millis())
        .collect();
    for (pause, due) in pauses.iter().zip([800, 1600, 3000, 3000, 800]) {
        assert!((due / 2..=due + 1).contains(pause), "{pauses:?}");
    }
    assert_eq!(running.shutdown().await.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn on_error_stop_and_skip_take_precedence_over_the_strategy() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_one());
    let skips = Options::new().on_error(OnError::Skip);
    let skips = put_with(
        &mut workers,
        "skips",
        skips,
        each(|_: u64| async { Err::<Option<Nothing>, _>("no".into()) }),
    );
    let stops = part_with(
        &mut workers,
        "stops",
        Options::new().on_error(OnError::Stop),
        &log,
    );
    let running = workers.startup().await.unwrap();
    skips.send(1).await.unwrap();
    while skips.status().counts.unwrap().failed == 0 {
        tokio::task::yield_now().await;
    }
    stops.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    assert_eq!(
        failure(&exit),
        ("stops".into(), "stops was asked to fail".into())
    );
    assert_eq!(exit.worker("skips").unwrap().restarts(), 0);
}

#[tokio::test(start_paused = true)]
async fn on_error_restart_counts_against_the_budget_and_restarts_one_member() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().max_restarts(2));
    let own = part_with(
        &mut workers,
        "own",
        Options::new().on_error(OnError::Restart),
        &log,
    );
    let other = part(&mut workers, "other", &log);
    let running = workers.startup().await.unwrap();
    for restarts in 1..=2 {
        own.send(FAIL).await.unwrap();
        settled(&running, restarts).await;
    }
    assert_eq!(other.status().restarts, 0);
    own.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    assert_eq!(failure(&exit).0, "own");
}

#[tokio::test(start_paused = true)]
async fn a_restart_whose_startup_fails_counts_as_a_failure() {
    struct Begins(Arc<AtomicU64>);

    impl Worker for Begins {
        type Message = Nothing;
        type Output = Nothing;
        type Ports = ();

        async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 | 3 => Ok(()),
                _ => Err("not yet".into()),
            }
        }

        async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
            if ctx.restarts() == 0 {
                return Err("the first failure".into());
            }
            ctx.stopping().await;
            Ok(())
        }
    }

    for (most, ends) in [(3, false), (2, true)] {
        let begun = Arc::new(AtomicU64::new(0));
        let made = Arc::clone(&begun);
        let mut workers = group().restart(Restart::one_for_one().max_restarts(most));
        let begins = workers.add_with("begins", Options::new(), move || Begins(Arc::clone(&made)));
        let running = workers.startup().await.unwrap();
        if ends {
            let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
            assert!(failure(&exit).1.ends_with("not yet"), "{exit}");
        } else {
            restarted(&begins, 3).await;
            assert!(running.shutdown().await.is_success());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_first_start_and_a_failed_on_shutdown_are_not_restarted() {
    struct Edge {
        start: bool,
    }

    impl Worker for Edge {
        type Message = Nothing;
        type Output = Nothing;
        type Ports = ();

        async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
            if self.start {
                Ok(())
            } else {
                Err("no start".into())
            }
        }

        async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
            Ok(())
        }

        async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
            Err("no end".into())
        }
    }

    let workers = |start| {
        let mut workers = group().restart(Restart::one_for_all());
        workers.add_with("edge", Options::new(), move || Edge { start });
        workers
    };
    let exit = workers(false).startup().await.unwrap_err();
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { .. }),
        "{exit}"
    );
    let exit = workers(true)
        .startup()
        .await
        .unwrap()
        .wait_for_shutdown()
        .await;
    assert_eq!(failure(&exit), ("edge".into(), "no end".into()));
    assert_eq!(exit.worker("edge").unwrap().restarts(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_worker_added_by_value_is_not_restarted_alone_or_with_others() {
    let log = Log::default();
    let by_value = || Part {
        name: "part",
        log: log.clone(),
        end: ms(0),
    };
    let running = group()
        .restart(Restart::one_for_one())
        .startup()
        .await
        .unwrap();
    let added = running.add(by_value()).unwrap();
    added.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "part");
    assert!(
        text.starts_with("it cannot be restarted, because it was added by value"),
        "{text}"
    );
    assert!(text.ends_with("part was asked to fail"), "{text}");

    let mut workers = group().restart(Restart::one_for_all());
    let fails = part(&mut workers, "fails", &log);
    let kept = workers.add(by_value());
    let running = workers.startup().await.unwrap();
    fails.send(FAIL).await.unwrap();
    let exit = timeout(secs(1), running.wait_for_shutdown()).await.unwrap();
    let (worker, text) = failure(&exit);
    assert_eq!(worker, "fails");
    assert!(
        text.starts_with("`part` cannot be restarted, because it was added by value"),
        "{text}"
    );
    assert_eq!(
        (kept.exit().unwrap().restarts(), counts(&exit, "part")),
        (0, [0; 5])
    );
}

#[tokio::test(start_paused = true)]
async fn a_member_that_ended_without_failure_is_not_restarted_with_others() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all());
    let fails = part(&mut workers, "fails", &log);
    let runs = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&runs);
    let options = Options::new().on_exit(fluid::OnExit::Ignore);
    let done = workers.add_with("done", options, move || {
        let runs = Arc::clone(&counted);
        body::<Nothing, Nothing>(move |_, _| {
            runs.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        })
    });
    let running = workers.startup().await.unwrap();
    assert_eq!(done.wait_for_shutdown().await.code(), 0);
    fails.send(FAIL).await.unwrap();
    restarted(&fails, 1).await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
}
