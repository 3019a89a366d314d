//! Tests of workers and groups on paused time, with the feature `test-util`.
//!
//! A test drives one worker or a whole group, in which workers can be replaced. It can send to any consumer, also
//! to one that is not `pub`. It can collect the messages of any port, let calls fail, and wait until nothing is
//! left to do. Such tests need no sleeps, have no races, and do not wait in real time.
//!
//! ```toml
//! [dev-dependencies]
//! fluid = { version = "0.1", features = ["test-util"] }
//! tokio = { version = "1", features = ["test-util"] }
//! ```
//!
//! Tests use `#[tokio::test(start_paused = true)]`: one thread, and a clock that stands still while any task can
//! run. It jumps to the next timer when no task can run.
//!
//! # A function
//!
//! A worker's function is an ordinary function, so its logic can be tested without a kit:
//!
//! ```
//! use fluid::consumer;
//!
//! #[derive(Clone, Debug, PartialEq)]
//! pub struct Tick { pub price: u64 }
//!
//! #[derive(Clone, Debug, PartialEq)]
//! pub struct Candle { pub low: u64, pub high: u64 }
//!
//! #[derive(Default)]
//! pub struct Book { prices: Vec<u64> }
//!
//! /// Makes a candle of every three ticks.
//! #[consumer]
//! pub async fn aggregate(tick: Tick, book: &mut Book) -> Option<Candle> {
//!     book.prices.push(tick.price);
//!     if book.prices.len() < 3 {
//!         return None;
//!     }
//!     let prices = std::mem::take(&mut book.prices);
//!     Some(Candle { low: *prices.iter().min()?, high: *prices.iter().max()? })
//! }
//!
//! // #[tokio::test]
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let mut book = Book::default();
//! assert_eq!(aggregate(Tick { price: 5 }, &mut book).await, None);
//! assert_eq!(aggregate(Tick { price: 4 }, &mut book).await, None);
//! let candle = aggregate(Tick { price: 6 }, &mut book).await;
//! assert_eq!(candle, Some(Candle { low: 4, high: 6 }));
//! # }
//! ```
//!
//! # A worker alone
//!
//! [`Kit::alone`] puts one worker into a group of its own. This tests also its queue, its options and its stop:
//!
//! ```
//! # use fluid::consumer;
//! use fluid::test::Kit;
//! # #[derive(Clone, Debug, PartialEq)]
//! # pub struct Tick { pub price: u64 }
//! # #[derive(Clone, Debug, PartialEq)]
//! # pub struct Candle { pub low: u64, pub high: u64 }
//! # #[derive(Default)]
//! # pub struct Book { prices: Vec<u64> }
//! # #[consumer]
//! # pub async fn aggregate(tick: Tick, book: &mut Book) -> Option<Candle> {
//! #     book.prices.push(tick.price);
//! #     if book.prices.len() < 3 {
//! #         return None;
//! #     }
//! #     let prices = std::mem::take(&mut book.prices);
//! #     Some(Candle { low: *prices.iter().min()?, high: *prices.iter().max()? })
//! # }
//!
//! // #[tokio::test(start_paused = true)]
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let (kit, group) = Kit::alone(Aggregate { book: Book::default() });
//! let candles = kit.collect::<Candle>("aggregate");
//! let running = group.startup().await.unwrap();
//!
//! for price in [5, 4, 6] {
//!     kit.send("aggregate", Tick { price }).await;
//! }
//! kit.idle().await;
//! assert_eq!(candles.take(), [Candle { low: 4, high: 6 }]);
//!
//! let exit = running.shutdown().await;
//! exit.assert_conserved();
//! exit.assert_done("aggregate", 3);
//! # }
//! ```
//!
//! # A group
//!
//! [`Kit::of`] takes the handle of a group that was made by `workers!` or with [`Workers`](crate::Workers). In this
//! example, the source emits the ticks of the test, a closure replaces the database, and its second call fails:
//!
//! ```
//! # use std::sync::Arc;
//! # use fluid::{consumer, worker, workers};
//! use fluid::test::Kit;
//! # #[derive(Clone, Debug, PartialEq)]
//! # pub struct Tick { pub price: u64 }
//! # #[derive(Clone, Debug, PartialEq)]
//! # pub struct Candle { pub low: u64, pub high: u64 }
//! # #[derive(Default)]
//! # pub struct Book { prices: Vec<u64> }
//! # #[consumer]
//! # pub async fn aggregate(tick: Tick, book: &mut Book) -> Option<Candle> {
//! #     book.prices.push(tick.price);
//! #     if book.prices.len() < 3 {
//! #         return None;
//! #     }
//! #     let prices = std::mem::take(&mut book.prices);
//! #     Some(Candle { low: *prices.iter().min()?, high: *prices.iter().max()? })
//! # }
//! # struct Exchange;
//! # impl Exchange { async fn latest(&self) -> Result<Vec<Tick>, std::io::Error> { unreachable!() } }
//! # struct Db;
//! # impl Db { async fn insert(&self, _: Candle) -> Result<(), std::io::Error> { unreachable!() } }
//!
//! #[worker(heartbeat = "1s")]
//! async fn poll_ticks(exchange: &Exchange) -> Result<Vec<Tick>, std::io::Error> {
//!     exchange.latest().await
//! }
//!
//! #[consumer(on_error = "skip")]
//! async fn store(candle: Candle, db: &Db) -> Result<(), std::io::Error> {
//!     db.insert(candle).await
//! }
//!
//! workers! {
//!     pub struct Market(exchange: Exchange, db: Db) {
//!         poll: PollTicks { exchange },
//!         aggregate: Aggregate { book: Book::default() },
//!         store: Store { db },
//!     }
//!
//!     poll => aggregate => store;
//! }
//!
//! // #[tokio::test(start_paused = true)]
//! # #[tokio::main(flavor = "current_thread", start_paused = true)]
//! # async fn main() {
//! let market = Market::new(Exchange, Db);
//! let kit = Kit::of(&market);
//! kit.feed("poll", (1..=6).map(|price| Tick { price }));
//! kit.stub("store", |candle: Candle| assert!(candle.low < candle.high));
//! kit.fail("store", 2, "the disk is full");
//! let candles = kit.collect::<Candle>("aggregate");
//!
//! let market = market.startup().await.unwrap();
//! kit.idle().await;
//! assert_eq!(candles.take().len(), 2);
//!
//! // `aggregate` is not `pub`; a test may send to it all the same.
//! for price in 7..=9 {
//!     kit.send("aggregate", Tick { price }).await;
//! }
//! kit.idle().await;
//! assert_eq!(candles.take(), [Candle { low: 7, high: 9 }]);
//!
//! let exit = market.shutdown().await;
//! exit.assert_conserved();
//! exit.assert_done("store", 2);
//! assert_eq!(exit.worker("store").unwrap().counts().unwrap().failed, 1);
//! # }
//! ```
//!
//! # Time
//!
//! [`advance`](Kit::advance) lets time pass. Every heartbeat, callback, timeout and backoff within that time
//! happens in order. [`idle`](Kit::idle) waits until nothing is left to do. Time that a call or the backoff before
//! a restart needs passes meanwhile. Neither of them moves the clock if nothing needs time.
//!
//! A `blocking` worker has a thread of its own, which takes real time. A paused clock stands still while that thread
//! has something to do, so that no timer runs ahead of it. A thread that runs for longer than five seconds is taken for
//! one that blocks for ever, and the clock goes on. A [stub](Kit::stub) has no thread.
//!
//! # Order
//!
//! On one thread, tasks run in the same order each time. That is one of many orders that are possible in
//! production. [`shuffled`] runs a test in other orders. A seed determines the order, so that a failure can be
//! reproduced.

