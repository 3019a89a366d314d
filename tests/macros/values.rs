//! Values of options that are no literals: constants on functions, and expressions in a group.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use fluid::{OnError, Overflow, Restart, Worker, WorkerExt, consumer, worker, workers};
use tokio::time::Instant;

use crate::support::Seen;

const fn ms(number: u64) -> Duration {
    Duration::from_millis(number)
}

const PERIOD: Duration = ms(100);

mod limits {
    use super::{Duration, OnError, Range, ms};

    pub(super) const QUEUE: usize = 2;
    pub(super) const RETRIES: u32 = 3;
    pub(super) const PAUSES: Range<Duration> = ms(5)..ms(10);
    pub(super) const RATE: (u32, Duration) = (10, Duration::from_secs(1));
    pub(super) const POLICY: OnError = OnError::Skip;
}

#[worker(heartbeat = PERIOD)]
async fn tick(start: Instant, seen: &Seen) {
    seen.note(start.elapsed().as_millis());
}

#[consumer(
    capacity = limits::QUEUE,
    retry = limits::RETRIES,
    backoff = limits::PAUSES,
    rate = limits::RATE,
    on_error = limits::POLICY,
    overflow = Overflow::DropNewest
)]
async fn limited(_: u64) {}

#[tokio::test(start_paused = true)]
async fn an_option_of_a_function_takes_the_value_of_a_constant() {
    let seen = Arc::new(Seen::default());
    let (start, notes) = (Instant::now(), Arc::clone(&seen));
    let running = Tick { start, seen: notes }.startup().await.unwrap();
    tokio::time::sleep(ms(250)).await;
    let _ = running.shutdown().await;
    assert_eq!(seen.all(), ["0", "100", "200"]);
    let options = Limited::OPTIONS;
    let expected = options
        .capacity(2)
        .retry(3)
        .backoff(ms(5), ms(10))
        .rate(10, Duration::from_secs(1))
        .on_error(OnError::Skip)
        .overflow(Overflow::DropNewest);
    assert_eq!(options, expected);
    assert_ne!(options, options.capacity(3));
}

/// What a configuration file could contain.
#[derive(Clone)]
struct Config {
    period: Duration,
    delay: Duration,
    jitter: Duration,
    capacity: usize,
    overflow: Overflow,
    lanes: usize,
    batch: usize,
    linger: Duration,
    grace: Duration,
    pauses: Range<Duration>,
    restarts: u32,
    rate: (u32, Duration),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            period: ms(100),
            delay: ms(150),
            jitter: Duration::ZERO,
            capacity: 1,
            overflow: Overflow::DropNewest,
            lanes: 2,
            batch: 2,
            linger: ms(40),
            grace: ms(300),
            pauses: ms(10)..ms(10),
            restarts: 1,
            rate: (1, ms(20)),
        }
    }
}

#[worker]
async fn poll(seen: &Seen, start: Instant) {
    seen.note(format!("poll at {}", start.elapsed().as_millis()));
}

#[consumer]
async fn slow(number: u64, seen: &Seen) {
    tokio::time::sleep(ms(50)).await;
    seen.note(format!("slow {number}"));
}

#[consumer(batch = 100)]
async fn gather(numbers: Vec<u64>, seen: &Seen) {
    seen.note(format!("{numbers:?}"));
}

fn note(seen: &Seen, start: Instant, what: &str) {
    seen.note(format!("{what} at {}", start.elapsed().as_millis()));
}

workers! {
    #[workers(grace = config.grace)]
    struct Configured(config: Config, period: Duration, seen: Seen, start: Instant) {
        #[worker(heartbeat = config.period * 2, on_error = OnError::Skip)]
        poll: Poll { seen, start },
        #[consumer(capacity = config.capacity, overflow = config.overflow)]
        pub slow: Slow { seen },
        #[consumer(concurrency = config.lanes, rate = config.rate, burst = 2)]
        pub lanes: Slow { seen },
        #[consumer(
            batch = config.batch,
            linger = if config.batch > 1 {
                config.linger / 2
            } else {
                config.linger
            },
        )]
        pub gather: Gather { seen },
    }

    every(*period) => note(&seen, *start, "every");
    after(config.delay, jitter = config.jitter) => note(&seen, *start, "after");
}

fn configured(config: Config) -> (Configured, Arc<Seen>) {
    let seen = Arc::new(Seen::default());
    let group = Configured::new(config, ms(120), Arc::clone(&seen), Instant::now());
    (group, seen)
}

