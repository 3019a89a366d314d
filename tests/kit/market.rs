//! A small market, the subject of most tests of the kit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use fluid::{Output, consumer, worker, workers};

/// Is `Clone`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tick(pub(crate) u64);

/// Is not `Clone`.
#[derive(Debug, PartialEq)]
pub(crate) struct Candle(pub(crate) u64);

/// Counts stored candles. A test that stubs it must see a count of zero.
#[derive(Default)]
pub(crate) struct Db {
    pub(crate) stored: AtomicU64,
}

#[worker(heartbeat = "1s")]
pub(crate) async fn poll(next: &mut u64) -> Tick {
    *next += 1;
    Tick(*next)
}

/// Makes a candle of every second tick, and rejects a tick of zero.
#[consumer]
pub(crate) async fn aggregate(
    tick: Tick,
    sum: &mut Vec<u64>,
    rejected: &Output<Tick>,
) -> Option<Candle> {
    if tick.0 == 0 {
        let _ = rejected.send(tick).await;
        return None;
    }
    sum.push(tick.0);
    (sum.len() == 2).then(|| Candle(sum.drain(..).sum()))
}

#[consumer(on_error = "skip", timeout = "10s")]
pub(crate) async fn store(candle: Candle, db: &Db) -> Result<(), std::io::Error> {
    db.stored.fetch_add(candle.0, Ordering::Relaxed);
    Ok(())
}

workers! {
    pub(crate) struct Market(db: Db) {
        poll: Poll { next: 0 },
        aggregate: Aggregate { sum: Vec::new() },
        store: Store { db },
    }

    poll => aggregate => store;
    aggregate.rejected => _;
}

workers! {
    pub(crate) struct City(db: Db) {
        market: Market = Market::new(db),
    }
}

pub(crate) const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