mod clock;
mod emission;
mod exit;
mod fault;
mod hooks;
mod idle;
mod kit;
mod rest;
mod shuffle;
mod stub;
mod tap;
mod wiring;

/// Sets the wall time of the current thread, from which it moves with tokio's clock: for workers and callbacks with a cron
/// pattern, under `start_paused = true`. Without it the wall time begins at the time of the system.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use fluid::test::{Kit, set_wall_clock};
/// use fluid::worker;
///
/// #[worker(cron = "0 6 * * *")]
/// async fn report() -> String { "a new day".to_owned() }
///
/// # fn main() {
/// # tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(
/// async {
///     // Midnight, on the first of January 1970.
///     set_wall_clock(SystemTime::UNIX_EPOCH);
///     let (kit, group) = Kit::alone(Report);
///     let reports = kit.collect::<String>("report");
///     let running = group.startup().await?;
///     tokio::time::sleep(Duration::from_secs(6 * 60 * 60 + 1)).await;
///     assert_eq!(reports.take().len(), 1);
///     # assert!(running.shutdown().await.is_success());
///     # Ok::<(), fluid::Exit>(())
/// }
/// # ).unwrap();
/// # }
/// ```
#[cfg(feature = "cron")]
pub fn set_wall_clock(at: std::time::SystemTime) {
    crate::time::wall::set(at);
}

pub(crate) use clock::{Clock, on_clock, on_own_thread};
pub use emission::Emission;
pub(crate) use hooks::{InProgress, TestHooks, begin_call};
pub use kit::Kit;
pub(crate) use rest::rested;
pub use shuffle::shuffled;
pub(crate) use shuffle::{is_shuffled, perturb};
pub(crate) use stub::{BatchStubOf, StubOf, stub_of};
pub use tap::Collected;
pub(crate) use tap::Tap;
