//! Workers that block their threads. Such a worker cannot be cut off: it is reported, and restarted when it returns. The
//! tests block real threads, and so use real time.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::{Context, Options, State, Status, WorkerHandle, consumer, worker};
use tokio::time::{sleep, timeout};

use crate::support::{Log, counts, group, ms, secs};

const STALL: Duration = ms(50);

/// Blocks a thread until the test releases it, or drops the other end.
#[derive(Clone)]
struct Gate(Arc<Mutex<Receiver<()>>>);

impl Gate {
    fn new() -> (Sender<()>, Self) {
        let (open, gate) = channel();
        (open, Self(Arc::new(Mutex::new(gate))))
    }

    fn pass(&self) {
        let _ = self.0.lock().unwrap().recv();
    }
}

/// Blocks its own thread, and fails.
#[consumer(blocking)]
fn block_and_fail(number: u64, gate: &Gate) -> Result<(), String> {
    gate.pass();
    Err(format!("no {number}"))
}

/// Blocks its own thread with each 1.
#[consumer(blocking)]
fn block(number: u64, ctx: &Context, gate: &Gate, log: &Log) {
    log.note(format!("{number} in run {}", ctx.restarts()));
    if number == 1 {
        gate.pass();
    }
}

/// Blocks one of the runtime's threads with each 1.
#[consumer]
async fn block_async(number: u64, ctx: &Context, gate: &Gate, log: &Log) {
    log.note(format!("{number} in run {}", ctx.restarts()));
    if number == 1 {
        gate.pass();
    }
}

/// Blocks its own thread until it is asked to end.
#[worker(blocking)]
fn spin(ctx: &Context, log: &Log) {
    log.note(format!("run {}", ctx.restarts()));
    while ctx.is_running() {
        std::thread::yield_now();
    }
}

async fn seen(worker: &WorkerHandle, wanted: impl Fn(&Status) -> bool) {
    let waits = async {
        while !wanted(&worker.status()) {
            sleep(ms(1)).await;
        }
    };
    assert!(
        timeout(secs(20), waits).await.is_ok(),
        "{}",
        worker.status()
    );
}

/// Waits until the status shows that the worker blocks its thread, and the group has answered the stall.
async fn reported(worker: &WorkerHandle) {
    seen(worker, |status| status.blocked && status.stalls == 1).await;
}

/// Runs a test with a consumer that blocks its own thread, or a thread of the runtime.
macro_rules! with_each {
    ($options:expr, |$running:ident, $block:ident, $open:ident, $log:ident| $test:block) => {{
        with_each!(@one Block, $options, $running, $block, $open, $log, $test);
        with_each!(@one BlockAsync, $options, $running, $block, $open, $log, $test);
    }};
    (@one $worker:ident, $options:expr, $running:ident, $block:ident, $open:ident, $log:ident, $test:block) => {{
        let ($open, gate) = Gate::new();
        let $log = Log::default();
        let (gate, log) = (Arc::new(gate), Arc::new($log.clone()));
        let mut workers = group().grace(ms(200));
        let options = $options(<$worker as fluid::Worker>::OPTIONS);
        let $block = workers.add_with("block", options, move || $worker {
            gate: Arc::clone(&gate),
            log: Arc::clone(&log),
        });
        let $running = workers.startup().await.unwrap();
        $test
    }};
}

fn reports(options: Options) -> Options {
    options.stall(STALL)
}

