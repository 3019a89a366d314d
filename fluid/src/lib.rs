//! Turns plain async functions into supervised workers, and checks the graph between them at compile time.
//!
//! A service has many long-running loops: pollers, queue consumers, pipelines, flushers, timers.
//! Written by hand, each of them is a spawn, a channel, a cancellation token, a `select!`, a restart
//! loop and some counters. The bugs repeat: a queue dropped at shutdown, a panic that stays unnoticed,
//! a stage without an output, a stop that never ends.
//!
//! With fluid you annotate functions, and declare once how they are connected:
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
//! fluid derives the following from that graph:
//!
//! - **Compile errors for wrong connections**, at your own token, with the remedy. Examples are types
//!   that disagree, a consumer that nothing feeds, an output that goes nowhere, and an unknown name.
//! - **The order of startup and shutdown.** Sinks start first, and sources stop first. Each consumer ends
//!   when all workers that feed it have ended and its queue is empty.
//! - **A count of every message.** Each message that a consumer accepted counts as done, failed, dropped
//!   or undelivered. A refused send gives the message back. A message that a worker emitted and no
//!   consumer accepted counts as unsent.
//! - **An end in time.** A stop takes no longer than its grace period and a second, even if a worker
//!   blocks its thread. The [`Exit`] names the workers that were stuck.
//! - **A status** of the whole tree, and `tracing` spans and events.
//!
//! # A tour
//!
//! - [`worker`] and [`consumer`] turn functions into workers; [`workers!`] builds a group of them.
//! - [`Worker`] is the trait below these macros. Implement it by hand if a function is not enough. A worker
//!   written by hand takes part in groups like any other; it reads and writes its [`Io`](by_hand::Io).
//! - [`Workers`] builds a group at run time. [`GroupHandle`] is the handle of a running group; it adds and
//!   removes workers. [`Callback`]s run beside the workers.
//! - [`WorkerHandle`] shows the [`State`] and the [`Status`] of one worker, and stops it.
//!   [`ConsumerHandle`] also sends messages to it, and [`ask`](ConsumerHandle::ask)s it for a [`Reply`].
//!   [`MessageProducer`] is implemented by everything that sends to a consumer.
//! - [`Ingress`] is the input of a group for a server: it admits the requests in flight after a stop has begun.
//! - [`Dispatcher`] passes messages to handlers by the type of the message. Handlers are registered at run time.
//! - [`Exit`] is the report of an end, and the exit code of a process.
//! - [`prelude`] has the names that most programs use. The module [`by_hand`] has those that only workers
//!   written by hand need, [`edge`] those of edges drawn by hand, [`error`] the causes of failures, and
//!   [`graph`] the graph of a group as data.
//!
//! # The states of a worker
//!
//! ```text
//!           startup()             gracefully_stop(), or the work is done
//!   Init ─────────────▶ Running ─────────────────────▶ Stopping ─────▶ Stopped
//!                        ▲   │ a failure                    │ grace is over
//!                        │   ▼ (a restart answers it)       └────────▶ ForceStopped
//!                      Restarting
//! ```
//!
//! [`startup`](Workers::startup) takes the group by value, so that nothing starts twice.
//! [`gracefully_stop`](GroupHandle::gracefully_stop) only asks for a stop.
//! [`shutdown`](GroupHandle::shutdown) asks, waits for the grace period, then forces the stop, and returns
//! the exit. [`wait_for_shutdown`](GroupHandle::wait_for_shutdown) only waits.
//! [`scope`](Workers::scope) runs a block and shuts the group down afterwards, also if the block panics.
//! [`run`](Workers::run) listens to SIGINT and SIGTERM. [`main`](Workers::main) builds the runtime
//! too. The process then ends when its queues have drained or the stop was forced. Its exit code is
//! 0 (normal), 1 (forced) or 2 (failed, or messages were [lost](Options::on_lost)).
//!
//! A failed call is handled by the worker's own [`on_error`](Options::on_error). Without that option, the
//! strategy of its group decides: a [`Restart`] of the worker, of all workers, or of those downstream,
//! within a budget. A failure that a group does not answer is passed to the group above it. A call that
//! hangs is no failure by itself. [`stall`](Options::stall) reports such a call, and
//! [`on_stall`](Options::on_stall) can make it a failure.
//!
//! The grace period is the option `grace` of the group, or 10 seconds. A nested group without the option
//! has the time that the group above leaves it. The environment variable `FLUID_STOPPING_GRACE_PERIOD`, in
//! seconds, overrides the grace period of the outermost group.
//!
//! # What a crash loses
//!
//! A message that a consumer has accepted is in the memory of the process. The counts in the [`Exit`] hold for every end
//! that the process carries out itself. After `kill -9`, an abort, an out-of-memory kill or a power cut, the messages
//! that were queued or in hand are lost, and nothing counts them. If that matters, keep each message where it came from
//! until it is done:
//!
//! - Acknowledge to a broker in the last consumer, not in the source. Let the message carry its receipt, and send the
//!   receipt on to the worker that owns the connection.
//! - Answer a client after the work, not before it: [`ask`](Sender::ask) resolves when the consumer has replied.
//! - Write the message to a table in the transaction that creates it. A source reads the table, and the last consumer
//!   marks the row as done. After a crash the source reads the row again, so the work must be idempotent.
//!
//! A smaller [`capacity`](Options::capacity) bounds what a crash can lose.
//!
//! # Logging
//!
//! The task of each worker has a `tracing` span `worker` with the field `name`. Each lane of a consumer with
//! several has its own, with the field `lane`. A callback has a span `callback` with the field `name`. A name in
//! spans, events and error texts is a path: `keys/refresh` is the worker `refresh` of the nested group `keys`.
//! The levels of the events are:
//!
//! - `info`: the start and the stop of a group, and each second what a stop waits for;
//! - `debug`: changes of state, and dropped messages;
//! - `warn`: failures that a policy answered, stalls, undelivered and unsent messages, forced stops;
//! - `error`: failures that end a worker, lost messages, and stuck workers.
//!
//! A message that is handled without a failure logs nothing.
//!
//! # Panics
//!
//! A panic in a worker, a callback or a handler is caught, and counts as a failure. The first group that
//! starts installs a panic hook, which records where a panic happened. It passes every panic on to the
//! previous hook. With `panic = "abort"` no panic can be caught.
//!
//! Messages, workers, closures and errors that fluid drops are dropped one at a time, and a panic of their `drop` is
//! caught and logged. So several of them do not abort the process. Within one value of yours, such as a `Vec` or the
//! future of a function, a second panic still does.
//!
//! # Under another name
//!
//! The output of the macros names this crate `::fluid`. A crate that calls it something else in its
//! `Cargo.toml` (`flow = { package = "fluid", … }`) declares that in one line at its root:
//!
//! ```text
//! extern crate flow as fluid;
//! ```
//!
//! # Features
//!
//! - `cron`: workers and callbacks at the times of a cron pattern, see [`worker`](macro@worker#times-of-the-day).
//! - `process`, on by default: [`Workers::run`] and [`Workers::main`], which run a group as a whole process, and
//!   [`Callback::on_signal`]. They need tokio's signals and its multi-threaded runtime. Without it, start groups with [`Workers::startup`] or
//!   [`Workers::scope`] on a runtime of your own.
//! - `serde`: [`Status`], [`Exit`], [`Counts`] and [`State`] implement `Serialize`.
//! - `svg`: [`Graph::svg`](graph::Graph::svg), a picture of a group's graph. Its Mermaid, DOT and text forms need no feature.
//! - `test-util`: the module `test`, which tests workers and groups on paused time. Enable it in
//!   `[dev-dependencies]` only.

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod catch;
pub mod error;
mod fused;
pub mod graph;
mod group;
mod lifecycle;
mod macros;
mod node;
mod options;
mod outcome;
mod queue;
mod report;
mod rules;
mod state;
mod supervisor;
mod sync;
#[cfg(feature = "test-util")]
pub mod test;
mod time;
mod worker;

