//! Workers that block their threads: a paused clock does not run ahead of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::{OnError, Options, Output, Workers, consumer, test::Kit, worker};
use tokio::time::Instant;

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Notes with the time since the start, in milliseconds.
struct Times(Mutex<Vec<u128>>, Instant);

impl Times {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::default(), Instant::now()))
    }

    fn note(&self) {
        let at = self.1.elapsed().as_millis();
        self.0.lock().unwrap().push(at);
    }

    fn all(&self) -> Vec<u128> {
        self.0.lock().unwrap().clone()
    }
}

/// Each call takes real time.
#[worker(blocking, heartbeat = "1s")]
fn poll(times: &Times) -> u64 {
    times.note();
    std::thread::sleep(ms(3));
    7
}

#[tokio::test(start_paused = true)]
async fn each_beat_of_a_blocking_worker_comes_when_it_is_due() {
    let times = Times::new();
    let (kit, group) = Kit::alone(Poll {
        times: Arc::clone(&times),
    });
    let numbers = kit.collect::<u64>("poll");
    let running = group.startup().await.unwrap();
    kit.advance(secs(10)).await;
    let due: Vec<u128> = (0..=10).map(|second| 1000 * second).collect();
    assert_eq!(times.all(), due);
    assert_eq!(numbers.take().len(), 11);
    let exit = running.shutdown().await;
    assert_eq!(
        (exit.code(), exit.worker("poll").unwrap().beats()),
        (0, 11),
        "{exit}"
    );
}

#[worker(blocking, heartbeat = "1s")]
fn fail(times: &Times) -> Result<(), String> {
    times.note();
    std::thread::sleep(ms(3));
    Err("no".to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_blocking_worker_is_restarted_as_often_as_is_due() {
    let times = Times::new();
    let mut workers = Workers::new("group");
    let options = Options::new()
        .on_error(OnError::Restart)
        .max_restarts(3)
        .within(secs(3600));
    let own = Arc::clone(&times);
    workers.add_with("fail", options, move || Fail {
        times: Arc::clone(&own),
    });
    let kit = Kit::of(&workers.handle());
    let running = workers.startup().await.unwrap();
    kit.idle().await;
    let exit = running.wait_for_shutdown().await;
    assert_eq!(
        (times.all().len(), exit.worker("fail").unwrap().restarts()),
        (4, 3),
        "{exit}"
    );
    // At most the three pauses, of which the longest are 100, 200 and 400 ms.
    assert!(exit.ran_for() <= ms(700), "{exit}");
}

#[consumer(blocking, batch = 3, linger = "1s")]
fn load(numbers: Vec<u64>, times: &Times) -> Vec<u64> {
    std::thread::sleep(ms(2));
    times.note();
    numbers
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_a_blocking_consumer_lingers_exactly() {
    for _ in 0..20 {
        let times = Times::new();
        let (kit, group) = Kit::alone(Load {
            times: Arc::clone(&times),
        });
        let running = group.startup().await.unwrap();
        for number in 0..5_u64 {
            kit.send("load", number).await;
        }
        kit.idle().await;
        // The first three make a batch at once; the others linger.
        assert_eq!(times.all(), [0, 1000]);
        assert_eq!(running.shutdown().await.code(), 0);
    }
}

#[worker(blocking)]
fn produce(out: &Output<u64>) {
    for number in 0..5 {
        out.blocking_send(number)
            .expect("the consumer accepts messages");
    }
}

#[consumer(capacity = 1)]
async fn slow(number: u64, times: &Times) {
    tokio::time::sleep(secs(1)).await;
    times.note();
    let _ = number;
}

#[tokio::test(start_paused = true)]
async fn the_clock_moves_while_a_blocking_worker_waits_for_room() {
    let times = Times::new();
    let mut workers = Workers::new("group");
    let options = Options::new().on_exit(fluid::OnExit::Ignore);
    let produce = workers.add_with("produce", options, || Produce);
    let slow = workers.add(Slow {
        times: Arc::clone(&times),
    });
    workers.connect(produce.port(Produce::out()), &slow);
    let kit = Kit::of(&workers.handle());
    let running = workers.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(times.all(), [1000, 2000, 3000, 4000, 5000]);
    running.shutdown().await.assert_done("slow", 5);
}

#[consumer(blocking, concurrency = 2, partition_by = |number| *number)]
fn count(number: u64, seen: &mut u64) -> u64 {
    std::thread::sleep(ms(2));
    *seen += number;
    *seen
}

#[tokio::test(start_paused = true)]
async fn a_kit_of_one_worker_builds_the_worker_of_each_lane() {
    let start = Instant::now();
    let (kit, group) = Kit::alone_with(|| Count { seen: 0 });
    let counts = kit.collect::<u64>("count");
    let running = group.startup().await.unwrap();
    for _ in 0..3 {
        kit.send("count", 5_u64).await;
    }
    kit.idle().await;
    assert_eq!(counts.take(), [5, 10, 15]);
    assert_eq!(start.elapsed(), Duration::ZERO);
    running.shutdown().await.assert_done("count", 3);
}
