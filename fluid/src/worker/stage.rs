//! One call of a worker's function, and the loops that make the calls.
//!
//! What a call emits goes [downstream](Downstream): to the worker's own port, or straight into the calls of the
//! worker behind a fused edge. The loops are compiled anew for each, so nothing is decided per message.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]

mod beat;

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{self, Poll};

use pin_project_lite::pin_project;

pub use self::beat::EachBeat;
use crate::catch::catch_call;
use crate::error::Error;
use crate::node::context::Context;
use crate::options::OnError;
use crate::queue::{Batching, Output};
use crate::time::rate::Limiter;
use crate::time::stall::{IdleGuard, StallMonitor};
use crate::time::timeout::timed;
use crate::worker::attempt::{CallInput, Kept, Waiting, handle};
use crate::worker::downstream::{Downstream, PortOutput};
use crate::worker::{Io, Ports, Worker};

/// One call of a worker's function. The macros implement it; the loops below call it.
///
/// It knows nothing of queues, edges and policies, so one generated body serves all of them.
pub trait Stage: Worker {
    /// What one call is given: a message, or `()` for a worker without a queue.
    type Input;

    /// What one call emits: none, one or several of the worker's output.
    type Emission: IntoIterator<Item = Self::Output, IntoIter: Send> + Send;

    /// Which loop makes the calls: [`EachMessage`] or [`EachBeat`].
    type Calls: Calls<Self>;

    /// Calls the function.
    fn call(
        &mut self,
        input: Self::Input,
        ctx: &Context,
        ports: &Self::Ports,
    ) -> impl Future<Output = Result<Self::Emission, Error>> + Send;
}

/// How the calls of a stage are made.
pub trait Calls<S: Stage>: Sealed {
    /// Makes them, until the worker should end. What they emit goes downstream.
    #[doc(hidden)]
    fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Only fluid implements [`Calls`] and [`FunctionInput`](crate::by_hand::FunctionInput).
pub trait Sealed {}

impl Sealed for EachMessage {}

impl Sealed for EachBatch {}

impl Sealed for EachBeat {}

/// Runs a stage whose output goes to its own port: the [`run`](Worker::run) of every worker that is made
/// of a function.
///
/// # Errors
///
/// The first failure of a call that the worker's policy does not skip.
pub(crate) fn run<S: Stage>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
) -> impl Future<Output = Result<(), Error>> + Send {
    let idle = ctx.idle_guard();
    if !ctx.node().options.blocking {
        io.gather();
    }
    BetweenCalls {
        idle,
        // Of no size, so this is no memory.
        calls: S::Calls::make(stage, ctx, io, Box::leak(Box::new(PortOutput))),
    }
}

pin_project! {
    /// The calls of a worker. Between two calls its lane is idle for the stall monitor.
    struct BetweenCalls<'a, F> {
        // Dropped before `idle`, since a running call is within it.
        #[pin]
        calls: F,
        idle: Option<IdleGuard<&'a StallMonitor>>,
    }
}

impl<F: Future> Future for BetweenCalls<'_, F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        self.project().calls.poll(cx)
    }
}

/// `#[consumer]`: a call for each message of the queue.
#[derive(Debug)]
pub struct EachMessage;

impl<S: Stage<Input = <S as Worker>::Message>> Calls<S> for EachMessage {
    async fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> Result<(), Error> {
        if io.queue.is_of_nothing() {
            io.queue.ended().await;
            return Ok(());
        }
        if is_fast_path(ctx, io) {
            return each_message(stage, ctx, io, downstream).await;
        }
        let limiter = ctx.node().limiter();
        loop {
            #[cfg(feature = "test-util")]
            crate::test::perturb().await;
            let message = match io.queue.ready() {
                Some(message) => message,
                None if io.queue.recv().await => io.queue.first(),
                None => return Ok(()),
            };
            let message = match limiter {
                Some(limiter) => wait_for_rate::<S>(limiter, message, io).await,
                None => message,
            };
            handle(stage, message, ctx, io, downstream).await?;
        }
    }
}

