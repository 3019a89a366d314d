//! Workers that are built asynchronously, or fail to be built.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fluid::{
    Cause, Error, OnError, OnExit, Options, Restart, State, Worker, Workers, consumer, worker,
};
use tokio::sync::watch;
use tokio::time::{Instant, timeout};

use crate::support::{Boxed, group, ms, secs};

/// Fails at 0, and otherwise sums.
#[consumer]
async fn add(number: u64, built: u64, sum: &mut u64) -> Result<(), Error> {
    if number == 0 {
        return Err(format!("number {built} broke").into());
    }
    *sum += number;
    Ok(())
}

/// Never ends by itself.
#[worker(heartbeat = "1s")]
async fn tick() {}

/// A builder that calls `build` with the number of the call, from 1 on.
fn builds<W: Worker, F>(
    build: impl Fn(usize) -> F + Send + 'static,
) -> (
    Arc<AtomicUsize>,
    impl FnMut() -> Boxed<'static, Result<W, Error>> + Send,
)
where
    F: Future<Output = Result<W, Error>> + Send + 'static,
{
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    (calls, move || {
        Box::pin(build(counted.fetch_add(1, Ordering::Relaxed) + 1))
    })
}

fn refused() -> Error {
    io::Error::new(io::ErrorKind::ConnectionRefused, "connection refused").into()
}

/// Builds [`Add`], but fails at the calls that `fails` selects.
async fn add_unless(fails: bool, call: usize) -> Result<Add, Error> {
    tokio::time::sleep(ms(10)).await;
    if fails {
        return Err(refused());
    }
    Ok(Add {
        built: call as u64,
        sum: 0,
    })
}

