//! The settings of a console.

use std::fmt;
use std::time::Duration;

use axum::Router;
use fluid::GroupHandle;
use fluid::graph::Graph;

use super::access::Hosts;
use super::routes;
use super::server::Server;
use super::token::Token;
use crate::sampler::Sampler;

/// An HTTP console of a group: its page, status, metrics and health.
///
/// ```no_run
/// use fluid::{consumer, worker, workers};
/// use fluid_console::Console;
///
/// #[worker(heartbeat = "1s")]
/// async fn poll() -> u64 { 1 }
///
/// #[consumer]
/// async fn store(number: u64) { println!("{number}") }
///
/// workers! {
///     struct Numbers { poll: Poll, store: Store }
///     poll => store;
/// }
///
/// fn main() -> Result<(), Box<dyn std::error::Error>> {
///     let numbers = Numbers::new();
///     let console = Console::new(&numbers).graph(&Numbers::GRAPH);
///     numbers.add(console.bind("127.0.0.1:7878"))?;
///     let exit = numbers.main();
///     println!("{exit}");
///     Ok(())
/// }
/// ```
///
/// # Routes
///
/// | route | answer |
/// | --- | --- |
/// | `GET /` | the page |
/// | `GET /status` | the last [`Snapshot`](crate::Snapshot) as JSON, or with `Accept: text/plain` as text |
/// | `GET /graph` | the declared graph as JSON ([`GraphSnapshot`](crate::GraphSnapshot)), `404` without [`graph`](Self::graph) |
/// | `GET /history` | the [`History`](crate::History) as JSON |
/// | `GET /events` | each snapshot as a server-sent event `snapshot`; at the end of the group the event `end` |
/// | `GET /metrics` | the [`Metrics`](crate::Metrics) as Prometheus text |
/// | `GET /livez`, `/readyz`, `/startupz` | `200` or `503`, and the [`Health`](crate::Health) as JSON |
/// | `POST /stop` | asks the group to stop; only with [`with_control`](Self::with_control) and its token |
///
/// # Security
///
/// - [`bind`](Self::bind) listens on a loopback address only. For another one, set a token or
///   [`allow_remote_without_token`](Self::allow_remote_without_token). Reading needs no token.
/// - The header `Host` must be a loopback address, the address that the client is connected to, or
///   [allowed](Self::allow_host). So a web page of another host cannot reach the console by a name that it resolves to
///   a loopback address. The header `Origin`, if there is one, must be of the same host and port.
/// - Without [`with_control`](Self::with_control) the console only reads. The token is given in the header
///   `Authorization: Bearer …`, is compared in constant time, and is never part of a URL.
/// - Connections, clients of `/events`, headers and bodies are bounded, and each step of a request has a timeout. All
///   clients of `/events` share one snapshot, and a slow one skips snapshots.
/// - The page runs no inline script and loads nothing from another host.
///
/// The console shows names, counts and the texts of errors, and no messages. What your error texts contain, it shows too.
/// It speaks no TLS: put a proxy before it.
#[derive(Clone)]
#[must_use = "a console does nothing before it is bound"]
pub struct Console {
    pub(super) group: GroupHandle,
    pub(super) graph: Option<&'static Graph>,
    pub(super) period: Duration,
    pub(super) token: Option<Token>,
    pub(super) hosts: Hosts,
    pub(super) remote: bool,
}

impl Console {
    /// A console of this group, before or after its start.
    pub fn new(group: &GroupHandle) -> Self {
        Self {
            group: group.clone(),
            graph: None,
            period: Duration::from_secs(1),
            token: None,
            hosts: Hosts::default(),
            remote: false,
        }
    }

    /// The declared graph, which the page draws: the constant `GRAPH` of the group.
    pub fn graph(mut self, graph: &'static Graph) -> Self {
        self.graph = Some(graph);
        self
    }

    /// The time between two snapshots, at least 100 ms. Default one second.
    pub fn every(mut self, period: Duration) -> Self {
        self.period = period.max(Duration::from_millis(100));
        self
    }

    /// Lets clients with this token stop the group. Each stop is logged.
    ///
    /// # Panics
    ///
    /// If the token is shorter than 16 bytes.
    pub fn with_control(mut self, token: impl AsRef<str>) -> Self {
        self.token = Some(Token::new(token.as_ref()));
        self
    }

    /// Admits requests whose header `Host` is this name, with any port. For a console behind a proxy, or one that is
    /// reached by a name.
    pub fn allow_host(mut self, name: impl AsRef<str>) -> Self {
        self.hosts.allow(name.as_ref());
        self
    }

    /// Lets [`bind`](Self::bind) listen on an address that is not loopback without a token. Everyone that reaches the
    /// address can then read the status.
    pub fn allow_remote_without_token(mut self) -> Self {
        self.remote = true;
        self
    }

    /// A worker that serves the console on this address, such as `127.0.0.1:7878`. It stops last, so it serves while the
    /// other members drain. [`GroupHandle::add`] adds it to the group.
    pub fn bind(self, address: impl Into<String>) -> Server {
        Server::new(self, address.into())
    }

    /// The routes, to be nested in an application of axum. The path must end with a slash, as in
    /// `.nest("/console/", console.router())`. Connections and their timeouts are up to the server of the application.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn router(self) -> Router {
        let sampler = Sampler::start(&self.group, self.graph, self.period);
        // Never closed: the router ends with the application.
        let (_, closing) = tokio::sync::watch::channel(false);
        routes::router(self, sampler, closing)
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("group", &self.group.worker_name())
            .field("control", &self.token.is_some())
            .finish_non_exhaustive()
    }
}
