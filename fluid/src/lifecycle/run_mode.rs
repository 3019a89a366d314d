//! The run_mode in which a worker lives: alone, in lanes, at the head of a fused chain, or lent behind a fused
//! edge.

use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;

use crate::error::Error;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::node::context::Context;
use crate::worker::{Io, Worker};

/// The run_mode in which a worker lives, whose type is known only where its fused edges are drawn, or its options
/// read.
pub(crate) trait RunMode<W: Worker>: Send {
    fn life(self: Box<Self>, pending: ReadyWorker<W>) -> BoxFuture<()>;

    /// The same for a stub in the worker's place.
    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::StubOf<W>>>;
}

/// How `run` is called.
pub(crate) trait RunLoop<W: Worker>: Send + 'static {
    fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// Lets go of what it holds of other workers, when `run` has returned.
    ///
    /// # Errors
    ///
    /// If one that has ended along failed when its work was done.
    fn rest(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Gets back what is lent to others, when the life was cut off.
    fn recover(
        &mut self,
        worker: Option<&mut Detachable<W>>,
        io: &mut Detachable<Io<W>>,
    ) -> impl Future<Output = ()> + Send {
        let _ = (worker, io);
        async {}
    }
}

/// A worker that makes its own calls, and sends to its own ports.
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

/// Calls a worker's own `run`, and looks at its signs of life.
pub(crate) fn run<W: Worker>(
    worker: &mut W,
    ctx: &Context,
    io: &mut Io<W>,
) -> impl Future<Output = Result<(), Error>> + Send {
    ctx.watch(boxed(|| worker.run(ctx, io)))
}

/// The future of a `run`, in a box: it has room for the message in hand and for each place to which the message is moved.
/// Without the box, every layer that drives a life would move all of that across the stack.
///
/// A function of its own, so that what it moves is off the stack again when the future is polled.
pub(crate) fn boxed<F>(run: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(run())
}

/// How a `run` has ended, of which no call was caught that stalled. What it had in hand is done.
pub(crate) fn survived<W: Worker>(
    ran: Result<(), Error>,
    ctx: &Context,
    io: &mut Io<W>,
) -> Result<(), Error> {
    ran?;
    ctx.survived().inspect_err(|_| io.queue.settle())
}

/// What may be with another task for a while.
pub(crate) struct Detachable<T>(Option<T>);

impl<T> Detachable<T> {
    const AWAY: &str = "what was lent comes back before it is used";

    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    pub(crate) fn take(&mut self) -> T {
        self.0.take().expect(Self::AWAY)
    }

    pub(crate) fn put(&mut self, value: T) {
        self.0 = Some(value);
    }
}

impl<T> Deref for Detachable<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect(Self::AWAY)
    }
}

impl<T> DerefMut for Detachable<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(Self::AWAY)
    }
}
