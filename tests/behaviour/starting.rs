//! Stops during a start.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::{
    Cause, Context, Error, Exit, GroupHandle, OnExit, OnLost, Options, Restart, State, Worker,
    Workers, by_hand::Io,
};
use tokio::time::{Instant, timeout};

use crate::support::{Log, counts, group, idle, ms, put, put_with, secs};

/// Notes that the future that holds it was dropped before it completed.
struct Guard(Log, &'static str);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.note(format!("{} dropped", self.1));
    }
}

/// A consumer whose `on_startup` takes a given time.
struct Slow {
    log: Log,
    takes: Duration,
}

impl Slow {
    fn new(log: &Log, takes: Duration) -> Self {
        Self {
            log: log.clone(),
            takes,
        }
    }
}

impl Worker for Slow {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        self.log.note("starting");
        if !self.takes.is_zero() {
            let guard = Guard(self.log.clone(), "start");
            tokio::time::sleep(self.takes).await;
            std::mem::forget(guard);
        }
        self.log.note("started");
        Ok(())
    }

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            if number == 1000 {
                return Err("it was asked to fail".into());
            }
        }
        Ok(())
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        self.log.note("on_shutdown");
        Ok(())
    }

    async fn after_shutdown(&mut self, _: &Exit) {
        self.log.note("after_shutdown");
    }
}

async fn noted(log: &Log, line: &str, times: usize) {
    let noted = async {
        while log.lines().iter().filter(|noted| *noted == line).count() < times {
            tokio::time::sleep(ms(1)).await;
        }
    };
    let in_time = timeout(secs(1), noted).await;
    assert!(in_time.is_ok(), "{line}: {log:?}");
}

