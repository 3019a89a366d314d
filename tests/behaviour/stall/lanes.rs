//! A stall of one lane while the others work.

use std::sync::Arc;

use fluid::{Context, Error, Options, Status, Worker as _, consumer};
use tokio::time::{Instant, sleep};

use super::{STALL, handled, restarted, seen};
use crate::support::{Log, counts, group, ms, secs};

/// The lane, and the time in seconds, or `None` for a call that never ends.
#[derive(Clone, Copy, Debug)]
struct Job {
    lane: u64,
    takes: Option<u64>,
}

#[consumer(concurrency = 3, partition_by = |job| job.lane, stall = "10s")]
async fn work(job: Job, ctx: &Context, log: &Log) -> Result<(), Error> {
    log.note(format!("{} in run {}", job.lane, ctx.restarts()));
    match job.takes {
        Some(seconds) => sleep(secs(seconds)).await,
        None => std::future::pending().await,
    }
    Ok(())
}

fn job(lane: u64, takes: u64) -> Job {
    let takes = Some(takes);
    Job { lane, takes }
}

fn hangs(lane: u64) -> Job {
    Job { lane, takes: None }
}

/// Three keys, each in a lane of its own.
async fn lanes(options: Options) -> [u64; 3] {
    let mut found = Vec::new();
    for key in 0.. {
        let mut workers = group();
        let log = Arc::new(Log::default());
        let work = workers.add_with("work", options, move || Work {
            log: Arc::clone(&log),
        });
        let running = workers.startup().await.unwrap();
        for known in found.iter().chain([&key]) {
            work.send(job(*known, 5)).await.unwrap();
        }
        let began = Instant::now();
        handled(&work, found.len() as u64 + 1).await;
        let alone = began.elapsed() < secs(6);
        assert_eq!(running.shutdown().await.code(), 0);
        if alone {
            found.push(key);
        }
        if found.len() == 3 {
            break;
        }
    }
    found.try_into().unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_status_shows_the_longest_silence_of_all_lanes() {
    let [a, b, c] = lanes(Work::OPTIONS).await;
    let mut workers = group();
    let log = Arc::new(Log::default());
    let work = workers.add_with("work", Work::OPTIONS, move || Work {
        log: Arc::clone(&log),
    });
    let running = workers.startup().await.unwrap();
    work.send(job(a, 25)).await.unwrap();
    for _ in 0..10 {
        work.send(job(b, 9)).await.unwrap();
    }
    sleep(STALL - ms(1)).await;
    let signs = |status: &Status| (status.last_sign, status.stalled, status.stalls);
    assert_eq!(signs(&work.status()), (Some(STALL - ms(1)), false, 0));
    sleep(ms(1)).await;
    seen(&work, |status| status.stalls == 1).await;
    work.send(job(c, 9)).await.unwrap();
    sleep(secs(10)).await;
    let status = work.status();
    assert!(
        status.stalled && status.last_sign > Some(secs(20)),
        "{status}"
    );
    assert_eq!(status.stalls, 1);
    // The first call has returned. The second, which never stalled, is still running.
    handled(&work, 5).await;
    let status = work.status();
    assert!(
        !status.stalled && status.last_sign < Some(STALL),
        "{status}"
    );
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("work").unwrap().stalls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_stalls_restarts_all_lanes_and_the_others_finish_their_calls() {
    let options = Work::OPTIONS.on_stall(fluid::OnStall::Restart);
    let [a, b, c] = lanes(options).await;
    let log = Log::default();
    let mut workers = group();
    let made = Arc::new(log.clone());
    let work = workers.add_with("work", options, move || Work {
        log: Arc::clone(&made),
    });
    let running = workers.startup().await.unwrap();
    work.send(hangs(a)).await.unwrap();
    sleep(secs(5)).await;
    let began = Instant::now();
    // This call is nine seconds old when the first lane stalls.
    for work_of_b in [job(b, 9), job(b, 1)] {
        work.send(work_of_b).await.unwrap();
    }
    work.send(job(a, 1)).await.unwrap();
    restarted(&work, 1).await;
    // The second lane finished its call of nine seconds, and the backoff followed.
    assert!(began.elapsed() >= secs(9), "{:?}", began.elapsed());
    work.send(job(c, 1)).await.unwrap();
    handled(&work, 5).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "work"), [5, 4, 1, 0, 0]);
    assert_eq!(exit.worker("work").unwrap().stalls(), 1);
    let runs = |key: u64| {
        let of = format!("{key} in run ");
        let lines = log.lines().into_iter();
        lines
            .filter_map(|line| line.strip_prefix(&of).map(str::to_owned))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (runs(a), runs(b)),
        (
            vec!["0".to_owned(), "1".to_owned()],
            vec!["0".to_owned(), "1".to_owned()]
        )
    );
}