/// Whether nothing is done about a call but to make it, and a failure of it ends the life: so that no more
/// than the catch around the life is needed.
pub(crate) fn is_fast_path<W: Worker>(ctx: &Context, io: &Io<W>) -> bool {
    let options = &ctx.node().options;
    options.rate.is_none()
        && options.timeout.is_none()
        && ctx.stall_monitor().is_none()
        && io.copy.is_none()
        && options.on_error != Some(OnError::Skip)
}

pin_project! {
    /// A call during which what the worker sends is handed over whenever it waits.
    pub(crate) struct Attended<'a, F, S: Worker> {
        #[pin]
        call: F,
        output: &'a Output<S::Output>,
        ports: &'a S::Ports,
    }
}

impl<'a, F, S: Worker> Attended<'a, F, S> {
    pub(crate) const fn new(call: F, output: &'a Output<S::Output>, ports: &'a S::Ports) -> Self {
        Self {
            call,
            output,
            ports,
        }
    }
}

impl<F: Future, S: Worker> Future for Attended<'_, F, S> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.call.poll(cx);
        if polled.is_pending() {
            this.output.hand_over();
            this.ports.hand_over();
        }
        polled
    }
}

/// The calls of a consumer that is bare.
async fn each_message<S, N>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> Result<(), Error>
where
    S: Stage<Input = <S as Worker>::Message>,
    N: Downstream<S::Output>,
{
    loop {
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        let message = match io.queue.ready() {
            Some(message) => message,
            None => {
                io.hand_over();
                if io.queue.must_pause() {
                    io.queue.pause().await;
                }
                let has_received = if io.queue.is_alone() {
                    io.queue.recv_alone().await
                } else {
                    io.queue.recv_among_lanes().await
                };
                if !has_received {
                    return Ok(());
                }
                io.queue.first()
            }
        };
        #[cfg(feature = "test-util")]
        if ctx.node().test.is_armed() {
            handle(stage, message, ctx, io, downstream).await?;
            continue;
        }
        let called = {
            let call = pin!(stage.call(message, ctx, &io.ports));
            Attended::<_, S>::new(call, &io.output, &io.ports).await
        };
        match called {
            Ok(emission) => {
                #[cfg(feature = "test-util")]
                crate::test::perturb().await;
                if is_silent::<S::Output>() {
                    // What a function without an output returns, for which nothing is to be done.
                    continue;
                }
                let mut emission = emission.into_iter();
                if let Some(first) = downstream.send_ahead(&mut io.output, &mut emission) {
                    io.hand_over();
                    let leaving = io.output.leave(emission);
                    let refused = downstream.send_each(&io.output, first, leaving).await;
                    tell_refused(refused, ctx);
                }
            }
            Err(error) => {
                io.queue.failed();
                return Err(error);
            }
        }
    }
}

/// `#[consumer(batch = …)]`: a call for each batch of messages.
#[derive(Debug)]
pub struct EachBatch;

impl<S: Stage<Input = Vec<<S as Worker>::Message>>> Calls<S> for EachBatch {
    async fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> Result<(), Error> {
        let options = &ctx.node().options;
        let batching = Batching {
            size: options.batch,
            linger: options.linger,
            key: S::KEY,
            weight: S::WEIGHT,
            max_weight: options.max_weight,
        };
        let limiter = ctx.node().limiter();
        while let Some(mut batch) = io.queue.recv_batch(&batching).await {
            if let Some(limiter) = limiter {
                batch = wait_for_rate::<S>(limiter, batch, io).await;
            }
            handle(stage, batch, ctx, io, downstream).await?;
        }
        Ok(())
    }
}