/// The bounds that the macros check. A compile error may name the bound that a type does not meet.
pub mod rule {
    pub use crate::group::rule::*;
    pub use crate::rules::*;
}

pub use error::Error;
pub use group::callback::Callback;
pub use group::dispatcher::{DispatchError, Dispatcher};
pub use group::extension::Extension;
pub use group::handle::GroupHandle;
pub use group::ingress::Ingress;
pub use group::on_signal::UnixSignal;
pub use group::slot::Slot;
pub use group::standalone::WorkerExt;
pub use group::worker_handle::{ConsumerHandle, WorkerHandle};
pub use group::workers::Workers;
pub use macros::{consumer, worker, workers};
pub use node::context::Context;
pub use options::restart::Restart;
pub use options::{
    Missed, OnError, OnExit, OnLost, OnStall, Options, Overflow, Pace, RetryIn, StopOrder,
};
pub use queue::{AskError, MessageProducer, Output, Reply, SendError, Sender, TrySendError};
pub use report::cause::{Cause, Forced};
pub use report::exit::Exit;
pub use report::forgotten::Forgotten;
pub use report::ledger::Counts;
pub use report::losses::Losses;
pub use report::status::Status;
pub use state::{Kind, State};
pub use worker::Worker;
pub use worker::attempt::Failed;

/// What most programs use, to be imported at once: `use fluid::prelude::*;`.
///
/// [`Error`] is not among it, because most modules have an error of their own.
pub mod prelude {
    pub use crate::{
        Callback, ConsumerHandle, Context, Dispatcher, Exit, Failed, GroupHandle, Ingress,
        MessageProducer, OnError, OnExit, OnLost, OnStall, Options, Output, Overflow, Pace, Reply,
        Restart, RetryIn, Sender, State, Status, StopOrder, Worker, WorkerExt, WorkerHandle,
        Workers, consumer, worker, workers,
    };
}

/// What only a worker that is written by hand names.
///
/// Most of these implement [`Worker`], with [`Io`](by_hand::Io) as its ends. A worker that takes part in
/// fused chains implements [`Function`](by_hand::Function), as the macros do, or
/// [`Stage`](by_hand::Stage).
pub mod by_hand {
    pub use crate::group::ingress::IngressSource;
    pub use crate::group::slot::{Member, MemberSlot};
    pub use crate::outcome::Outcome;
    pub use crate::queue::Queue;
    pub use crate::state::Nothing;
    pub use crate::worker::function::{
        Call, Function, FunctionInput, PerBatch, PerBeat, PerMessage,
    };
    pub use crate::worker::loops::{EachBatch, EachBeat, EachMessage};
    pub use crate::worker::stage::{Calls, Stage};
    pub use crate::worker::{Io, Port, Ports};
}

/// The ends of edges that are drawn by hand. See [`Workers::connect`] and [`Workers::fuse`].
pub mod edge {
    pub use crate::group::edge::{EdgeStart, FusedStart, MappedStart, OutputStart, PortStart};
    pub use crate::worker::downstream::{Downstream, PortOutput};
}
