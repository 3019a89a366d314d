//! Starts a worker in a task or in a thread of its own.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::catch::DropCaught;
use crate::error::Error;
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

/// Builds a worker, also for each restart.
pub(crate) type Builder<W> = DropCaught<Box<dyn FnMut() -> Built<W> + Send>>;

/// What a builder returns.
pub(crate) enum Built<W> {
    Now(W),
    /// The future that builds the worker.
    Later(BoxFuture<Result<W, Error>>),
}

/// How a worker is built.
pub(crate) enum Build<W> {
    /// The worker itself, which was added by value and has one lane. `None` after it was used.
    Once(Option<DropCaught<W>>),
    Anew(Builder<W>),
}

impl<W: Worker> Build<W> {
    /// Fails to compile if a worker with several lanes is added by value and the worker of another lane cannot be built
    /// from that value. The compiler names the function that evaluates this, so each public function does it itself.
    pub(crate) const CHECK_BY_VALUE: () = assert!(
        W::OPTIONS.lanes() == 1 || W::BUILD_LANE.is_some(),
        "a worker with several lanes and `&mut` state cannot be added by value, since each lane has its own state: \
         use `add_with`, which builds a worker for each lane"
    );

    /// Builds a worker that was added by value.
    pub(crate) fn by_value(worker: W) -> Self {
        let worker = DropCaught::new(worker);
        match W::BUILD_LANE {
            Some(build) if W::OPTIONS.lanes() > 1 => Self::anew(move || build(&worker)),
            _ => Self::Once(Some(worker)),
        }
    }
}

impl<W> Build<W> {
    pub(crate) fn anew(mut build: impl FnMut() -> W + Send + 'static) -> Self {
        Self::Anew(DropCaught::new(Box::new(move || Built::Now(build()))))
    }

    /// The worker is built by a future, which may fail.
    pub(crate) fn later<F>(mut build: impl FnMut() -> F + Send + 'static) -> Self
    where
        F: Future<Output = Result<W, Error>> + Send + 'static,
    {
        let build = move || Built::Later(Box::pin(build()));
        Self::Anew(DropCaught::new(Box::new(build)))
    }

    /// Returns `None` if the worker was added by value and is used up.
    pub(crate) fn build(&mut self) -> Option<Built<W>> {
        match self {
            Self::Once(worker) => {
                let worker = worker.take().and_then(DropCaught::into_inner);
                worker.map(Built::Now)
            }
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
        let ends = lock(&ends).take();
        let PendingIo { mut io, run_mode } = ends.expect("a worker is launched once");
        io.save_undelivered(&node);
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
        let launched = match run_mode {
            None => spawn(&context.group.runtime, &node, None, || {
                run_to_exit(ready, Standalone)
            }),
            Some(run_mode) => spawn(&context.group.runtime, &node, None, || {
                run_mode.drive(ready)
            }),
        };
        if let Err(error) = launched {
            let worker = (&**node.name()).into();
            let error = error.into();
            let cause = Cause::StartupFailed { worker, error };
            node.finish(node.report(cause, false, false));
            node.notify_ended();
        }
    }
}

/// Spawns a worker, or a lane of it, in a task, or in a thread of its own if the worker is `blocking`.
///
/// It gets a function that makes the future, because each layer that passes the future on would copy it.
pub(crate) fn spawn<F: Future<Output = ()> + Send + 'static>(
    runtime: &Handle,
    node: &Node,
    lane: Option<usize>,
    make: impl FnOnce() -> F + Send + 'static,
) -> io::Result<()> {
    let span = worker_span(&node.path(), lane);
    if !node.options.blocking {
        runtime.spawn(InSpan::new(make(), span));
        return Ok(());
    }
    // A thread of its own and not one of tokio's pool. So a function that never returns blocks neither the pool nor
    // the shutdown of the runtime.
    let thread = std::thread::Builder::new().name(node.name().replace('\0', ""));
    let runtime = runtime.clone();
    #[cfg(feature = "test-util")]
    let clock = crate::test::Clock::of_thread(node, &runtime);
    thread.spawn(move || {
        own_thread();
        let running = InSpan::new(make(), span);
        #[cfg(feature = "test-util")]
        let running = crate::test::on_own_thread(clock, running);
        runtime.block_on(running);
    })?;
    Ok(())
}

#[cfg(test)]
mod tests;
