//! What a running group of [`fluid`] workers knows about itself: its status, its metrics and its health.
//!
//! - [`Snapshot`] is the status of a whole group at one moment, with rates, as data and as JSON. A [`Sampler`] takes one
//!   each second, and keeps a [`History`] of 15 minutes.
//! - [`Metrics`] writes the counts of all workers as Prometheus text, and lists every metric.
//! - [`Health`] tells whether a group is live, ready and started.
//! - [`Console`] serves all of it over HTTP, with a page that shows the graph and its numbers.
//! - [`cli()`] makes a program of a group, with the commands `run`, `graph` and `status`.
//!
//! All numbers are read from the counts of the workers at the moment of a sample or a scrape. So a message costs the same
//! with this crate and without it.
//!
//! ```
//! use fluid::{Workers, consumer};
//! use fluid_console::{Health, Metrics, Snapshot};
//!
//! #[consumer]
//! async fn store(line: String) { println!("{line}") }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut workers = Workers::new("lines");
//! workers.add(Store);
//! let group = workers.startup().await?;
//!
//! assert!(Health::of(&group).await.ready);
//! assert_eq!(Snapshot::of(&group).workers[0].path, "store");
//! assert!(Metrics::new(&group).encode().contains(r#"fluid_worker_done_total{group="lines",worker="store"} 0"#));
//! # assert!(group.shutdown().await.is_success());
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `http`, on by default: `Console`, an HTTP server on axum.
//! - `cli`, on by default: `cli`, with clap.

#[cfg(feature = "cli")]
mod cli;
mod health;
mod history;
#[cfg(feature = "http")]
mod http;
pub mod metrics;
mod sampler;
mod snapshot;

#[cfg(feature = "cli")]
pub use cli::{cli, cli_from};
pub use health::Health;
pub use history::History;
#[cfg(feature = "http")]
pub use http::{Address, Console, Server};
pub use metrics::Metrics;
pub use sampler::{Sample, Sampler};
pub use snapshot::edge::EdgeSnapshot;
pub use snapshot::graph::{CallbackNode, GraphEdge, GraphSnapshot, WorkerNode};
pub use snapshot::worker::{Rates, WorkerSnapshot};
pub use snapshot::{Drain, Snapshot};
