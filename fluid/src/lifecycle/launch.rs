//! Starts a worker in a task or in a thread of its own.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tracing::Span;

use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::run_mode::{Detachable, RunMode, Standalone};
use crate::node::Node;
use crate::report::cause::Cause;
use crate::sync::Mutex;
use crate::sync::blocking::own_thread;
use crate::sync::lock::lock;
use crate::sync::span::{InSpan, worker_span};
use crate::worker::{Io, Worker};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How a worker is built.
pub(crate) enum Build<W> {
    /// The worker itself, which was added by value. `None` after it was used.
    Once(Option<W>),
    /// A function that builds the worker, also for each restart.
    Anew(Box<dyn FnMut() -> W + Send>),
}

impl<W> Build<W> {
    pub(crate) fn build(&mut self) -> Option<W> {
        match self {
            Self::Once(worker) => worker.take(),
            Self::Anew(build) => Some(build()),
        }
    }
}

/// A member of a group that can be started.
pub(crate) trait Launch: Send {
    fn launch(self: Box<Self>, context: LaunchContext);
}

/// What a member needs to know at its start.
#[derive(Clone)]
pub(crate) struct LaunchContext {
    /// Whether a restart can answer a failure of the member, in this group or in one above.
    pub(crate) answered: bool,
    pub(crate) group: Arc<GroupLaunch>,
}

/// The part of the [`LaunchContext`] that all members of a group share.
pub(crate) struct GroupLaunch {
    pub(crate) runtime: Handle,
    /// How long a member's incarnation may take to end.
    pub(crate) patience: Duration,
}

/// A worker that has not been started. Its edges may still change, so its queue and ports are shared with its
/// [`Slot`](crate::Slot).
pub(crate) struct PendingWorker<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) ends: Arc<Mutex<Option<PendingIo<W>>>>,
}

/// The queue and ports of a worker that has not been started, and its run mode.
pub(crate) struct PendingIo<W: Worker> {
    /// Boxed, so that it is moved only once.
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
    fn launch(self: Box<Self>, context: LaunchContext) {
        let Self { node, build, ends } = *self;
        let PendingIo { io, run_mode } = lock(&ends).take().expect("a worker is launched once");
        #[cfg(feature = "test-util")]
        let io = match crate::test::stub_of::<W>(&node) {
            Some(stub) => {
                let mut io = io;
                return stub.launch(node, io.take(), &context);
            }
            None => io,
        };
        let ready = ReadyWorker {
            node: Arc::clone(&node),
            build,
            io,
        };
        match run_mode {
            None => launch(&node, &context, run_to_exit(ready, Standalone)),
            Some(run_mode) => launch(&node, &context, run_mode.drive(ready)),
        }
    }
}

/// Starts a worker's future in a task, or in a thread of its own if the worker is `blocking`.
fn launch(node: &Node, context: &LaunchContext, future: impl Future<Output = ()> + Send + 'static) {
    if let Err(error) = spawn_on(
        &context.group.runtime,
        node,
        worker_span(&node.path(), None),
        future,
    ) {
        let worker = (&**node.name()).into();
        let cause = Cause::StartupFailed {
            worker,
            error: error.into(),
        };
        node.finish(node.report(cause, false, false));
        node.notify_ended();
    }
}

/// Spawns a lane of a worker in a task, or in a thread if the worker is `blocking`.
pub(crate) fn spawn_lane(
    node: &Node,
    lane: usize,
    future: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    spawn_on(
        &Handle::current(),
        node,
        worker_span(&node.path(), Some(lane)),
        future,
    )
}

fn spawn_on(
    runtime: &Handle,
    node: &Node,
    span: Span,
    future: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let future = InSpan::new(future, span);
    if !node.options.blocking {
        runtime.spawn(future);
        return Ok(());
    }
    // A thread of its own and not one of tokio's pool. So a function that never returns blocks neither the pool nor
    // the shutdown of the runtime.
    let thread = std::thread::Builder::new().name(node.name().replace('\0', ""));
    let runtime = runtime.clone();
    thread.spawn(move || {
        own_thread();
        runtime.block_on(future);
    })?;
    Ok(())
}

#[cfg(test)]
mod tests;
