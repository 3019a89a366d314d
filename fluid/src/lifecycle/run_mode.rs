//! The run mode of a worker: standalone, in lanes, at the head of a fused chain, or as a fused callee.

use std::future::Future;

use crate::catch::DropCaught;
use crate::error::Error;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::node::context::Context;
use crate::worker::{Io, Worker};

/// The run mode of a worker. It is a trait object, because its type is known only where fused edges are drawn or
/// options are read.
pub(crate) trait RunMode<W: Worker>: Send {
    fn drive(self: Box<Self>, pending: ReadyWorker<W>) -> BoxFuture<()>;

    /// The same run mode for a stub that replaces the worker.
    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::StubOf<W>>>;

    /// The same run mode for a stub that takes batches.
    #[cfg(feature = "test-util")]
    fn of_batch_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::BatchStubOf<W>>>;
}

/// How the `run` of an incarnation is called.
pub(crate) trait RunLoop<W: Worker>: Send + 'static {
    /// Starts the other workers of the incarnation, after the `on_startup` of its own. Returns whether `run` is to be
    /// called: it is not if the worker was asked to stop.
    ///
    /// # Errors
    ///
    /// If another worker cannot start. All others have ended then.
    fn start(
        &mut self,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> impl Future<Output = Result<bool, Error>> + Send {
        let _ = (ctx, io);
        async { Ok(true) }
    }

    fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Puts one incarnation, from the build of the worker to its `on_shutdown`, into a span of its own, if it needs one
    /// beside the span of the worker's task.
    fn in_span<F: Future + Send>(run: F, ctx: &Context) -> impl Future<Output = F::Output> + Send {
        let _ = ctx;
        run
    }

    /// Releases the other workers that it holds, after `run` has returned.
    ///
    /// # Errors
    ///
    /// If the `on_shutdown` of another worker failed.
    fn rest(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Takes back what other tasks hold, after the incarnation was aborted.
    fn recover(
        &mut self,
        worker: Option<&mut Detachable<W>>,
        io: &mut Detachable<Io<W>>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (worker, io);
        async {}
    }
}

/// The loop of a worker that calls no other workers and sends to its own ports.
pub(crate) struct Standalone;

impl<W: Worker> RunLoop<W> for Standalone {
    fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        run(&mut **worker, ctx, io)
    }
}

/// Calls the worker's `run`, observed by the stall monitor.
pub(crate) fn run<W: Worker>(
    worker: &mut W,
    ctx: &Context,
    io: &mut Io<W>,
) -> impl Future<Output = Result<(), Error>> + Send {
    ctx.watch(worker.run(ctx, io))
}

/// Fails if a call stalled that `run` did not report. The message in hand counts as done.
pub(crate) fn or_stalled<W: Worker>(
    ran: Result<(), Error>,
    ctx: &Context,
    io: &mut Io<W>,
) -> Result<(), Error> {
    ran?;
    ctx.check_stall().inspect_err(|_| io.queue.settle())
}

/// A value that another task may hold for some time.
pub(crate) type Detachable<T> = DropCaught<T>;
