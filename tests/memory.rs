//! A group in which workers come and go needs no more memory for the last of them than for the first.

use std::alloc::System;

use fluid::{Workers, consumer, worker};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of workers that come and go.
const WORKERS: u64 = 100_000;
/// How many of them run at the same time.
const AT_ONCE: u64 = 100;
/// The bytes by which the memory may grow for all workers together: for buffers that reach their size.
const ALLOWED: isize = 64 * 1024;

/// Ends when it has handled what was sent to it.
#[consumer(capacity = 4, on_exit = "forget")]
async fn job(_: u64) {}

#[worker]
async fn idle(ctx: &fluid::Context) {
    ctx.stopping().await;
}

#[tokio::test]
async fn a_hundred_thousand_forgotten_workers_leave_the_memory_flat() {
    let mut workers = Workers::new("group");
    workers.add(Idle);
    let group = workers.startup().await.expect("it starts");
    // The first tenth is for buffers that grow.
    come_and_go(&group, WORKERS / 10).await;
    // Each worker of the first tenth has left before the first measurement.
    gone(&group).await;
    let region = Region::new(ALLOCATOR);
    come_and_go(&group, WORKERS - WORKERS / 10).await;
    gone(&group).await;
    let change = region.change();
    let grown = change.bytes_allocated as isize - change.bytes_deallocated as isize;
    assert!(grown < ALLOWED, "{grown} bytes more");
    // A status does not name what has gone.
    assert_eq!((group.num_workers(), group.status().workers.len()), (1, 1));
    let exit = group.shutdown().await;
    let forgotten = exit.forgotten().expect("some are forgotten");
    assert_eq!(
        (forgotten.workers, forgotten.counts.done),
        (WORKERS, WORKERS)
    );
    assert!(forgotten.counts.conserved() && exit.is_success(), "{exit}");
}

/// Waits until the group has forgotten all workers but one. It may do so after their exits are known.
async fn gone(group: &fluid::GroupHandle) {
    while group.num_workers() > 1 {
        tokio::task::yield_now().await;
    }
}

/// Adds so many workers, and waits until each has ended.
async fn come_and_go(group: &fluid::GroupHandle, workers: u64) {
    for _ in 0..workers / AT_ONCE {
        let add = |number| {
            let job = group.add(Job).expect("it runs");
            job.try_send(number).expect("there is room");
            job.gracefully_stop();
            job
        };
        let jobs: Vec<_> = (0..AT_ONCE).map(add).collect();
        for job in jobs {
            let exit = job.wait_for_shutdown().await;
            assert!(exit.is_success(), "{exit}");
        }
    }
}
