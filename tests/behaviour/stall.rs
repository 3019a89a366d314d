//! Workers without a sign of life: they are detected, reported, cut off and restarted.

mod answer;
mod blocked;
mod kinds;
mod lanes;
mod stop;
mod waits;

use std::sync::Arc;
use std::time::Duration;

use fluid::{ConsumerHandle, Error, Options, Slot, State, Status, WorkerHandle, Workers, consumer};
use tokio::time::{sleep, timeout};

use crate::support::{Log, ms, secs};

/// The `stall` of the workers in these tests, unless a test sets another.
const STALL: Duration = secs(10);

/// How a [`Do`] handles a message.
#[derive(Clone, Debug, PartialEq)]
enum Job {
    /// Succeed after this time.
    Take(Duration),
    /// Fail after this time.
    FailIn(Duration),
    /// Never end.
    Hang,
    /// Hang until the third attempt.
    HangTwice,
    /// Take this time, with a sign of life each second.
    Beat(Duration),
}

const NOW: Job = Job::Take(Duration::ZERO);

/// Handles each job as it says, and emits it.
#[consumer]
async fn do_job(job: Job, ctx: &fluid::Context, log: &Log) -> Result<Job, Error> {
    log.note(format!("{job:?} in run {}", ctx.restarts()));
    match &job {
        Job::Take(time) => sleep(*time).await,
        Job::FailIn(time) => {
            sleep(*time).await;
            return Err("asked to fail".into());
        }
        Job::HangTwice if ctx.attempt() > 2 => {}
        Job::Hang | Job::HangTwice => std::future::pending().await,
        Job::Beat(time) => {
            for _ in 0..time.as_secs() {
                sleep(secs(1)).await;
                ctx.report_progress();
            }
        }
    }
    Ok(job)
}

/// The options of a worker whose stall restarts it.
const fn restarts() -> Options {
    reports().on_stall(fluid::OnStall::Restart)
}

/// The options of a worker whose stall is only reported. Its lost messages are expected.
const fn reports() -> Options {
    Options::new().stall(STALL).on_lost(fluid::OnLost::Ignore)
}

fn add(workers: &mut Workers, name: &'static str, options: Options, log: &Log) -> Slot<DoJob> {
    let log = Arc::new(log.clone());
    workers.add_with(name, options, move || DoJob {
        log: Arc::clone(&log),
    })
}

/// Waits until the status of a worker is `wanted`, and checks it each millisecond.
async fn seen(worker: &WorkerHandle, wanted: impl Fn(&Status) -> bool) -> Status {
    seen_each(ms(1), worker, wanted).await
}

async fn seen_each(
    pause: Duration,
    worker: &WorkerHandle,
    wanted: impl Fn(&Status) -> bool,
) -> Status {
    let waits = async {
        loop {
            let status = worker.status();
            if wanted(&status) {
                return status;
            }
            sleep(pause).await;
        }
    };
    let status = timeout(1_000_000 * pause, waits).await;
    status.unwrap_or_else(|_| panic!("{}", worker.status()))
}

/// Waits until a worker runs, and was restarted this often.
async fn restarted(worker: &WorkerHandle, restarts: u64) -> Status {
    let runs = |status: &Status| status.restarts == restarts && status.state == State::Running;
    seen(worker, runs).await
}

/// Waits until a consumer has handled this many messages, with or without success. Checks each tenth of a second.
async fn handled<M>(consumer: &ConsumerHandle<M>, messages: u64) -> Status {
    let handled = |status: &Status| {
        let counts = status.counts.unwrap();
        counts.done + counts.failed == messages
    };
    seen_each(ms(100), consumer, handled).await
}
