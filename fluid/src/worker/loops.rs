//! The loops that make the calls of a worker: one for each message, each batch or each beat.

mod each_beat;
mod each_message;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{self, Poll};

use pin_project_lite::pin_project;

pub use self::each_beat::EachBeat;
pub use self::each_message::{EachBatch, EachMessage};
use crate::error::Error;
use crate::node::context::Context;
use crate::time::stall::{Pulse, Rest};
use crate::worker::Io;
use crate::worker::call::is_fast_path;
use crate::worker::downstream::{Downstream, PortOutput};
use crate::worker::handle_message::{Copy, Inputs, Next, Target, handle_each};
use crate::worker::stage::Stage;

/// How the calls of a stage are made.
pub trait Calls<S: Stage>: Sealed {
    /// Makes calls until the worker should end. What they emit goes downstream.
    ///
    /// It is compiled for each kind of [`Downstream`], so nothing is decided for each message.
    #[doc(hidden)]
    fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Only fluid implements [`Calls`].
pub trait Sealed {}

/// What a call is given, of messages of type `M`.
pub trait Takes<M> {
    /// See [`Stage::Input`].
    type Input: Send;

    /// Clones an input, which another attempt may need.
    #[doc(hidden)]
    fn copied(input: &Self::Input, copy: Copy<M>) -> Self::Input;

    /// The messages of an input that was given up.
    #[doc(hidden)]
    fn messages(input: Self::Input) -> impl Iterator<Item = M> + Send;
}

/// Runs a stage whose output goes to its own port: the [`run`](crate::Worker::run) of every worker that is made of a
/// function.
///
/// # Errors
///
/// The first failure of a call that the worker's policy does not skip.
pub(crate) fn run<S: Stage>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
) -> impl Future<Output = Result<(), Error>> + Send {
    let rest = ctx.rest();
    if !ctx.node().options.blocking {
        io.gather();
    }
    Resting {
        rest,
        // A box of a type without a size allocates nothing.
        calls: S::Calls::make(stage, ctx, io, Box::leak(Box::new(PortOutput))),
    }
}

/// Where the next input comes from.
trait NextInput<S: Stage>: Send {
    /// The next input, if there is one without waiting. The call before has ended.
    #[inline]
    fn ready(&mut self, io: &mut Io<S>) -> Option<S::Input> {
        let _ = io;
        None
    }

    /// Waits for the next input. Returns `None` if the worker should end.
    fn wait(
        &mut self,
        ctx: &Context,
        io: &mut Io<S>,
    ) -> impl Future<Output = Option<S::Input>> + Send;

    /// A call has ended.
    #[inline]
    fn called(&mut self, ctx: &Context) {
        let _ = ctx;
    }
}

/// The calls that a worker makes in its own task.
struct OwnCalls<'a, S: Stage, I, N> {
    inputs: I,
    input: Option<S::Input>,
    worker: &'a mut S,
    ctx: &'a Context,
    io: &'a mut Io<S>,
    downstream: &'a mut N,
    fast_path: bool,
}

/// Calls the worker with each input, in its own task.
fn call_each<S, I, N>(
    inputs: I,
    worker: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> impl Future<Output = Result<(), Error>> + Send
where
    S: Stage,
    I: NextInput<S>,
    N: Downstream<S::Output>,
{
    async move {
        let calls = pin!(handle_each(OwnCalls {
            inputs,
            input: None,
            fast_path: is_fast_path(ctx, io),
            worker,
            ctx,
            io,
            downstream,
        }));
        calls.await
    }
}

impl<S, I, N> Inputs<S> for OwnCalls<'_, S, I, N>
where
    S: Stage,
    I: NextInput<S>,
    N: Downstream<S::Output>,
{
    type Downstream = N;
    type Around<'b>
        = ()
    where
        Self: 'b;
    type End = Result<(), Error>;

    #[inline]
    fn next(&mut self) -> Next {
        self.input = self.inputs.ready(self.io);
        match self.input {
            Some(_) => Next::Ready,
            None => Next::Wait,
        }
    }

    async fn wait(&mut self) -> bool {
        self.io.hand_over();
        self.input = self.inputs.wait(self.ctx, self.io).await;
        self.input.is_some()
    }

    #[inline]
    fn target(&mut self) -> Target<'_, S, N, ()> {
        Target {
            worker: self.worker,
            input: &mut self.input,
            ctx: self.ctx,
            io: self.io,
            downstream: self.downstream,
            around: (),
            fast_path: self.fast_path,
        }
    }

    #[inline]
    fn called(&mut self, called: Result<(), Error>) -> Option<Result<(), Error>> {
        self.inputs.called(self.ctx);
        called.is_err().then_some(called)
    }

    fn ended(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

pin_project! {
    /// The calls of a worker. Between two calls the stall monitor is suspended.
    struct Resting<'a, F> {
        rest: Option<Rest<&'a Pulse>>,
        #[pin]
        calls: F,
    }
}

impl<F: Future> Future for Resting<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        self.project().calls.poll(cx)
    }
}