/// Asks a group to stop, and asserts that it ends at once.
async fn ends_at_once(group: &GroupHandle) -> Exit {
    let asked = Instant::now();
    let exit = group.shutdown().await;
    assert!(asked.elapsed() < ms(1), "{:?}\n{exit}", asked.elapsed());
    assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
    assert_eq!(exit.code(), 0, "{exit}");
    exit
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_on_startup_of_a_worker_at_its_await() {
    let log = Log::default();
    let mut workers = group();
    put(&mut workers, "slow", Slow::new(&log, secs(5)));
    put(&mut workers, "idle", idle());
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 1).await;
    let exit = ends_at_once(&handle).await;
    assert!(starting.await.unwrap().is_err());
    let slow = exit.worker("slow").unwrap();
    assert!(matches!(slow.cause(), Cause::NotStarted), "{exit}");
    assert!(!exit.is_forced() && slow.is_success(), "{exit}");
    assert_eq!(log.lines(), ["starting", "start dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_a_starting_consumer_with_queued_messages_start_and_handle_them() {
    let log = Log::default();
    let mut workers = group();
    let slow = put(&mut workers, "slow", Slow::new(&log, secs(5))).handle();
    slow.send(1).await.unwrap();
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 1).await;
    let exit = handle.shutdown().await;
    assert!(starting.await.unwrap().is_err());
    assert_eq!(counts(&exit, "slow"), [1, 1, 0, 0, 0], "{exit}");
    assert_eq!(exit.code(), 0, "{exit}");
    assert_eq!(
        log.lines()[1..],
        ["started", "on_shutdown", "after_shutdown"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_on_startup_of_a_worker_added_to_the_running_group() {
    let log = Log::default();
    let running = group().startup().await.unwrap();
    running.add(Slow::new(&log, secs(5))).unwrap();
    noted(&log, "starting", 1).await;
    assert_eq!(ends_at_once(&running).await.code(), 0);
    assert_eq!(log.lines(), ["starting", "start dropped"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_of_one_starting_worker_ends_it_at_once_and_no_other() {
    let log = Log::default();
    let mut workers = group();
    put(&mut workers, "idle", idle());
    let options = Options::new().on_exit(OnExit::Ignore);
    let slow = put_with(&mut workers, "slow", options, Slow::new(&log, secs(5))).handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 1).await;
    let asked = Instant::now();
    let exit = slow.shutdown().await;
    assert!(matches!(exit.cause(), Cause::NotStarted), "{exit}");
    let running = starting.await.unwrap().unwrap();
    assert!(asked.elapsed() < ms(1), "{:?}", asked.elapsed());
    assert_eq!(ends_at_once(&running).await.code(), 0);
}

/// Builds consumers. The first starts at once, and all others take five seconds.
fn slow_but_for_the_first(log: &Log) -> impl FnMut() -> Slow + Send + 'static {
    let (log, built) = (log.clone(), Arc::new(AtomicU64::new(0)));
    move || {
        let first = built.fetch_add(1, Ordering::SeqCst) == 0;
        let takes = if first { ms(0) } else { secs(5) };
        Slow::new(&log, takes)
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_on_startup_of_a_restarted_worker() {
    for restart in [Restart::one_for_one(), Restart::one_for_all()] {
        let log = Log::default();
        let mut workers = group().restart(restart.backoff(ms(1), ms(1)));
        let slow = workers.add_with("slow", Options::new(), slow_but_for_the_first(&log));
        let running = workers.startup().await.unwrap();
        slow.send(1000).await.unwrap();
        noted(&log, "started", 1).await;
        tokio::time::sleep(ms(10)).await;
        noted(&log, "starting", 2).await;
        let asked = Instant::now();
        let exit = running.shutdown().await;
        assert!(asked.elapsed() < ms(1), "{:?}", asked.elapsed());
        assert!(matches!(exit.cause(), Cause::Stopped), "{exit}");
        let slow = exit.worker("slow").unwrap();
        assert!(matches!(slow.cause(), Cause::Stopped), "{exit}");
        assert_eq!(log.lines().last().unwrap(), "start dropped");
    }
}

/// The number of lines that say this.
fn count(log: &Log, line: &str) -> usize {
    log.lines().iter().filter(|noted| *noted == line).count()
}

#[tokio::test(start_paused = true)]
async fn a_group_has_started_when_every_lane_has() {
    let log = Log::default();
    let mut workers = group();
    let options = Options::new().concurrency(3);
    let slow = workers.add_with("slow", options, slow_but_for_the_first(&log));
    for number in 0..3 {
        slow.send(number).await.unwrap();
    }
    let begun = Instant::now();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 3).await;
    // No lane handles messages before all lanes have started.
    tokio::time::sleep(secs(1)).await;
    assert_eq!((slow.state(), slow.queue_size()), (State::Init, 3));
    let running = starting.await.unwrap().unwrap();
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert_eq!(slow.state(), State::Running);
    let exit = ends_at_once(&running).await;
    assert_eq!(counts(&exit, "slow"), [3, 3, 0, 0, 0], "{exit}");
    assert_eq!((count(&log, "started"), count(&log, "on_shutdown")), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_on_startup_of_further_lanes_and_shuts_down_the_started_lanes() {
    let log = Log::default();
    let mut workers = group();
    let options = Options::new().concurrency(3);
    workers.add_with("slow", options, slow_but_for_the_first(&log));
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 3).await;
    let exit = ends_at_once(&handle).await;
    assert!(starting.await.unwrap().is_err());
    let slow = exit.worker("slow").unwrap();
    assert!(matches!(slow.cause(), Cause::NotStarted), "{exit}");
    let end = [
        "start dropped",
        "start dropped",
        "on_shutdown",
        "after_shutdown",
    ];
    assert_eq!(log.lines()[4..], end);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_starting_lanes_with_queued_messages_start_and_handle_them() {
    let log = Log::default();
    let mut workers = group();
    let options = Options::new().concurrency(3);
    let slow = workers.add_with("slow", options, slow_but_for_the_first(&log));
    slow.send(1).await.unwrap();
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 3).await;
    let exit = handle.shutdown().await;
    assert!(starting.await.unwrap().is_err());
    assert_eq!(counts(&exit, "slow"), [1, 1, 0, 0, 0], "{exit}");
    assert_eq!((exit.code(), count(&log, "started")), (0, 3), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_ends_lanes_that_start_and_their_messages_are_undelivered() {
    let log = Log::default();
    let mut workers = group().grace(secs(1));
    let options = Options::new().concurrency(3);
    let slow = workers.add_with("slow", options, slow_but_for_the_first(&log));
    slow.send(1).await.unwrap();
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 3).await;
    let exit = handle.shutdown().await;
    assert!(starting.await.unwrap().is_err());
    assert_eq!(counts(&exit, "slow"), [1, 0, 0, 0, 1], "{exit}");
    assert_eq!(
        (exit.code(), count(&log, "start dropped")),
        (1, 2),
        "{exit}"
    );
    assert_eq!(count(&log, "on_shutdown"), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_restart_lets_lanes_start_to_the_end_within_the_grace_period() {
    for (grace, dropped) in [(secs(60), 0), (secs(3), 2)] {
        let log = Log::default();
        let strategy = Restart::one_for_all().backoff(ms(1), ms(1));
        let mut workers = group().restart(strategy);
        let options = Options::new().concurrency(3).grace(grace);
        workers.add_with("slow", options, slow_but_for_the_first(&log));
        let lossy = Options::new().on_lost(OnLost::Ignore);
        let other = workers.add_with("other", lossy, move || Slow::new(&Log::default(), ms(0)));
        let running = workers.startup().await.unwrap();
        other.send(1000).await.unwrap();
        // The first lane of the second life starts slowly, and then the two others.
        other.wait_for(State::Restarting).await;
        noted(&log, "starting", 4).await;
        tokio::time::sleep(secs(5)).await;
        noted(&log, "starting", 6).await;
        other.send(1000).await.unwrap();
        tokio::time::sleep(secs(30)).await;
        assert_eq!(count(&log, "starting"), 9, "{log:?}");
        assert_eq!(count(&log, "start dropped"), dropped, "{log:?}");
        assert_eq!(running.state(), State::Running);
        assert_eq!(ends_at_once(&running).await.code(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_on_startup_though_another_group_restart_is_due() {
    let log = Log::default();
    let mut workers = group().restart(Restart::one_for_all().backoff(ms(1), ms(1)));
    let slow = workers.add_with("slow", Options::new(), slow_but_for_the_first(&log));
    let quick = log.clone();
    let other = workers.add_with("other", Options::new(), move || Slow::new(&quick, ms(0)));
    let running = workers.startup().await.unwrap();
    slow.send(1000).await.unwrap();
    // Both begin their second incarnation, and one of them starts slowly.
    noted(&log, "starting", 4).await;
    other.send(1000).await.unwrap();
    other.wait_for(State::Restarting).await;
    tokio::time::sleep(ms(10)).await;
    let asked = Instant::now();
    assert_eq!(running.shutdown().await.code(), 2);
    assert!(asked.elapsed() < ms(1), "{:?}", asked.elapsed());
    assert_eq!(log.lines().last().unwrap(), "start dropped");
}

fn hooked(mut workers: Workers, log: &Log) -> Workers {
    let [first, second, end] = [(); 3].map(|()| log.clone());
    workers.on_startup(move || async move {
        first.note("starting");
        let _guard = Guard(first, "start");
        std::future::pending::<()>().await;
    });
    workers.on_startup(move || async move { second.note("second") });
    workers.on_shutdown(move || async move { end.note("on_shutdown") });
    workers
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_the_on_startup_hook_of_a_group() {
    let log = Log::default();
    let mut workers = hooked(group(), &log);
    put(&mut workers, "idle", idle());
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 1).await;
    let exit = ends_at_once(&handle).await;
    assert!(starting.await.unwrap().is_err());
    let idle = exit.worker("idle").unwrap();
    assert!(matches!(idle.cause(), Cause::NotStarted), "{exit}");
    assert_eq!(log.lines(), ["starting", "start dropped", "on_shutdown"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_drops_the_on_startup_hook_of_a_nested_group() {
    let log = Log::default();
    let mut inner = hooked(Workers::new("inner"), &log);
    put(&mut inner, "idle", idle());
    let mut workers = group();
    let mut inner = Some(inner);
    workers.add_with("inner", Options::new(), move || inner.take().expect("once"));
    let handle = workers.handle();
    let starting = tokio::spawn(workers.startup());
    noted(&log, "starting", 1).await;
    handle.bail_out("no more", 5);
    let exit = timeout(ms(1), handle.wait_for_shutdown()).await.unwrap();
    assert!(starting.await.unwrap().is_err());
    assert_eq!(exit.code(), 5, "{exit}");
    assert_eq!(log.lines(), ["starting", "start dropped", "on_shutdown"]);
}