#[tokio::test(start_paused = true)]
async fn expressions_in_a_group_set_times_at_run_time() {
    let (group, seen) = configured(Config::default());
    let running = group.startup().await.unwrap();
    tokio::time::sleep(ms(250)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    let expected = [
        "poll at 0",
        "every at 120",
        "after at 150",
        "poll at 200",
        "every at 240",
    ];
    assert_eq!(seen.all(), expected);
}

#[tokio::test(start_paused = true)]
async fn expressions_on_a_field_set_its_queue_its_lanes_and_its_batches() {
    let (group, seen) = configured(Config::default());
    let (slow, lanes, gather) = (
        group.slow().clone(),
        group.lanes().clone(),
        group.gather().clone(),
    );
    // Nothing takes the messages before the start.
    slow.try_send(1).unwrap();
    slow.try_send(2).unwrap();
    let running = group.startup().await.unwrap();
    for number in [10, 11] {
        lanes.send(number).await.unwrap();
    }
    for number in [5, 6, 7] {
        gather.send(number).await.unwrap();
    }
    tokio::time::sleep(ms(19)).await;
    let mut notes = seen.all();
    notes.sort();
    let expected = ["[5, 6]", "poll at 0"];
    assert_eq!(notes, expected, "the last number waits for others");
    tokio::time::sleep(ms(40)).await;
    let notes = seen.all();
    let [.., linger, first, second, third] = &notes[..] else {
        panic!("{notes:?}");
    };
    assert_eq!(linger, "[7]");
    let mut done = [first, second, third];
    done.sort();
    assert_eq!(
        done,
        ["slow 1", "slow 10", "slow 11"],
        "two lanes work at once"
    );
    let exit = running.shutdown().await;
    let counts = exit.worker("slow").unwrap().counts().unwrap();
    assert_eq!((counts.done, counts.dropped), (1, 1), "{exit}");
}

#[consumer]
async fn stubborn(_: u64) {
    std::future::pending::<()>().await;
}

#[worker]
async fn fail() -> Result<(), std::io::Error> {
    Err(std::io::Error::other("no luck"))
}

workers! {
    #[workers(
        name = "head",
        grace = config.grace,
        restart = Restart::one_for_one(),
        max_restarts = config.restarts,
        within = config.period * 1000,
        backoff = config.pauses.clone(),
    )]
    struct Head(config: Config) {
        #[consumer(on_error = OnError::Stop)]
        pub stubborn: Stubborn,
        fail: Fail,
    }
}

#[tokio::test(start_paused = true)]
async fn expressions_in_the_head_of_a_group_set_its_grace_and_its_strategy() {
    let begun = Instant::now();
    let group = Head::new(Config::default());
    group.stubborn().try_send(1).unwrap();
    let running = group.startup().await.unwrap();
    let exit = running.wait_for_shutdown().await;
    assert_eq!(exit.worker("fail").unwrap().restarts(), 1, "{exit}");
    // A backoff is shortened by up to one half.
    let took = begun.elapsed();
    assert!(took >= ms(305) && took <= ms(312), "{took:?}");
}

#[test]
fn a_wrong_value_at_run_time_panics_in_new_and_names_the_option_and_its_worker() {
    let message = |change: fn(&mut Config)| {
        let mut config = Config::default();
        change(&mut config);
        let built = catch_unwind(AssertUnwindSafe(|| {
            drop(configured(config.clone()));
            drop(Head::new(config));
        }));
        let payload = built.expect_err("a panic");
        *payload.downcast::<String>().expect("a text")
    };
    for (change, expected) in [
        (
            (|config| config.batch = 0) as fn(&mut Config),
            "worker `gather`: `batch` is 0; it takes a number from 1 to 100000",
        ),
        (
            |config| config.capacity = 0,
            "worker `slow`: `capacity` is 0; a queue needs room for at least one message: write 1 or more",
        ),
        (
            |config| config.lanes = 1001,
            "worker `lanes`: `concurrency` is 1001; it takes a number from 1 to 1000",
        ),
        (
            |config| config.period = Duration::ZERO,
            "worker `poll`: `heartbeat` is 0s; it takes more than no time at all",
        ),
        (
            |config| config.rate = (0, ms(1)),
            "worker `lanes`: `rate` is 0 in 1ms; it allows nothing",
        ),
        (
            |config| config.pauses = ms(2)..ms(1),
            "group `head`: `backoff` is 2ms..1ms; it ends with a shorter duration than it begins with",
        ),
    ] {
        assert_eq!(message(change), expected);
    }
    let seen = Arc::new(Seen::default());
    let built = catch_unwind(AssertUnwindSafe(|| {
        Configured::new(Config::default(), Duration::ZERO, seen, Instant::now())
    }));
    let payload = built.err().expect("a panic");
    assert_eq!(
        payload.downcast_ref::<String>().map(String::as_str),
        Some("callback `note`: `every` is 0s; it takes more than no time at all")
    );
}

#[test]
fn the_graph_names_the_options_that_are_known_at_run_time() {
    let graph = Configured::GRAPH;
    let names = graph.workers.iter().map(|worker| worker.at_run_time);
    let names: Vec<_> = names.collect();
    assert_eq!(
        names,
        [
            &["heartbeat", "on_error"][..],
            &["capacity", "overflow"],
            &["concurrency", "rate"],
            &["batch", "linger"],
        ]
    );
    let gather = graph.workers[3].options;
    assert_eq!(gather, gather.batch(100), "the value of the function");
    let lanes = graph.workers[2].options;
    assert_eq!(lanes, lanes.burst(2), "a literal beside an expression");
    let whens: Vec<_> = graph
        .callbacks
        .iter()
        .map(|callback| callback.when)
        .collect();
    assert_eq!(whens, ["every *period", "after config.delay"]);
}
