use fluid::{Failed, consumer, worker, workers};

/// Reads new ticks from the exchange.
#[worker(heartbeat = "1s", jitter = "100ms", on_error = "skip")]
async fn poll_ticks(exchange: &Exchange) -> Result<Vec<Tick>, FetchError> {
    exchange.latest().await
}

/// Folds ticks into one-minute candles, in four lanes; the ticks of one symbol stay in their order.
#[consumer(concurrency = 4, partition_by = |tick| tick.symbol)]
async fn aggregate(tick: Tick, book: &mut Book) -> Option<Candle> {
    book.fold(tick)
}

/// Writes candles in batches, and retries failed calls.
#[consumer(batch = 500, linger = "50ms", retry = 3, backoff = "100ms..5s")]
async fn store(candles: Vec<Candle>, db: &Db) -> Result<(), DbError> {
    db.insert(&candles).await
}

/// Keeps candles that could not be written.
#[consumer]
async fn bury(failed: Failed<Candle>, db: &Db) -> Result<(), DbError> {
    db.bury(&failed.message, &failed.error).await
}

workers! {
    /// Ingests ticks and stores candles.
    #[workers(grace = "10s", restart = "one_for_one", max_restarts = 5, within = "30s")]
    pub struct Market(exchange: Exchange, db: Db) {
        poll: PollTicks { exchange },
        aggregate: Aggregate { book: Book::new() },
        pub store: Store { db },
        dead_letters: Bury { db },
    }

    poll => aggregate => store;
    store.failed => dead_letters;

    every("30s", jitter = "5s") => report(&db).await;
    on_shutdown => db.flush().await;
    after_shutdown(exit) => println!("{exit}");
}

fn main() -> fluid::Exit {
    Market::new(Exchange::new(), Db::open("market.db")).main()
}

// The code above is that of the README. The items below are those that it uses.

#[test]
fn the_code_of_the_readme_compiles() {
    let readme = include_str!("../../README.md");
    let code = readme
        .split("```rust\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next());
    let code = code.expect("a block of Rust");
    assert!(include_str!("readme.rs").starts_with(code), "{code}");
}

struct Exchange;

#[derive(Clone)]
struct Tick {
    symbol: u32,
}

#[derive(Clone)]
struct Candle;

struct Book {
    ticks: u64,
}

struct Db;

type FetchError = std::io::Error;
type DbError = std::io::Error;

impl Exchange {
    fn new() -> Self {
        Self
    }

    async fn latest(&self) -> Result<Vec<Tick>, FetchError> {
        Ok(Vec::new())
    }
}

impl Book {
    fn new() -> Self {
        Self { ticks: 0 }
    }

    fn fold(&mut self, tick: Tick) -> Option<Candle> {
        self.ticks += u64::from(tick.symbol);
        (self.ticks > 9).then_some(Candle)
    }
}

impl Db {
    fn open(_: &str) -> Self {
        Self
    }

    async fn insert(&self, _: &[Candle]) -> Result<(), DbError> {
        Ok(())
    }

    async fn bury(&self, _: &Candle, _: &fluid::Error) -> Result<(), DbError> {
        Ok(())
    }

    async fn flush(&self) -> Result<(), DbError> {
        Ok(())
    }
}

async fn report(_: &Db) {}
