//! The options with which a member is added, and those of its type.

use std::sync::Arc;
use std::time::Duration;

use fluid::{OnError, Options, Workers, worker};
use tokio::time::sleep;

use crate::support::{Log, secs};

#[worker(heartbeat = "1s", name = "own")]
async fn poll(log: &Log) {
    log.note("beat");
}

fn build(log: &Log) -> impl FnMut() -> Poll + use<> {
    let log = Arc::new(log.clone());
    move || Poll {
        log: Arc::clone(&log),
    }
}

/// The number of beats within 10 s of a worker that is added with `options`.
async fn beats_with(options: Options) -> usize {
    let mut workers = Workers::new("group");
    let log = Log::default();
    workers.add_with("poll", options, build(&log));
    let running = workers.startup().await.unwrap();
    sleep(Duration::from_millis(9_500)).await;
    let beats = log.lines().len();
    let _ = running.shutdown().await;
    beats
}

#[tokio::test(start_paused = true)]
async fn a_worker_added_with_options_keeps_those_of_its_type_that_are_not_set() {
    assert_eq!(beats_with(Options::new()).await, 10);
    assert_eq!(beats_with(Options::new().grace(secs(1))).await, 10);
    assert_eq!(beats_with(Options::new().heartbeat(secs(5))).await, 2);
}

#[tokio::test(start_paused = true)]
async fn replacing_options_leave_none_of_those_of_the_type() {
    // Without a heartbeat the function is called once, and its end stops the group.
    assert_eq!(beats_with(Options::replacing()).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_added_to_a_running_group_keeps_the_options_of_its_type() {
    let running = Workers::new("group").startup().await.unwrap();
    let log = Log::default();
    let options = Options::new().on_error(OnError::Restart);
    let poll = running.add_with("poll", options, build(&log)).unwrap();
    sleep(Duration::from_millis(9_500)).await;
    assert_eq!((log.lines().len(), poll.status().beats), (10, 10));
    let _ = running.shutdown().await;
}

#[tokio::test(start_paused = true)]
async fn the_name_with_which_a_worker_is_added_overrides_the_name_of_its_type() {
    let mut workers = Workers::new("group");
    let slot = workers.add_with("given", Options::new(), build(&Log::default()));
    assert_eq!(slot.worker_name(), "given");
    let named = Options::new().name("option");
    let slot = workers.add_with("given", named, build(&Log::default()));
    assert_eq!(slot.worker_name(), "option");
    let slot = workers.add(build(&Log::default())());
    assert_eq!(slot.worker_name(), "own");
}
