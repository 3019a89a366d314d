//! Lanes without a key: a lane that waits or blocks its thread holds back no message from the others.

use std::sync::{Condvar, Mutex};

use fluid::{consumer, workers};
use tokio::sync::Notify;

use super::*;

/// Waits for the release, if the number is 40.
#[consumer(concurrency = 2)]
async fn stroll(number: u64, log: &Log, release: &Notify) {
    if number == 40 {
        release.notified().await;
    }
    log.note(number.to_string());
}

workers! {
    struct Strollers(log: Log, release: Notify) {
        pub stroll: Stroll { log, release },
    }
}

#[tokio::test]
async fn messages_fetched_by_a_lane_whose_call_waits_are_handled_by_other_lanes_in_order() {
    let (log, release) = (Log::default(), Arc::new(Notify::new()));
    let group = Strollers::new(log.clone(), Arc::clone(&release));
    let running = group.startup().await.unwrap();
    for number in 0..100 {
        running.stroll().try_send(number).unwrap();
    }
    while running.stroll().status().counts.unwrap().done < 99 {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("stroll").unwrap().counts().unwrap().done, 100);
    let order = (0..100).filter(|&number| number != 40).chain([40]);
    let order: Vec<_> = order.map(|number| number.to_string()).collect();
    assert_eq!(log.lines(), order);
}

/// The number of handled messages, and the notifications that release the first two.
#[derive(Default)]
struct Others {
    done: Mutex<u64>,
    changed: Condvar,
    released: [Notify; 2],
}

impl Others {
    fn done(&self) -> u64 {
        *self.done.lock().unwrap()
    }

    fn is_done(&self) {
        *self.done.lock().unwrap() += 1;
        self.changed.notify_all();
    }

    /// Blocks the thread until `enough` messages are handled.
    fn wait_for(&self, enough: u64) {
        let done = self.done.lock().unwrap();
        let within = Duration::from_secs(20);
        let waits = |done: &mut u64| *done < enough;
        let waited = self.changed.wait_timeout_while(done, within, waits);
        let (done, _) = waited.unwrap();
        assert!(*done >= enough, "{done} are done, not {enough}");
    }
}

#[consumer(concurrency = 2)]
async fn compute(number: u64, others: &Others) {
    match number {
        0 | 1 => others.released[number as usize].notified().await,
        200 => others.wait_for(397),
        _ => others.is_done(),
    }
}

workers! {
    struct Computing(others: Others) {
        pub compute: Compute { others },
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn messages_fetched_by_a_lane_that_blocks_its_thread_are_handled_by_other_lanes() {
    let others = Arc::new(Others::default());
    let running = Computing::new(Arc::clone(&others)).startup().await.unwrap();
    for number in 0..400 {
        running.compute().try_send(number).unwrap();
    }
    // One lane handles every message before the one that blocks its thread.
    others.released[0].notify_one();
    while others.done() < 198 {
        tokio::task::yield_now().await;
    }
    others.released[1].notify_one();
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("compute").unwrap().counts().unwrap().done, 400);
}
