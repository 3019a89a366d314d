//! Lanes that block their threads. The tests block real threads, and so use real time.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use super::*;

const GRACE: Duration = ms(200);
/// The grace period, a second, and half a second for a loaded machine.
const LIMIT: Duration = ms(200 + 1000 + 500);

/// The threads on which lanes ran.
type Threads = Arc<Mutex<BTreeSet<String>>>;

/// Notes its thread for each message. At 0 it then blocks the thread until it is released.
struct Blocks {
    released: Arc<Mutex<Receiver<()>>>,
    threads: Threads,
}

impl Worker for Blocks {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    const KEY: Option<fn(&u64) -> u64> = Some(|key| *key);

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            let thread = std::thread::current();
            let id = format!("{:?} {}", thread.id(), thread.name().unwrap_or("none"));
            self.threads.lock().unwrap().insert(id);
            if number == 0 {
                let _ = self.released.lock().unwrap().recv();
            }
        }
        Ok(())
    }
}

fn blocks(options: Options) -> (Workers, Slot<Blocks>, Sender<()>, Threads) {
    let (release, released) = channel();
    let released = Arc::new(Mutex::new(released));
    let threads: Threads = Arc::default();
    let noted = Arc::clone(&threads);
    let mut workers = group().grace(GRACE);
    let seat = workers.add_with("blocks", options, move || Blocks {
        released: Arc::clone(&released),
        threads: Arc::clone(&noted),
    });
    (workers, seat, release, threads)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_lane_that_blocks_its_thread_is_named_and_all_messages_are_counted() {
    // The blocking lane is the first one or not, and has a thread of its own or not.
    for (at, options) in [
        (0, lanes(3)),
        (0, lanes(3).blocking()),
        (3, lanes(4).blocking()),
    ] {
        let (workers, seat, release, _) = blocks(options);
        // 0 and every multiple of the number of lanes belong to the first lane.
        let shift = u64::from(at != 0);
        let hand = seat.handle();
        let running = workers.startup().await.unwrap();
        hand.send(0).await.unwrap();
        for number in 1..=4 {
            hand.send(3 * number + shift).await.unwrap();
        }
        while hand.status().counts.unwrap().done + hand.queue_size() as u64 == 5 {
            tokio::task::yield_now().await;
        }
        let asked = Instant::now();
        let exit = running.shutdown().await;
        assert!(asked.elapsed() < LIMIT, "{:?}", asked.elapsed());
        let how = exit.worker("blocks").unwrap();
        assert_eq!((how.is_forced(), how.is_stuck()), (true, true), "{exit}");
        let [accepted, done, failed, dropped, undelivered] = counts(&exit, "blocks");
        assert_eq!((accepted, failed, dropped), (5, 0, 0), "{exit}");
        assert!(undelivered >= 1 && accepted == done + undelivered, "{exit}");
        // After the release, the stuck lane changes no count.
        drop(release);
        let before = hand.status().counts;
        for _ in 0..100 {
            tokio::task::yield_now().await;
            assert_eq!(hand.status().counts, before);
        }
        assert_eq!(hand.queue_size(), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_lane_that_may_block_has_a_thread_of_its_own_which_ends_with_it() {
    let (workers, seat, release, threads) = blocks(lanes(4).blocking());
    let running = workers.startup().await.unwrap();
    for number in 1..=40 {
        seat.send(number).await.unwrap();
    }
    drop(release);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "blocks"), [40, 40, 0, 0, 0], "{exit}");
    let threads = threads.lock().unwrap();
    assert_eq!(threads.len(), 4, "{threads:?}");
    assert!(
        threads.iter().all(|thread| thread.ends_with(" blocks")),
        "{threads:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn lanes_on_threads_are_restarted_together() {
    let plan = Plan::default();
    let mut workers = group();
    let options = restarting(3).blocking();
    let hand = plan.sit::<true>(&mut workers, options);
    let running = workers.startup().await.unwrap();
    for number in 0..60 {
        let what = if number == 20 {
            What::Panic
        } else {
            What::Pass
        };
        hand.send(job(number % 3, number, what)).await.unwrap();
    }
    until_behind(&hand, 60).await;
    let exit = stop(running, &plan).await;
    assert_eq!(plan.builds(), 6);
    assert_eq!(counts(&exit, "hand"), [60, 59, 1, 0, 0], "{exit}");
}

/// Delays its drop, and so the end of the future that holds it when that is cut off.
struct DropsSlowly;

impl Drop for DropsSlowly {
    fn drop(&mut self) {
        std::thread::sleep(ms(150));
    }
}

/// At 0 it hangs, and its drop is slow. At any other number it fails after as many milliseconds.
struct SlowToObey;

impl Worker for SlowToObey {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    const KEY: Option<fn(&u64) -> u64> = Some(|key| *key);

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        if let Some(number) = io.queue.next().await {
            if number == 0 {
                let _slow = DropsSlowly;
                std::future::pending::<()>().await;
            }
            sleep(ms(number)).await;
            return Err(format!("{number} fails").into());
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_that_is_slow_to_obey_force_is_not_stuck_though_several_lanes_failed() {
    // Each failure limits the time for the end. A lane that is forced then still gets its time to obey.
    let mut workers = group().grace(GRACE);
    let seat = workers.add_with("slow", lanes(3), || SlowToObey);
    let running = workers.startup().await.unwrap();
    // Keeps the clock of the runtime going while one of its threads is blocked.
    let group = running.clone();
    tokio::spawn(async move {
        while group.exit().is_none() {
            tokio::task::yield_now().await;
        }
    });
    for number in [0, 10, 20] {
        seat.send(number).await.unwrap();
    }
    let exit = timeout(secs(20), running.wait_for_shutdown())
        .await
        .unwrap();
    let how = exit.worker("slow").unwrap();
    assert_eq!((how.is_forced(), how.is_stuck()), (true, false), "{exit}");
    assert_eq!(counts(&exit, "slow"), [3, 0, 2, 0, 1], "{exit}");
}
