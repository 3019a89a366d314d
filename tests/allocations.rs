//! A message on its way through a graph allocates nothing.

use std::alloc::System;

use fluid::{consumer, worker, workers};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::sync::oneshot;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The number of messages sent first, so that queues and buffers reach their size.
const WARM_UP: u64 = 100_000;
/// The number of messages that are measured.
const MEASURED: u64 = 1_000_000;
/// The number of allocations allowed for all measured messages together: for wake-ups and timers of tokio, and none for
/// each message.
const ALLOWED: usize = 100;

/// Emits numbers.
#[worker]
async fn count(ctx: &fluid::Context, out: &fluid::Output<u64>) {
    for number in 1..=WARM_UP + MEASURED {
        if out.send(number).await.is_err() {
            return;
        }
    }
    ctx.stopping().await;
}

#[consumer]
async fn double(number: u64) -> Option<u64> {
    Some(2 * number)
}

#[consumer]
async fn add(number: u64, state: &mut Sum) {
    state.total += number;
    state.seen += 1;
    match state.seen {
        WARM_UP => state.region = Some(Region::new(ALLOCATOR)),
        seen if seen == WARM_UP + MEASURED => {
            let region = state.region.take().expect("warmed up");
            let stats = region.change();
            if let Some(done) = state.done.take() {
                let _ = done.send((state.total, stats.allocations + stats.reallocations));
            }
        }
        _ => {}
    }
}

/// The count of the last stage.
struct Sum {
    total: u64,
    seen: u64,
    region: Option<Region<'static, System>>,
    done: Option<oneshot::Sender<(u64, usize)>>,
}

type Done = std::sync::Mutex<Option<oneshot::Sender<(u64, usize)>>>;

fn state(done: &Done) -> Sum {
    let done = done.lock().expect("no panic under this lock").take();
    Sum {
        total: 0,
        seen: 0,
        region: None,
        done,
    }
}

workers! {
    struct Pipeline(done: Done) {
        count: Count,
        double: Double,
        sum: Add { state: state(&done) },
    }

    count.out => double => sum;
}

#[consumer]
async fn pass(number: u64) -> u64 {
    number
}

workers! {
    struct Chain(done: Done) {
        count: Count,
        entry: Pass,
        double: Double,
        sum: Add { state: state(&done) },
    }

    count.out => entry;
    entry -> double -> sum with |number| number;
}

workers! {
    struct Adapted(done: Done) {
        count: Count,
        double: Double,
        /// With so much capacity that no sender waits.
        #[consumer(capacity = "unbounded")]
        sum: Add { state: state(&done) },
    }

    count.out => double;
    double => sum with |number| (number > 0).then_some(number);
}

workers! {
    /// With a stall, so that its signs of life are monitored.
    struct Watched(done: Done) {
        #[worker(stall = "30s")]
        count: Count,
        #[consumer(stall = "30s", on_stall = "restart")]
        entry: Pass,
        #[consumer(stall = "30s", on_stall = "restart")]
        double: Double,
        #[consumer(stall = "30s")]
        sum: Add { state: state(&done) },
    }

    count.out => entry;
    entry -> double;
    double => sum;
}

/// Runs the group on a runtime with this many threads, and counts its allocations.
macro_rules! check {
    ($group:ident, $threads:expr) => {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads($threads)
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let (sender, done) = oneshot::channel();
            let running = $group::new(Done::new(Some(sender)))
                .startup()
                .await
                .expect("started");
            let (total, allocations) = done.await.expect("an answer");
            let last = WARM_UP + MEASURED;
            assert_eq!(total, last * (last + 1));
            assert!(
                allocations <= ALLOWED,
                "{allocations} allocations for {MEASURED} messages in {}",
                stringify!($group)
            );
            assert!(running.shutdown().await.is_success());
        });
    };
}

// One test, since the allocator counts for the whole process.
#[test]
fn a_million_messages_pass_queued_fused_adapted_and_watched_edges_without_an_allocation_for_each() {
    for threads in [1, 2] {
        check!(Pipeline, threads);
        check!(Chain, threads);
        check!(Adapted, threads);
        check!(Watched, threads);
    }
}