fn restarts(options: Options) -> Options {
    options.stall(STALL).on_stall(fluid::OnStall::Restart)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_that_blocks_its_thread_is_reported_and_continues_when_it_returns() {
    with_each!(reports, |running, block, open, log| {
        block.send(1).await.unwrap();
        reported(&block).await;
        let status = block.status();
        assert!(
            status.stalled && status.last_sign >= Some(STALL),
            "{status}"
        );
        assert!(
            status.to_string().contains("STALLED: it blocks its thread"),
            "{status}"
        );
        assert_eq!((status.stalls, status.state), (1, State::Running));
        open.send(()).unwrap();
        seen(&block, |status| !status.stalled && !status.blocked).await;
        block.send(2).await.unwrap();
        seen(&block, |status| status.counts.unwrap().done == 2).await;
        let exit = running.shutdown().await;
        assert_eq!(
            (exit.worker("block").unwrap().restarts(), exit.code()),
            (0, 0)
        );
        assert_eq!(log.lines(), ["1 in run 0", "2 in run 0"]);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_that_blocks_its_thread_is_restarted_when_it_returns_and_its_message_is_done() {
    with_each!(restarts, |running, block, open, log| {
        for number in [1, 2, 3] {
            block.send(number).await.unwrap();
        }
        reported(&block).await;
        assert_eq!(
            (block.status().restarts, block.state()),
            (0, State::Running)
        );
        open.send(()).unwrap();
        seen(&block, |status| status.restarts == 1).await;
        seen(&block, |status| status.counts.unwrap().done == 3).await;
        let error = block.status().last_error.unwrap();
        assert_eq!(error, "`block` stalled: it gave no sign of life for 50ms");
        let exit = running.shutdown().await;
        assert_eq!(counts(&exit, "block"), [3, 3, 0, 0, 0]);
        assert_eq!(exit.worker("block").unwrap().stalls(), 1);
        assert_eq!(log.lines(), ["1 in run 0", "2 in run 1", "3 in run 1"]);
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_that_still_blocks_its_thread_at_the_end_is_stuck() {
    for options in [reports, restarts] {
        with_each!(options, |running, block, open, _log| {
            block.send(1).await.unwrap();
            reported(&block).await;
            let exit = running.shutdown().await;
            let block = exit.worker("block").unwrap();
            assert!(block.is_stuck() && block.is_forced(), "{exit}");
            assert_eq!((block.stalls(), block.restarts()), (1, 0), "{exit}");
            assert_eq!(counts(&exit, "block"), [1, 0, 0, 0, 1]);
            drop(open);
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_without_heartbeat_that_blocks_its_thread_is_asked_to_end_and_restarted() {
    let log = Log::default();
    let mut workers = group();
    let noted = Arc::new(log.clone());
    let options = restarts(<Spin as fluid::Worker>::OPTIONS);
    let spin = workers.add_with("spin", options, move || Spin {
        log: Arc::clone(&noted),
    });
    let running = workers.startup().await.unwrap();
    seen(&spin, |status| status.restarts == 2).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert!(exit.worker("spin").unwrap().stalls() >= 2, "{exit}");
    assert_eq!(log.lines()[..3], ["run 0", "run 1", "run 2"]);
}

/// Written by hand: blocks its thread in a message, and then reads its queue again.
struct ByHand(Gate, Log);

impl fluid::Worker for ByHand {
    type Message = u64;
    type Output = fluid::by_hand::Nothing;
    type Ports = ();

    async fn run(
        &mut self,
        ctx: &Context,
        io: &mut fluid::by_hand::Io<Self>,
    ) -> Result<(), fluid::Error> {
        while let Some(number) = io.queue.next().await {
            self.1.note(format!("{number} in run {}", ctx.restarts()));
            if number == 1 || number == LAST {
                self.0.pass();
            }
            if number == LAST {
                return Ok(());
            }
        }
        Ok(())
    }
}

/// The message after which the worker written by hand blocks its thread and returns.
const LAST: u64 = 9;

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_written_by_hand_is_restarted_between_two_messages() {
    let (open, gate) = Gate::new();
    let log = Log::default();
    let mut workers = group();
    let noted = log.clone();
    let options = restarts(Options::new());
    let hand = workers.add_with("hand", options, move || ByHand(gate.clone(), noted.clone()));
    let running = workers.startup().await.unwrap();
    for number in [1, 2, 3] {
        hand.send(number).await.unwrap();
    }
    reported(&hand).await;
    open.send(()).unwrap();
    seen(&hand, |status| status.restarts == 1).await;
    seen(&hand, |status| status.counts.unwrap().done == 3).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "hand"), [3, 3, 0, 0, 0]);
    assert_eq!(log.lines(), ["1 in run 0", "2 in run 1", "3 in run 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn a_worker_written_by_hand_that_returns_after_it_blocked_its_thread_is_restarted() {
    let (open, gate) = Gate::new();
    let log = Log::default();
    let mut workers = group();
    let noted = log.clone();
    let options = restarts(Options::new());
    let hand = workers.add_with("hand", options, move || ByHand(gate.clone(), noted.clone()));
    let running = workers.startup().await.unwrap();
    for number in [LAST, 2] {
        hand.send(number).await.unwrap();
    }
    reported(&hand).await;
    open.send(()).unwrap();
    seen(&hand, |status| status.counts.unwrap().done == 2).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "hand"), [2, 2, 0, 0, 0]);
    assert_eq!(log.lines(), ["9 in run 0", "2 in run 1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn an_error_returned_after_a_stall_is_the_source_of_the_stall_error() {
    let (open, gate) = Gate::new();
    let gate = Arc::new(gate);
    let mut workers = group();
    let options = restarts(<BlockAndFail as fluid::Worker>::OPTIONS).on_error(fluid::OnError::Skip);
    let block = workers.add_with("block", options, move || BlockAndFail {
        gate: Arc::clone(&gate),
    });
    let running = workers.startup().await.unwrap();
    block.send(7).await.unwrap();
    reported(&block).await;
    open.send(()).unwrap();
    seen(&block, |status| status.restarts == 1).await;
    let error = block.status().last_error.unwrap();
    assert_eq!(
        error,
        "`block` stalled: it gave no sign of life for 50ms: no 7"
    );
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "block"), [1, 0, 1, 0, 0]);
}
