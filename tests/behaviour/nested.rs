//! Groups within groups.

use std::time::Duration;

use fluid::{
    Cause, Context, Error, Exit, Forced, GroupHandle, OnExit, Options, State, Worker, Workers,
    by_hand::{Io, Nothing},
};
use tokio::time::Instant;

use crate::support::{Log, assert_conserved, body, counts, group, idle, ms, pass, put, secs, sink};

fn nest(workers: &mut Workers, name: &'static str, inner: Workers) -> GroupHandle {
    let mut inner = Some(inner);
    let options = Options::new();
    workers.add_with(name, options, move || inner.take().expect("built once"))
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_starts_and_drains_with_the_group_above() {
    let mut inner = Workers::new("inner");
    let first = put(&mut inner, "first", pass::<u64>(ms(5)));
    let second = put(&mut inner, "second", sink::<u64>(ms(5)));
    inner.connect(&first, &second);
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let nested = nest(&mut workers, "store", inner);
    let running = workers.startup().await.unwrap();
    assert_eq!(nested.state(), State::Running);
    assert_eq!((running.num_workers(), nested.num_workers()), (2, 2));
    for number in 0..50 {
        first.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0);
    assert_eq!(counts(&exit, "store/first"), [50, 50, 0, 0, 0]);
    assert_eq!(counts(&exit, "store/second"), [50, 50, 0, 0, 0]);
    assert_eq!(nested.exit().unwrap().name(), "store");
}

#[tokio::test(start_paused = true)]
async fn a_failure_names_the_path_to_the_worker() {
    let mut inmost = Workers::new("inmost");
    put(
        &mut inmost,
        "bad",
        body::<Nothing, Nothing>(|_, _| Box::pin(async { Err("bad".into()) })),
    );
    let mut inner = Workers::new("inner");
    put(&mut inner, "idle", idle());
    nest(&mut inner, "deep", inmost);
    let mut workers = group();
    put(&mut workers, "idle", idle());
    nest(&mut workers, "inner", inner);
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    let Cause::Failed { worker, .. } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "inner/deep/bad");
    assert!(exit.worker(worker).unwrap().cause().is_failure());
    assert_eq!(exit.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_grace_of_the_group_above_holds_for_the_nested_one() {
    let mut inner = Workers::new("inner");
    let deaf = put(&mut inner, "deaf", sink::<u64>(secs(1000)));
    deaf.send(1).await.unwrap();
    let mut workers = group();
    nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!(asked.elapsed().as_secs(), 10);
    assert_eq!((exit.state(), exit.code()), (State::ForceStopped, 1));
    assert!(exit.worker("inner").unwrap().is_forced());
    assert_eq!(counts(&exit, "inner/deaf"), [1, 0, 0, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_s_own_grace_is_shorter() {
    let mut inner = Workers::new("inner").grace(secs(2));
    let deaf = put(&mut inner, "deaf", sink::<u64>(secs(1000)));
    deaf.send(1).await.unwrap();
    let mut workers = group();
    nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    let asked = Instant::now();
    assert_eq!(running.shutdown().await.code(), 1);
    assert_eq!(asked.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_that_is_stopped_alone_stops_the_one_above_unless_ignored() {
    for ignored in [false, true] {
        let mut inner = Workers::new("inner");
        put(&mut inner, "idle", idle());
        let mut workers = group();
        put(&mut workers, "idle", idle());
        let mut inner = Some(inner);
        let options = if ignored {
            Options::new().on_exit(OnExit::Ignore)
        } else {
            Options::new()
        };
        let nested = workers.add_with("inner", options, move || inner.take().unwrap());
        let running = workers.startup().await.unwrap();
        assert_eq!(nested.shutdown().await.code(), 0);
        tokio::time::sleep(secs(1)).await;
        assert_eq!(running.exit().is_none(), ignored);
        assert_eq!(running.shutdown().await.code(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_nested_bail_out_ends_the_group_above_with_its_code() {
    let mut inner = Workers::new("inner");
    put(&mut inner, "idle", idle());
    let mut workers = group();
    let nested = nest(&mut workers, "inner", inner);
    let running = workers.startup().await.unwrap();
    nested.bail_out("no more disk", 9);
    let exit = running.wait_for_shutdown().await;
    assert_eq!(exit.code(), 9);
}

#[tokio::test(start_paused = true)]
async fn hooks_that_hang_together_take_less_than_a_second_beyond_the_grace_period() {
    let log = Log::default();
    let mut workers = group();
    put(
        &mut workers,
        "deaf",
        body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending())),
    );
    for _ in 0..5 {
        workers.on_shutdown(std::future::pending::<()>);
        let log = log.clone();
        workers.after_shutdown(move |_| async move {
            log.note("after");
            std::future::pending::<()>().await;
        });
    }
    let running = workers.startup().await.unwrap();
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() <= secs(11), "{:?}", asked.elapsed());
    assert!(exit.is_forced());
    assert!(!log.lines().is_empty());
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn the_hooks_of_a_group_come_before_and_after_those_of_its_workers() {
    let log = Log::default();
    let mut workers = group();
    let noted = log.clone();
    put(
        &mut workers,
        "worker",
        body::<Nothing, Nothing>(move |ctx, _| {
            let noted = noted.clone();
            Box::pin(async move {
                noted.note("run");
                ctx.stopping().await;
                noted.note("stopping");
                Ok(())
            })
        }),
    );
    let [begin, end, last] = [log.clone(), log.clone(), log.clone()];
    workers.on_startup(move || async move { begin.note("on_startup") });
    workers.on_shutdown(move || async move { end.note("on_shutdown") });
    workers.after_shutdown(move |exit| async move { last.note(format!("code {}", exit.code())) });
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(Duration::from_millis(1)).await;
    running.bail_out("enough", 3);
    assert_eq!(running.wait_for_shutdown().await.code(), 3);
    assert_eq!(
        log.lines(),
        ["on_startup", "run", "stopping", "on_shutdown", "code 3"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_failed_hook_of_the_group_is_named_in_its_exit() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    workers.on_startup(|| async { Err::<(), _>("no network") });
    let exit = workers.startup().await.unwrap_err();
    let Cause::StartupFailed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(
        (&**worker, error.to_string()),
        ("on_startup", "no network".into())
    );

    let mut workers = group();
    put(&mut workers, "idle", idle());
    workers.on_shutdown(|| async { assert_eq!(1, 2, "cannot flush") });
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert!(matches!(exit.cause(), Cause::Panicked { worker, .. } if &**worker == "on_shutdown"));
    assert_eq!(exit.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_failed_after_shutdown_is_in_the_exit_that_shutdown_returns() {
    for panics in [false, true] {
        let log = Log::default();
        let mut workers = group();
        put(&mut workers, "idle", idle());
        let [first, second] = [(); 2].map(|()| log.clone());
        workers.after_shutdown(move |exit| async move {
            first.note(format!("first {}", exit.code()));
            assert!(!panics, "cannot report");
            Err::<(), _>("cannot report")
        });
        workers.after_shutdown(move |exit| async move {
            second.note(format!("second {}", exit.code()));
        });
        let exit = workers.startup().await.unwrap().shutdown().await;
        assert_eq!(exit.code(), 2, "{exit}");
        assert!(exit.to_string().contains("cannot report"), "{exit}");
        let (Cause::Failed { worker, .. } | Cause::Panicked { worker, .. }) = exit.cause() else {
            panic!("{exit}");
        };
        assert_eq!(&**worker, "after_shutdown");
        // The first hook gets the exit before its own failure, the second hook the exit after it.
        assert_eq!(log.lines(), ["first 0", "second 2"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_after_shutdown_hides_neither_an_earlier_failure_nor_the_code_of_bail_out() {
    let failing = || {
        let mut workers = group();
        put(&mut workers, "idle", idle());
        workers.after_shutdown(|_| async { Err::<(), _>("cannot report") });
        workers
    };
    let mut workers = failing();
    workers.on_shutdown(|| async { Err::<(), _>("cannot flush") });
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert!(matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "on_shutdown"));
    assert_eq!(exit.last_error().unwrap().to_string(), "cannot report");

    let running = failing().startup().await.unwrap();
    running.bail_out("enough", 7);
    let exit = running.wait_for_shutdown().await;
    assert_eq!(exit.code(), 7, "{exit}");
    assert_eq!(exit.last_error().unwrap().to_string(), "cannot report");
}

#[tokio::test(start_paused = true)]
async fn a_failed_after_shutdown_of_a_nested_group_fails_the_parent_group() {
    let mut inner = Workers::new("inner");
    put(&mut inner, "idle", idle());
    inner.after_shutdown(|_| async { Err::<(), _>("cannot report") });
    let mut workers = group();
    nest(&mut workers, "inner", inner);
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(exit.code(), 2, "{exit}");
    let cause = exit.cause();
    assert!(matches!(cause, Cause::Failed { worker, .. } if &**worker == "inner/after_shutdown"));
}

#[tokio::test(start_paused = true)]
async fn an_exit_is_forced_if_after_shutdown_was_cut_off() {
    let mut workers = group();
    put(&mut workers, "idle", idle());
    workers.after_shutdown(|_| std::future::pending::<()>());
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!((exit.state(), exit.code()), (State::ForceStopped, 1));
    assert_eq!(exit.forced_by(), Some(Forced::GracePeriodOver), "{exit}");
}

/// Panics in `after_shutdown`.
struct PanicsAfterwards;

impl Worker for PanicsAfterwards {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        ctx.stopping().await;
        Ok(())
    }

    async fn after_shutdown(&mut self, exit: &Exit) {
        assert!(!exit.is_success(), "cannot report");
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_after_shutdown_of_a_worker_fails_the_worker_and_its_group() {
    let mut workers = group();
    put(&mut workers, "panics", PanicsAfterwards);
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(exit.code(), 2, "{exit}");
    for exit in [&exit, exit.worker("panics").unwrap()] {
        let cause = exit.cause();
        assert!(matches!(cause, Cause::Panicked { worker, .. } if &**worker == "panics"));
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_hook_of_a_nested_group_is_called_when_that_is_forced() {
    let log = Log::default();
    let mut inner = Workers::new("inner");
    let deaf = body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending()));
    put(&mut inner, "deaf", deaf);
    let noted = log.clone();
    inner.after_shutdown(move |exit| async move { noted.note(format!("{}", exit.is_forced())) });
    let mut workers = group();
    nest(&mut workers, "inner", inner);
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert!(exit.is_forced() && !exit.is_stuck(), "{exit}");
    assert_eq!(log.lines(), ["true"]);
}
