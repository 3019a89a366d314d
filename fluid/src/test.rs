//! Testing workers and groups, on paused time: the feature `test-util`.
//!
//! A test drives one worker or a whole group, as it is or with some of its workers replaced. It sends to any
//! consumer, also one that is not `pub`, collects what leaves any port, lets calls fail, and waits until
//! nothing is left to do: with no sleep, no race and no waiting in real time.
//!
//! ```toml
//! [dev-dependencies]
//! fluid = { version = "0.1", features = ["test-util"] }
//! tokio = { version = "1", features = ["test-util"] }
//! ```
//!
//! Tests are of the form `#[tokio::test(start_paused = true)]`: on one thread, with a clock that stands still
//! while anything can run, and jumps to the next timer when nothing can.
//!
//! # A function
//!
//! A worker's function is a function, so its logic is tested without any of this:
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
//! [`Kit::alone`] puts it in a group of one. So what a queue, a policy or a stop do to it is tested, too:
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
//! [`Kit::of`] takes the handle of a group that was made by `workers!` or with [`Workers`](crate::Workers). Here
//! the exchange is replaced by ticks that the test wrote, the database by a closure, and the database's second
//! call fails:
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
//! [`advance`](Kit::advance) lets time pass: every heartbeat, callback, timeout and backoff on the way comes in its
//! turn. [`idle`](Kit::idle) waits until nothing is left to do; what a call takes, and the backoff before a
//! restart, pass meanwhile. Both leave the clock where it is if nothing needs time.
//!
//! A `blocking` worker has a thread of its own, which takes real time; meanwhile the paused clock runs ahead of
//! it. A [stub](Kit::stub) of it has no thread.
//!
//! # Order
//!
//! On one thread, tasks run in the same order each time, which is one of many orders that may be seen in production.
//! [`shuffled`] runs a test in many others. One number decides which, so what failed can be run again.

mod emission;
mod exit;
mod fault;
mod hooks;
mod idle;
mod kit;
mod rest;
mod rig;
mod shuffle;
mod stub;
mod tap;

pub use emission::Emission;
pub(crate) use hooks::{Hooks, UnderWay, enter};
pub use kit::Kit;
pub(crate) use rest::rested;
pub use shuffle::shuffled;
pub(crate) use shuffle::{is_shuffled, perturb};
pub(crate) use stub::{StubOf, stub_of};
pub use tap::Collected;
pub(crate) use tap::Tap;
