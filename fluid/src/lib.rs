//! Supervised workers, and graphs of them that the compiler checks, from plain async functions.
//!
//! A service is full of long-running loops: pollers, queue consumers, pipelines, flushers, timers.
//! Written by hand, each of them is a spawn, a channel, a cancellation token, a `select!`, a restart
//! loop and some counters; and the bugs are always the same: a queue dropped at shutdown, a panic that
//! nobody sees, a stage wired to nothing, a stop that never ends.
//!
//! With fluid you annotate functions, and declare once how they are wired:
//!
//! ```
//! use fluid::{consumer, worker, workers};
//!
//! /// Reads what is new.
//! #[worker(heartbeat = "1s", jitter = "100ms")]
//! async fn poll(source: &Source) -> Result<Vec<Reading>, std::io::Error> {
//!     source.latest().await
//! }
//!
//! /// Keeps a mean for each sensor.
//! #[consumer]
//! async fn smooth(reading: Reading, means: &mut Means) -> Option<Reading> {
//!     means.fold(reading)
//! }
//!
//! /// Writes what is left.
//! #[consumer(timeout = "5s")]
//! async fn store(reading: Reading, db: &Db) -> Result<(), std::io::Error> {
//!     db.insert(reading).await
//! }
//!
//! workers! {
//!     #[workers(grace = "10s")]
//!     pub struct Sensors(source: Source, db: Db) {
//!         poll: Poll { source },
//!         smooth: Smooth { means: Means::default() },
//!         pub store: Store { db },
//!     }
//!
//!     poll => smooth => store;
//!
//!     every("30s") => println!("{} stored", db.len());
//!     on_shutdown => db.flush().await;
//! }
//!
//! # fn not_run() -> fluid::Exit {
//! // In `fn main() -> fluid::Exit`:
//! Sensors::new(Source, Db).main()
//! # }
//! # struct Source;
//! # #[derive(Clone)] struct Reading;
//! # #[derive(Default)] struct Means;
//! # struct Db;
//! # impl Source { async fn latest(&self) -> Result<Vec<Reading>, std::io::Error> { Ok(vec![]) } }
//! # impl Means { fn fold(&mut self, reading: Reading) -> Option<Reading> { Some(reading) } }
//! # impl Db {
//! #     async fn insert(&self, _: Reading) -> Result<(), std::io::Error> { Ok(()) }
//! #     async fn flush(&self) {}
//! #     fn len(&self) -> usize { 0 }
//! # }
//! # fn main() {}
//! ```
//!
//! From that one graph follow:
//!
//! - **compile errors for wrong wiring**, at your own token, with the remedy: types that disagree, a
//!   consumer that nothing feeds, an output that goes nowhere, a name that does not exist;
//! - **the order of startup and shutdown**: sinks start first, sources stop first, and each consumer
//!   ends when all that feeds it has ended and its queue is empty;
//! - **nothing lost in silence**: every message a consumer accepted is counted as done, failed, dropped
//!   or undelivered; a refused send gives the message back, and what a worker could not hand on is counted
//!   as unsent;
//! - **an end, in time**: a stop takes no longer than its grace period and a second, whatever blocks,
//!   and the [`Exit`] names what was stuck;
//! - **a status** of the whole tree, and `tracing` spans and events.
//!
//! # A tour
//!
//! - [`worker`] and [`consumer`] turn functions into workers; [`workers!`] builds a group of them.
//! - [`Worker`] is the trait beneath. Implement it by hand where a function is not enough: a worker
//!   written by hand takes part in groups like any other, reading and writing its [`Io`].
//! - [`Workers`] is a group built at run time, and [`GroupHandle`] a running one, to and from which
//!   workers are added and removed. [`Callback`]s run beside the workers.
//! - [`WorkerHandle`] shows one worker's [`State`] and [`Status`], and stops it. [`ConsumerHandle`] sends
//!   to it too, and [`ask`](ConsumerHandle::ask)s it for a [`Reply`]. [`MessageProducer`] is whatever
//!   can be sent to.
//! - [`Dispatcher`] hands messages to handlers by their type, registered at run time.
//! - [`Exit`] is the report of an end, and the exit code of a process.
//!
//! # The life of a worker
//!
//! ```text
//!           startup()             gracefully_stop(), or the work is done
//!   Init ─────────────▶ Running ─────────────────────▶ Stopping ─────▶ Stopped
//!                        ▲   │ a failure                    │ grace is over
//!                        │   ▼ (a restart answers it)       └────────▶ ForceStopped
//!                      Restarting
//! ```
//!
//! [`startup`](Workers::startup) takes the group, so that nothing starts twice.
//! [`gracefully_stop`](GroupHandle::gracefully_stop) only asks;
//! [`shutdown`](GroupHandle::shutdown) asks, waits for the grace period, then forces, and returns the
//! exit; [`wait_for_shutdown`](GroupHandle::wait_for_shutdown) only waits.
//! [`scope`](Workers::scope) shuts down whatever a block did. [`run`](Workers::run) listens to SIGINT and
//! SIGTERM as well, and [`main`](Workers::main) builds the runtime too: a process that ends by it has
//! drained, and its exit code is 0 (normal), 1 (forced) or 2 (failed, or messages were
//! [lost](Options::on_lost)).
//!
//! What answers a failure is the worker's own [`on_error`](Options::on_error), or else the strategy of its group:
//! a [`Restart`] of the worker, of all of them, or of those downstream, within a budget. What a group cannot
//! answer, the group above it may. A call that hangs is no failure by itself: with a
//! [`stall`](Options::stall) it is seen, and becomes one if [`on_stall`](Options::on_stall) says so.
//!
//! The grace period is the group's `grace`; if it sets none, the environment variable
//! `FLUID_STOPPING_GRACE_PERIOD`, in seconds; or else 10 seconds.
//!
//! # Logging
//!
//! Each worker's task is in a `tracing` span `worker` with the field `name`, each callback's in a span
//! `callback`. The start and the stop of a group are events at level `info`; changes of state and
//! dropped messages at `debug`; failures that a policy answered, stalls, undelivered and unsent messages and forced
//! stops at `warn`; failures that end a worker, lost messages, and stuck workers, at `error`. Of a message that goes well
//! nothing is logged.
//!
//! # Panics
//!
//! A panic in a worker, a callback or a handler is caught, and counts as a failure. To know where it
//! happened, the first group that starts installs a panic hook, which hands every panic on to the hook
//! that was there before. With `panic = "abort"` nothing can be caught.
//!
//! # Under another name
//!
//! What the macros make names this crate `::fluid`. A crate that calls it something else in its `Cargo.toml`
//! (`flow = { package = "fluid", … }`) says so in one line at its root:
//!
//! ```text
//! extern crate flow as fluid;
//! ```
//!
//! # Features
//!
//! - `rate`: limits of how often consumers are called, [`Options::rate`].
//! - `serde`: [`Status`], [`Exit`], [`Counts`] and [`State`] are `Serialize`.
//! - `test-util`: the module `test`, with which workers and groups are tested on paused time. For
//!   `[dev-dependencies]` only.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod error;
mod fused;
mod graph;
mod group;
mod lifecycle;
mod macros;
mod node;
mod options;
mod queue;
mod report;
#[doc(hidden)]
pub mod rule;
mod state;
mod supervisor;
mod sync;
#[cfg(feature = "test-util")]
pub mod test;
mod time;
mod worker;