/// Waits until the rate limit allows a call. If the wait is cut off, the messages return to the queue.
async fn wait_for_rate<S>(limiter: &Limiter, input: S::Input, io: &mut Io<S>) -> S::Input
where
    S: Stage<Input: CallInput<<S as Worker>::Message>>,
{
    let mut kept = Kept::<S>::new(input);
    let waiting = Waiting::new(&mut kept, &mut io.queue);
    limiter.ready().await;
    waiting.end();
    kept.take()
}

/// Whether nothing can ever be sent, since there are no values of this type: then what is kept for sending need not
/// be looked at.
pub(crate) const fn is_silent<T>() -> bool {
    size_of::<Option<T>>() == 0
}

/// One call, after which, and whenever it waits, what the worker sends is handed over.
pub(crate) fn attended_call<S: Stage>(
    stage: &mut S,
    input: S::Input,
    ctx: &Context,
    output: &Output<S::Output>,
    ports: &S::Ports,
) -> impl Future<Output = Result<S::Emission, Error>> + Send
where
    S::Input: Send,
{
    async move {
        let call = pin!(call(stage, input, ctx, ports));
        let called = Attended::<_, S>::new(call, output, ports).await;
        if !is_silent::<S::Output>() {
            output.hand_over();
        }
        ports.hand_over();
        called
    }
}

/// One call, with its timeout, observed by the stall monitor, and with its panic caught.
pub(crate) async fn call<S: Stage>(
    stage: &mut S,
    input: S::Input,
    ctx: &Context,
    ports: &S::Ports,
) -> Result<S::Emission, Error>
where
    S::Input: Send,
{
    // In a block, so that a panic of `Stage::call` itself is caught too.
    let call = async {
        #[cfg(feature = "test-util")]
        let _in_progress = crate::test::begin_call(ctx.node()).await?;
        stage.call(input, ctx, ports).await
    };
    // All of it is within the catch, because a call that is aborted is dropped there, which may panic.
    match ctx.node().options.timeout {
        Some(limit) => catch_call(ctx.watch(timed(limit, call))).await,
        None => catch_call(ctx.watch(call)).await,
    }
}

/// Whether a call needs no more than that its panic is caught.
pub(crate) fn is_unmonitored(ctx: &Context) -> bool {
    #[cfg(feature = "test-util")]
    if ctx.node().test.is_armed() {
        return false;
    }
    ctx.node().options.timeout.is_none() && ctx.stall_monitor().is_none()
}

/// Sends what a beat returned downstream. The time this waits for room is no part of the call; it waits in a box, since
/// most workers never do, and would have room for it all life long.
pub(crate) fn emit<T: Send + 'static>(
    emission: impl IntoIterator<Item = T, IntoIter: Send>,
    ctx: &Context,
    output: &mut Output<T>,
    downstream: &mut impl Downstream<T>,
) -> impl Future<Output = ()> + Send {
    let mut emission = emission.into_iter();
    async move {
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        let first = downstream.send_ahead(output, &mut emission);
        output.hand_over_unshared();
        if let Some(first) = first {
            Box::pin(async move {
                let leaving = output.leave(emission);
                let refused = downstream.send_each(output, first, leaving).await;
                tell_refused(refused, ctx);
            })
            .await;
        }
    }
}

/// The consumers counted what they refused; here is who lost it.
pub(crate) fn tell_refused(refused: u64, ctx: &Context) {
    if refused > 0 {
        tracing::warn!(
            worker = &*ctx.node().path(),
            refused,
            "output refused downstream"
        );
    }
}

/// Answers a failure by the policy `skip`; every other policy is the supervisor's. So is a stall that is to
/// restart the worker.
pub(crate) fn skip(error: Error, ctx: &Context) -> Result<(), Error> {
    let node = ctx.node();
    if node.options.on_error != Some(OnError::Skip) || node.stalled_by(&error) {
        return Err(error);
    }
    node.note_error(&error);
    tracing::warn!(
        worker = &*node.path(),
        error = format!("{error:#}"),
        "call failed, skipped"
    );
    Ok(())
}