/// Waits until the worker has been restarted this often and runs.
async fn restarted(worker: &fluid::WorkerHandle, restarts: u64) {
    while worker.status().restarts != restarts || worker.state() != State::Running {
        tokio::time::sleep(ms(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_start_of_a_group_waits_for_the_build_of_a_worker() {
    let begin = Instant::now();
    let mut workers = group();
    let (calls, build) = builds(|call| add_unless(false, call));
    let add = workers.add_async("add", Options::new(), build);
    assert_eq!(calls.load(Ordering::Relaxed), 0);
    let running = workers.startup().await.unwrap();
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(begin.elapsed(), ms(10));
    add.send(2).await.unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("add").unwrap().counts().unwrap().done, 1);
}

#[tokio::test(start_paused = true)]
async fn a_build_that_fails_is_a_failed_start_that_names_the_worker_and_has_the_error() {
    let mut workers = group().restart(Restart::one_for_one());
    let (calls, build) = builds(|call| add_unless(true, call));
    workers.add_async("add", Options::new().on_error(OnError::Restart), build);
    let exit = workers.startup().await.unwrap_err();
    let Cause::StartupFailed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "add");
    let error = error.downcast_ref::<io::Error>().unwrap();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    // No restart answers a failed first start.
    assert_eq!(calls.load(Ordering::Relaxed), 1);
    assert_eq!(exit.code(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_build_that_panics_is_a_failed_start() {
    for early in [true, false] {
        let mut workers = group();
        workers.add_async("add", Options::new(), move || {
            assert!(!early, "no early luck");
            async move {
                tokio::task::yield_now().await;
                assert!(early, "no late luck");
                Ok(Add { built: 0, sum: 0 })
            }
        });
        let exit = workers.startup().await.unwrap_err();
        let Cause::StartupFailed { worker, error } = exit.cause() else {
            panic!("{exit}");
        };
        assert_eq!(&**worker, "add");
        let expected = if early {
            "no early luck"
        } else {
            "no late luck"
        };
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_build_that_fails_at_a_restart_backs_off_and_is_tried_again() {
    let backoff = Restart::one_for_one().backoff(secs(1), secs(60));
    let mut workers = group().restart(backoff.max_restarts(3));
    // The second and the third build fail.
    let (calls, build) = builds(|call| add_unless(call == 2 || call == 3, call));
    let add = workers.add_async("add", Options::new(), build);
    let running = workers.startup().await.unwrap();
    let begin = Instant::now();
    add.send(0).await.unwrap();
    restarted(add.worker(), 3).await;
    assert_eq!(calls.load(Ordering::Relaxed), 4);
    // Half of each pause of 1 s, 2 s and 4 s is not random.
    assert!(begin.elapsed() >= ms(3500), "{:?}", begin.elapsed());
    add.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("add").unwrap().counts().unwrap().done, 1);
    assert_eq!(exit.worker("add").unwrap().restarts(), 3);
}

#[tokio::test(start_paused = true)]
async fn builds_that_fail_at_restarts_use_up_the_budget() {
    let mut workers = group().restart(Restart::one_for_one().max_restarts(2).within(secs(600)));
    let (calls, build) = builds(|call| add_unless(call > 1, call));
    let add = workers.add_async("add", Options::new(), build);
    let running = workers.startup().await.unwrap();
    add.send(0).await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!(calls.load(Ordering::Relaxed), 3);
    let Cause::Failed { worker, error } = exit.cause() else {
        panic!("{exit}");
    };
    assert_eq!(&**worker, "add");
    let text = format!("{error:#}");
    assert!(
        text.contains("2 restarts") && text.ends_with("connection refused"),
        "{text}"
    );
}

/// How many builds have begun to wait forever, and how many of them were dropped.
type Hung = (watch::Receiver<usize>, watch::Receiver<usize>);

/// A builder that waits forever at the calls from `from` on.
fn hangs(
    from: usize,
) -> (
    Hung,
    impl FnMut() -> Boxed<'static, Result<Add, Error>> + Send,
) {
    struct Dropped(watch::Sender<usize>);

    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.send_modify(|dropped| *dropped += 1);
        }
    }

    let (begun, has_begun) = watch::channel(0);
    let (dropped, was_dropped) = watch::channel(0);
    let (_, build) = builds(move |call| {
        let (begun, guard) = (begun.clone(), Dropped(dropped.clone()));
        async move {
            if call >= from {
                let _guard = guard;
                begun.send_modify(|begun| *begun += 1);
                std::future::pending::<()>().await;
            } else {
                std::mem::forget(guard);
            }
            add_unless(false, call).await
        }
    });
    ((has_begun, was_dropped), build)
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_a_build_that_hangs_at_the_start() {
    let mut workers = group().grace(secs(10));
    let ((mut begun, dropped), build) = hangs(1);
    workers.add_async("add", Options::new(), build);
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    begun.wait_for(|begun| *begun == 1).await.unwrap();
    let begin = Instant::now();
    handle.gracefully_stop();
    let exit = starting.await.unwrap().unwrap_err();
    assert_eq!(*dropped.borrow(), 1);
    assert!(begin.elapsed() < ms(10), "{:?}", begin.elapsed());
    assert!(!exit.is_forced(), "{exit}");
    assert!(
        matches!(exit.worker("add").unwrap().cause(), Cause::NotStarted),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_a_build_that_hangs_at_a_restart() {
    let mut workers = group().restart(Restart::one_for_one()).grace(secs(10));
    let ((mut begun, dropped), build) = hangs(2);
    let add = workers.add_async("add", Options::new(), build);
    let running = workers.startup().await.unwrap();
    add.send(0).await.unwrap();
    begun.wait_for(|begun| *begun == 1).await.unwrap();
    let begin = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!(*dropped.borrow(), 1);
    assert!(begin.elapsed() < ms(10), "{:?}", begin.elapsed());
    assert!(!exit.is_forced(), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_build_that_hangs_while_messages_wait_is_ended_by_the_grace_period() {
    let mut workers = group().restart(Restart::one_for_one()).grace(secs(10));
    let ((mut begun, dropped), build) = hangs(2);
    let add = workers.add_async("add", Options::new(), build);
    let running = workers.startup().await.unwrap();
    add.send(0).await.unwrap();
    begun.wait_for(|begun| *begun == 1).await.unwrap();
    add.send(1).await.unwrap();
    let begin = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!(*dropped.borrow(), 1);
    assert!(begin.elapsed() >= secs(10) && begin.elapsed() < secs(11));
    assert!(exit.is_forced(), "{exit}");
    let counts = exit.worker("add").unwrap().counts().unwrap();
    assert!(counts.conserved() && counts.undelivered == 1, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn each_lane_is_built_by_a_call_of_its_own_and_one_that_fails_is_a_failed_start() {
    let lanes = Options::new().concurrency(3);
    for fails in [false, true] {
        let mut workers = group();
        let (calls, build) = builds(move |call| add_unless(fails && call == 2, call));
        workers.add_async("add", lanes, build);
        let begin = Instant::now();
        match workers.startup().await {
            Ok(running) => {
                assert!(!fails);
                // The first lane is built before the others, which are built at the same time.
                assert_eq!(begin.elapsed(), ms(20));
                assert!(running.shutdown().await.is_success());
            }
            Err(exit) => {
                assert!(fails, "{exit}");
                assert!(
                    matches!(exit.cause(), Cause::StartupFailed { worker, .. } if &**worker == "add"),
                    "{exit}"
                );
            }
        }
        assert_eq!(calls.load(Ordering::Relaxed), 3);
    }
}

/// A group that runs [`tick`].
async fn ticking() -> fluid::GroupHandle {
    let mut workers: Workers = group();
    workers.add(Tick);
    workers.startup().await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_build_that_fails_in_a_running_group_stops_it_unless_the_worker_is_forgotten() {
    let running = ticking().await;
    let forgotten = Options::new()
        .on_error(OnError::Forget)
        .on_exit(OnExit::Forget);
    let (_, build) = builds(|call| add_unless(true, call));
    let add = running.add_async("add", forgotten, build).unwrap();
    let exit = add.wait_for_shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { .. }),
        "{exit}"
    );
    assert!(running.is_running());

    let (_, build) = builds(|call| add_unless(true, call));
    running.add_async("add", Options::new(), build).unwrap();
    let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { worker, .. } if &**worker == "add"),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_extension_builds_a_worker_asynchronously() {
    let running = ticking().await;
    let (calls, build) = builds(|call| add_unless(false, call));
    let add = running
        .extend(|new| new.add_async("add", Options::new(), build).handle())
        .unwrap();
    add.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("add").unwrap().counts().unwrap().done, 1);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}
