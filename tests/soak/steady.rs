//! A group that runs all the time, with frequent restarts: fused edges, keyed lanes, retries, batches, a broadcast, and
//! a nested group whose budget is used up again and again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fluid::{Error, Exit, Failed, consumer, worker, workers};

use crate::faults::strike;
use crate::item::Item;

/// The number of items emitted at once.
const PORTION: u64 = 50;

/// Every n-th complaint fails, so that `ward` uses up its budget however slow the machine is.
const COMPLAINTS_PER_FAILURE: u64 = 5;

/// Every n-th item fails at each attempt.
const ITEMS_PER_HOPELESS: u64 = 1_000;

/// The counts of the functions themselves, to be compared with those of fluid.
#[derive(Debug, Default)]
pub struct Tally {
    /// Emitted items.
    emitted: AtomicU64,
    /// Items in successful batches.
    written: AtomicU64,
    /// Items that were given up, and reached the consumer of the port `failed`.
    buried: AtomicU64,
}

impl Tally {
    fn add(counter: &AtomicU64, count: usize) {
        counter.fetch_add(count as u64, Ordering::Relaxed);
    }
}

#[worker(heartbeat = "5ms")]
async fn emit(first: &mut u64, tally: &Tally) -> Result<Vec<Item>, Error> {
    strike(100).await?;
    *first += PORTION;
    let items: Vec<_> = (*first - PORTION..*first).map(Item::new).collect();
    Tally::add(&tally.emitted, items.len());
    Ok(items)
}

#[consumer(capacity = 256)]
async fn check(item: Item) -> Result<Option<Item>, Error> {
    strike(20_000).await?;
    Ok((item.number % 10 != 9).then_some(item))
}

#[consumer(on_error = "skip")]
async fn refine(mut item: Item) -> Result<Item, Error> {
    strike(5_000).await?;
    item.load[0] = 2;
    Ok(item)
}

#[consumer(
    concurrency = 4,
    partition_by = |item| item.number % 64,
    capacity = 128,
    timeout = "10ms",
    retry = 2,
    backoff = "1ms..5ms"
)]
async fn work(item: Item, handled: &mut u64) -> Result<Item, Error> {
    *handled += 1;
    if item.number.is_multiple_of(ITEMS_PER_HOPELESS) {
        return Err("hopeless".into());
    }
    strike(500).await?;
    Ok(item)
}

#[consumer(
    capacity = 128,
    batch = 20,
    linger = "5ms",
    retry = 1,
    backoff = "1ms..5ms"
)]
async fn write(items: Vec<Item>, tally: &Tally) -> Result<(), Error> {
    strike(10).await?;
    Tally::add(&tally.written, items.len());
    Ok(())
}

#[consumer(capacity = 8, overflow = "drop_oldest", on_error = "restart")]
async fn mirror(_: Item) -> Result<(), Error> {
    strike(2_000).await
}

#[consumer(capacity = 16)]
async fn bury(_: Failed<Item>, tally: &Tally) {
    Tally::add(&tally.buried, 1);
}

#[worker(heartbeat = "20ms")]
async fn complain(complaints: &mut u64) -> Result<u64, Error> {
    strike(20).await?;
    *complaints += 1;
    if complaints.is_multiple_of(COMPLAINTS_PER_FAILURE) {
        return Err("a complaint too many".into());
    }
    Ok(*complaints)
}

#[consumer(blocking)]
fn listen(_: u64) {}

workers! {
    /// Is restarted twice, and then its parent restarts it.
    #[workers(restart = "one_for_all", max_restarts = 2, within = "1m", backoff = "1ms..5ms")]
    struct Ward {
        complain: Complain { complaints: 0 },
        listen: Listen,
    }

    complain => listen;
}

workers! {
    #[workers(
        grace = "5s",
        restart = "rest_for_one",
        max_restarts = 1000000,
        within = "1s",
        backoff = "1ms..20ms",
    )]
    pub struct Steady(tally: Tally) {
        emit: Emit { tally, first: 0 },
        check: Check,
        refine: Refine,
        work: Work { handled: 0 },
        write: Write { tally },
        mirror: Mirror,
        bury: Bury { tally },
        ward: Ward = Ward::new(),
    }

    emit => check -> refine => (work, mirror);
    work => write;
    work.failed => bury;
}

impl Tally {
    /// Compares the counts of the functions with those of fluid at the end.
    pub fn compare(self: &Arc<Self>, exit: &Exit) -> Vec<String> {
        let worker = |name| exit.worker(name).expect("one of the group");
        let counts = |name| worker(name).counts().expect("a consumer");
        let (emit, work) = (worker("emit"), worker("work"));
        let counted = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        [
            (
                "emitted, and sent or unsent",
                counted(&self.emitted),
                emit.emitted() + emit.unsent(),
            ),
            (
                "sent, and accepted by `check`",
                emit.emitted(),
                counts("check").accepted,
            ),
            (
                "written, and done",
                counted(&self.written),
                counts("write").done,
            ),
            (
                "buried, and done",
                counted(&self.buried),
                counts("bury").done,
            ),
            (
                "failed in `work`, and accepted by `bury`",
                counts("work").failed,
                counts("bury").accepted,
            ),
            (
                "handled by `work`, and sent, unsent or dropped",
                counts("work").done + counts("work").failed,
                work.emitted() + work.unsent(),
            ),
        ]
        .into_iter()
        .filter(|(_, one, other)| one != other)
        .map(|(what, one, other)| format!("{what}: {one} and {other} are not the same"))
        .collect()
    }
}
