//! The worker that serves a console.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use fluid::by_hand::{Io, Nothing};
use fluid::graph::Form;
use fluid::{Context, Error, OnError, Options, StopOrder, Worker};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::access::Peer;
use super::console::Console;
use super::limits::{CONNECTIONS, END_WITHIN};
use super::{connection, routes};
use crate::sampler::Sampler;

/// A worker that serves a [`Console`]. [`Console::bind`] makes it.
///
/// It stops last. If it cannot listen, the group does not start. A failure after that ends this worker alone.
#[derive(Debug)]
pub struct Server {
    console: Console,
    address: String,
    listener: Option<TcpListener>,
    bound: watch::Sender<Option<SocketAddr>>,
}

/// The address on which a [`Server`] listens, also if it was bound to port 0.
#[derive(Clone, Debug)]
pub struct Address(watch::Receiver<Option<SocketAddr>>);

impl Address {
    /// Waits until the server listens. Returns `None` if it was dropped before. Cancel safe.
    pub async fn wait(&mut self) -> Option<SocketAddr> {
        *self.0.wait_for(Option::is_some).await.ok()?
    }
}

impl Server {
    pub(super) fn new(console: Console, address: String) -> Self {
        Self {
            console,
            address,
            listener: None,
            bound: watch::Sender::new(None),
        }
    }

    /// The address on which it will listen.
    #[must_use]
    pub fn address(&self) -> Address {
        Address(self.bound.subscribe())
    }

    /// The addresses to listen on, all of which are loopback unless others are allowed.
    async fn addresses(&self) -> io::Result<Vec<SocketAddr>> {
        let addresses: Vec<_> = lookup_host(&self.address).await?.collect();
        let allowed = self.console.remote || self.console.token.is_some();
        match addresses.iter().find(|it| !it.ip().is_loopback()) {
            Some(remote) if !allowed => Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                format!(
                    "{remote} is not loopback: set a token with `with_control`, or call `allow_remote_without_token`"
                ),
            )),
            _ => Ok(addresses),
        }
    }
}

impl Worker for Server {
    type Message = Nothing;
    type Output = Nothing;
    type Ports = ();

    const OPTIONS: Options = Options::new()
        .name("console")
        .stop(StopOrder::Last)
        .on_error(OnError::Forget);

    const FORM: Form = Form::named("console").docs(&["Serves the console."]);

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        let named = |error: io::Error| {
            io::Error::new(
                error.kind(),
                format!("console on {}: {error}", self.address),
            )
        };
        let addresses = self.addresses().await.map_err(named)?;
        let listener = TcpListener::bind(&*addresses).await.map_err(named)?;
        let address = listener.local_addr()?;
        tracing::info!("console: listening on http://{address}");
        self.bound.send_replace(Some(address));
        self.listener = Some(listener);
        Ok(())
    }

    async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        let listener = self.listener.take().ok_or("it has not started")?;
        let console = self.console.clone();
        let sampler = Sampler::start(&console.group, console.graph, console.period);
        let (close, closing) = watch::channel(false);
        let router = routes::router(console, sampler.clone(), closing.clone());
        let permits = Arc::new(Semaphore::new(CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let (stream, peer) = tokio::select! {
                () = ctx.stopping() => break,
                accepted = accept(&listener) => accepted,
            };
            while connections.try_join_next().is_some() {}
            // Without a permit the connection is closed at once.
            if let Ok(permit) = Arc::clone(&permits).try_acquire_owned() {
                let served = connection::serve(stream, peer, router.clone(), closing.clone());
                connections.spawn(async move {
                    served.await;
                    drop(permit);
                });
            }
        }
        drop(listener);
        // All other members have ended, and the clients see that.
        sampler.refresh();
        close.send_replace(true);
        let ended = async { while connections.join_next().await.is_some() {} };
        let _ = tokio::time::timeout(END_WITHIN, ended).await;
        Ok(())
    }
}

/// Accepts a connection. An error, such as too many open files, concerns one connection or passes.
async fn accept(listener: &TcpListener) -> (TcpStream, Peer) {
    loop {
        match listener.accept().await {
            Ok((stream, remote)) => {
                if let Ok(local) = stream.local_addr() {
                    return (stream, Peer { local, remote });
                }
            }
            Err(error) => {
                tracing::debug!(%error, "console: accepting failed");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}
