//! The life of one worker: built, started, run, stopped, and built anew if its policy says so.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::dropping::DropCaught;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::run_mode::{Detachable, RunMode, Standalone};
use crate::node::Node;
use crate::queue::own_thread;
use crate::report::exit::Cause;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::sync::span::InSpan;
use crate::worker::{Io, Worker};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a worker comes from.
pub(crate) enum Build<W> {
    /// It was added by value, until that is used up.
    Once(DropCaught<W>),
    /// It is made, and made anew at each restart.
    Anew(DropCaught<Box<dyn FnMut() -> W + Send>>),
}

impl<W> Build<W> {
    pub(crate) const fn once(worker: W) -> Self {
        Self::Once(DropCaught::new(worker))
    }

    pub(crate) fn anew(build: impl FnMut() -> W + Send + 'static) -> Self {
        Self::Anew(DropCaught::new(Box::new(build)))
    }

    pub(crate) fn build(&mut self) -> Option<W> {
        match self {
            Self::Once(worker) => worker.take(),
            Self::Anew(build) => Some((**build)()),
        }
    }
}

/// How a member of a group is brought to life.
pub(crate) trait Launch: Send {
    fn launch(self: Box<Self>, site: LaunchContext);
}

/// Where a member lives.
#[derive(Clone)]
pub(crate) struct LaunchContext {
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
/// is shared with its [`Slot`](crate::Slot).
pub(crate) struct PendingWorker<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) ends: Arc<Mutex<Option<PendingIo<W>>>>,
}

/// What a worker reads and writes, and what a fused edge makes of its life.
pub(crate) struct PendingIo<W: Worker> {
    /// In a box, which its life takes over: so it is moved only once.
    pub(crate) io: Box<Detachable<Io<W>>>,
    pub(crate) run_mode: Option<Box<dyn RunMode<W>>>,
}

/// A worker that is about to be started.
pub(crate) struct ReadyWorker<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) io: Box<Detachable<Io<W>>>,
}

impl<W: Worker> Launch for PendingWorker<W> {
    fn launch(self: Box<Self>, site: LaunchContext) {
        let Self { node, build, ends } = *self;
        let PendingIo { io, run_mode } = lock(&ends).take().expect("a worker is launched once");
        #[cfg(feature = "test-util")]
        let io = match crate::test::stub_of::<W>(&node) {
            Some(stub) => {
                let mut io = io;
                return stub.launch(node, io.take(), &site);
            }
            None => io,
        };
        let ready = ReadyWorker {
            node: Arc::clone(&node),
            build,
            io,
        };
        match run_mode {
            None => launch(&node, &site, run_to_exit(ready, Standalone)),
            Some(run_mode) => launch(&node, &site, run_mode.life(ready)),
        }
    }
}

/// Starts a life in a task, or in a thread of its own.
fn launch(node: &Node, site: &LaunchContext, life: impl Future<Output = ()> + Send + 'static) {
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