pub use error::{AddError, Error, Nothing, Panicked, Stalled, TimedOut};
pub use graph::{
    EdgeKind, Form, Graph, GraphCallback, GraphEdge, GraphResource, GraphWorker, Place,
};
pub use group::callback::{Callback, Outcome};
pub use group::dispatcher::{DispatchError, Dispatcher};
pub use group::handle::GroupHandle;
pub use group::slot::{Member, Slot};
pub use group::worker_handle::{ConsumerHandle, WorkerHandle};
pub use group::workers::Workers;
pub use macros::{consumer, worker, workers};
pub use node::Kind;
pub use node::context::Context;
pub use options::restart::Restart;
pub use options::{OnError, OnExit, OnLost, OnStall, Options, Overflow, Pace};
pub use queue::{AskError, MessageProducer, Output, Queue, Reply, SendError, Sender, TrySendError};
pub use report::exit::{Cause, Exit, Forced};
pub use report::ledger::Counts;
pub use report::status::Status;
pub use state::State;
pub use worker::attempt::Failed;
pub use worker::downstream::{Downstream, PortOutput};
pub use worker::function::{Call, Function};
pub use worker::stage::{Calls, EachBatch, EachBeat, EachMessage, Stage};
pub use worker::{Io, Port, Ports, Worker};
