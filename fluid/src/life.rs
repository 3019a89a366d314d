//! The life of one worker: built, started, run, stopped, and built anew if its policy says so.

mod lives;

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::exit::Cause;
use crate::lock::lock;
use crate::node::Node;
use crate::queue::own_thread;
use crate::span::InSpan;
use crate::sync::Mutex;
use crate::way::{Alone, Lendable, Way};
use crate::worker::{Io, Worker};

pub(crate) use lives::live_to_the_end;

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a worker comes from.
pub(crate) enum Build<W> {
    /// It was added by value, until that is used up.
    Once(Option<W>),
    /// It is made, and made anew at each restart.
    Anew(Box<dyn FnMut() -> W + Send>),
}

impl<W> Build<W> {
    fn build(&mut self) -> Option<W> {
        match self {
            Self::Once(worker) => worker.take(),
            Self::Anew(build) => Some(build()),
        }
    }
}

/// How a member of a group is brought to life.
pub(crate) trait Launch: Send {
    fn launch(self: Box<Self>, site: Site);
}

/// Where a member lives.
#[derive(Clone)]
pub(crate) struct Site {
    /// A failure of the member may be answered by a restart, here or further up.
    pub(crate) answered: bool,
    pub(crate) place: Arc<Place>,
}

/// What is the same for all members of a group.
pub(crate) struct Place {
    pub(crate) runtime: Handle,
    /// The group has a strategy.
    pub(crate) strategy: bool,
    /// How long the present life of something in the group may take to end.
    pub(crate) patience: Duration,
}

/// A worker that has not been started. Its edges are still being drawn, so what it reads and writes
/// is shared with its [`Seat`](crate::Seat).
pub(crate) struct Unborn<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) ends: Arc<Mutex<Option<Ends<W>>>>,
}

/// What a worker reads and writes, and what a fused edge makes of its life.
pub(crate) struct Ends<W: Worker> {
    /// In a box, which its life takes over: so it is moved only once.
    pub(crate) io: Box<Lendable<Io<W>>>,
    pub(crate) way: Option<Box<dyn Way<W>>>,
}

/// A worker that is about to be started.
pub(crate) struct Unlived<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) io: Box<Lendable<Io<W>>>,
}

impl<W: Worker> Launch for Unborn<W> {
    fn launch(self: Box<Self>, site: Site) {
        let Self { node, build, ends } = *self;
        let Ends { io, way } = lock(&ends).take().expect("a worker is launched once");
        #[cfg(feature = "test-util")]
        let io = match crate::test::stub_of::<W>(&node) {
            Some(stub) => {
                let mut io = io;
                return stub.launch(node, io.take(), &site);
            }
            None => io,
        };
        let unlived = Unlived {
            node: Arc::clone(&node),
            build,
            io,
        };
        match way {
            None => launch(&node, &site, live_to_the_end(unlived, Alone)),
            Some(way) => launch(&node, &site, way.life(unlived)),
        }
    }
}

/// Starts a life in a task, or in a thread of its own.
fn launch(node: &Node, site: &Site, life: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = spawn_on(&site.place.runtime, node, life) {
        let worker = (&**node.name()).into();
        let cause = Cause::StartupFailed {
            worker,
            error: error.into(),
        };
        node.finish(node.report(cause, false, false));
        node.tell_ended();
    }
}

/// Runs a part of a worker's life in a task, or, if it blocks, in a thread.
pub(crate) fn spawn(
    node: &Node,
    life: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    spawn_on(&Handle::current(), node, life)
}

fn spawn_on(
    runtime: &Handle,
    node: &Node,
    life: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let life = InSpan::new(life, tracing::info_span!("worker", name = &**node.name()));
    if !node.options.blocking {
        runtime.spawn(life);
        return Ok(());
    }
    // A thread of its own, rather than one of tokio's pool: a function that never returns holds up
    // neither the pool nor the end of the runtime.
    let thread = std::thread::Builder::new().name(node.name().replace('\0', ""));
    let runtime = runtime.clone();
    thread.spawn(move || {
        own_thread();
        runtime.block_on(life);
    })?;
    Ok(())
}

#[cfg(test)]
mod tests;
