//! Callbacks and hooks of a group.

use std::sync::Arc;
use std::time::Duration;

use fluid::{Cause, Exit, consumer, worker, workers};
use tokio::time::Instant;

use crate::support::Seen;

#[worker(heartbeat = "1h")]
async fn idle() {}

async fn report(seen: &Seen, start: Instant, what: &str) {
    seen.note(format!("{what} at {}", start.elapsed().as_millis()));
}

workers! {
    struct Called(seen: Seen, start: Instant) {
        idle: Idle,
    }

    every("100ms") => report(&seen, *start, "every").await;
    after("150ms") => report(&seen, *start, "after").await;
    on_startup => report(&seen, *start, "on_startup").await;
    on_shutdown => {
        tokio::time::sleep(Duration::from_millis(5)).await;
        report(&seen, *start, "on_shutdown").await;
    };
    after_shutdown(exit) => seen.note(format!("after_shutdown with code {}", exit.code()));
    after("350ms") => group.gracefully_stop();
}

#[tokio::test(start_paused = true)]
async fn each_callback_statement_runs_at_its_time() {
    let seen = Arc::new(Seen::default());
    let running = Called::new(Arc::clone(&seen), Instant::now())
        .startup()
        .await
        .unwrap();
    let exit = running.wait_for_shutdown().await;
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert_eq!(
        seen.all(),
        [
            "on_startup at 0",
            "every at 100",
            "after at 150",
            "every at 200",
            "every at 300",
            "on_shutdown at 355",
            "after_shutdown with code 0",
        ]
    );
    assert_eq!(exit.worker("report").unwrap().beats(), 3);
}

async fn fail(seen: &Seen) -> Result<(), std::io::Error> {
    seen.note("failed");
    Err(std::io::Error::other("no luck"))
}

fn panic_now(seen: &Seen) {
    seen.note("panicked");
    panic!("no nerve");
}

workers! {
    struct Failing(seen: Seen) {
        idle: Idle,
    }

    after("10ms") => fail(&seen).await;
    every("20ms", on_error = "skip", name = "skipped") => fail(&seen).await;
    every("30ms", on_error = "skip") => panic_now(&seen);
}

#[tokio::test(start_paused = true)]
async fn on_error_skips_the_error_and_the_panic_of_a_periodic_callback() {
    let seen = Arc::new(Seen::default());
    let running = Failing::new(Arc::clone(&seen)).startup().await.unwrap();
    tokio::time::sleep(Duration::from_millis(65)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    // At 10, 20, 30, 40, and twice at 60 ms.
    let expected = [
        "failed", "failed", "panicked", "failed", "failed", "panicked",
    ];
    let mut all = seen.all();
    all[4..].sort();
    assert_eq!(all, expected);
    assert!(exit.worker("panic_now").unwrap().last_error().is_some());
}

workers! {
    struct Fatal(seen: Seen) {
        idle: Idle,
    }

    every("20ms") => fail(&seen).await;
}

#[tokio::test(start_paused = true)]
async fn a_periodic_callback_that_fails_stops_the_group() {
    let seen = Arc::new(Seen::default());
    let exit = Fatal::new(Arc::clone(&seen))
        .startup()
        .await
        .unwrap()
        .wait_for_shutdown()
        .await;
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}")
    };
    assert_eq!(
        (&**worker, error.to_string()),
        ("fail", "no luck".to_owned())
    );
    assert_eq!((exit.code(), seen.all().len()), (2, 1));
}

#[worker(heartbeat = "10ms")]
async fn count(seen: &Seen) {
    seen.note("beat");
}

workers! {
    struct Stopped(seen: Seen) {
        count: Count { seen },
    }

    on_startup => Err::<(), _>("not today");
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_on_startup_fails_starts_no_worker() {
    let seen = Arc::new(Seen::default());
    let exit: Exit = Stopped::new(Arc::clone(&seen))
        .startup()
        .await
        .map(|_| ())
        .unwrap_err();
    let Cause::StartupFailed { worker, error } = exit.cause() else {
        panic!("{exit}")
    };
    assert_eq!(
        (&**worker, error.to_string()),
        ("on_startup", "not today".to_owned())
    );
    assert!(seen.all().is_empty());
}

workers! {
    struct Panicking(seen: Seen) {
        idle: Idle,
    }

    after("10ms") => panic!("at 10 ms");
    every("20ms", on_error = "skip") => {
        seen.note("every");
        panic!("at 20 ms")
    };
    on_shutdown => panic!("at the end");
    after_shutdown => {
        seen.note("after_shutdown");
        unreachable!("nothing follows")
    };
}

#[tokio::test(start_paused = true)]
async fn a_callback_or_a_hook_may_be_an_expression_that_never_returns() {
    let seen = Arc::new(Seen::default());
    let running = Panicking::new(Arc::clone(&seen)).startup().await.unwrap();
    tokio::time::sleep(Duration::from_millis(25)).await;
    let exit = running.shutdown().await;
    let Cause::Panicked { worker, .. } = exit.cause() else {
        panic!("{exit}")
    };
    assert_eq!(&**worker, "on_shutdown");
    for callback in ["after", "every"] {
        let callback = exit.worker(callback).expect("a callback");
        assert!(callback.last_error().is_some(), "{exit}");
    }
    assert_eq!(seen.all(), ["every", "after_shutdown"]);
}

#[consumer]
async fn note(what: String, seen: &Seen) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    seen.note(&what);
}

workers! {
    struct Stopping(seen: Seen) {
        pub work: Note { seen },
        #[consumer(stop = "last")]
        pub health: Note { seen },
    }

    on_stopping => {
        tokio::time::sleep(Duration::from_millis(500)).await;
        seen.note(format!("on_stopping in a group that is {}", group.state()));
    };
    on_shutdown => seen.note("on_shutdown");
}

#[tokio::test(start_paused = true)]
async fn on_stopping_runs_before_members_are_asked_and_the_last_ones_are_asked_at_the_end() {
    let seen = Arc::new(Seen::default());
    let running = Stopping::new(Arc::clone(&seen)).startup().await.unwrap();
    running.gracefully_stop();
    running.work().send("work".to_owned()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(running.work().send("more".to_owned()).await.is_err());
    running.health().send("health".to_owned()).await.unwrap();
    assert_eq!(running.wait_for_shutdown().await.code(), 0);
    assert_eq!(
        seen.all(),
        [
            "on_stopping in a group that is stopping",
            "work",
            "health",
            "on_shutdown",
        ]
    );
}

workers! {
    struct Tried(seen: Seen) {
        idle: Idle,
    }

    on_startup => {
        seen.note("on_startup");
        parse("1")?;
    };
    on_shutdown => parse("2")?;
    every("1s") => {
        for text in ["3", "four"] {
            seen.note(text);
            parse(text)?;
        }
    };
}

fn parse(text: &str) -> Result<u64, std::num::ParseIntError> {
    text.parse()
}

#[tokio::test(start_paused = true)]
async fn a_callback_may_use_the_question_mark_without_a_value_of_its_own() {
    let seen = Arc::new(Seen::default());
    let running = Tried::new(Arc::clone(&seen)).startup().await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!(seen.all(), ["on_startup", "3", "four"]);
    let cause = exit.cause().to_string();
    assert!(cause.contains("invalid digit"), "{cause}");
    assert_eq!(exit.code(), 2);
}
