//! The loops that make the calls of a worker's function: for each message, each batch, or each beat.
//!
//! What a call emits goes [downstream](Downstream): to the worker's own port, or into the calls of the worker behind a
//! fused edge. The loops are compiled for each kind of downstream, so nothing is decided per message.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]

#[cfg(feature = "cron")]
mod at_times;
mod beat;

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{self, Poll};

use pin_project_lite::pin_project;

pub use self::beat::EachBeat;
use crate::error::Error;
use crate::node::context::Context;
use crate::queue::Batching;
use crate::time::rate::Limiter;
use crate::time::stall::{IdleGuard, StallMonitor};
use crate::worker::attempt::{Attempts, CallInput, Kept, Waiting, handle};
use crate::worker::call::{emit_rest, is_fast_path, poll_and_emit};
use crate::worker::downstream::{Downstream, PortOutput};
use crate::worker::stage::{Calls, Sealed, Stage};
use crate::worker::{Io, Ports, Worker};

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
        // The leaked value has no size.
        calls: boxed_calls(stage, ctx, io, Box::leak(Box::new(PortOutput))),
    }
}

/// Makes the calls of a worker. Their future may have room for several messages, so it is put into a box before any other
/// future contains it. It is made in a function of its own, which has returned when the first call is made.
pub(crate) fn boxed_calls<S: Stage, N: Downstream<S::Output>>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> Pin<Box<impl Future<Output = Result<(), Error>> + Send>> {
    Box::pin(S::Calls::make(stage, ctx, io, downstream))
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

/// Whether a message was received, which is then the first of the queue. It may wait for one.
macro_rules! has_message {
    ($io:expr) => {{
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        $io.queue.ready() || {
            $io.hand_over();
            $io.queue.recv().await
        }
    }};
}

/// `#[consumer]`: a call for each message of the queue.
#[derive(Debug)]
pub struct EachMessage;

impl<S: Stage<Input = <S as Worker>::Message>> Calls<S> for EachMessage {
    fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async move {
            if io.queue.is_of_nothing() {
                io.queue.ended().await;
                return Ok(());
            }
            if is_fast_path(ctx, io) {
                return pin!(call_fast(stage, ctx, io, downstream)).await;
            }
            let beside = io.copy.is_some() && ctx.node().options.retries_beside_queue();
            loop {
                let mut input = Kept::<S>::empty();
                let mut first = 1;
                if beside {
                    let next = io.queue.next_or_again(input.slot(), ctx.stop_requested());
                    let Some(attempt) = pin!(next).await else {
                        return Ok(());
                    };
                    first = attempt;
                } else if has_message!(io) {
                    input.put_first(&mut io.queue);
                } else {
                    return Ok(());
                }
                if let Some(limiter) = ctx.node().limiter() {
                    wait_for_rate::<S>(limiter, input.slot(), io).await;
                }
                if first > 1 {
                    ctx.node().count_retry();
                }
                let attempts = Attempts { first, beside };
                pin!(handle(stage, input.slot(), attempts, ctx, io, downstream)).await?;
            }
        }
    }
}

/// The calls of a consumer on the fast path.
fn call_fast<S, N>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> impl Future<Output = Result<(), Error>> + Send
where
    S: Stage<Input = <S as Worker>::Message>,
    N: Downstream<S::Output>,
{
    async move {
        while has_message!(io) {
            #[cfg(feature = "test-util")]
            if ctx.node().test.is_armed() {
                let mut input = Kept::<S>::empty();
                input.put_first(&mut io.queue);
                pin!(handle(
                    stage,
                    input.slot(),
                    Attempts::IN_LANE,
                    ctx,
                    io,
                    downstream
                ))
                .await?;
                continue;
            }
            let Io {
                queue,
                output,
                ports,
                ..
            } = &mut *io;
            let mut next = None;
            let mut rest = None;
            let emitted = {
                let mut call = pin!(stage.call(queue.first(), ctx, ports));
                poll_fn(|cx| {
                    let call = call.as_mut();
                    poll_and_emit(call, &mut rest, &mut next, output, ports, downstream, cx)
                })
                .await
            };
            match emitted {
                Ok(false) => {}
                Ok(true) => {
                    ports.hand_over_unshared();
                    pin!(emit_rest(&mut rest, &mut next, ctx, output, downstream)).await;
                }
                Err(error) => {
                    queue.failed();
                    return Err(error);
                }
            }
        }
        Ok(())
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
        while let Some(batch) = io.queue.recv_batch(&batching).await {
            let mut input = Kept::<S>::new(batch);
            if let Some(limiter) = limiter {
                wait_for_rate::<S>(limiter, input.slot(), io).await;
            }
            pin!(handle(
                stage,
                input.slot(),
                Attempts::IN_LANE,
                ctx,
                io,
                downstream
            ))
            .await?;
        }
        Ok(())
    }
}

/// Waits until the rate limit allows a call. If the wait is cut off, the messages return to the queue.
async fn wait_for_rate<S>(limiter: &Limiter, input: &mut Option<S::Input>, io: &mut Io<S>)
where
    S: Stage<Input: CallInput<<S as Worker>::Message>>,
{
    let waiting = Waiting::<S>::new(input, &mut io.queue);
    limiter.ready().await;
    waiting.end();
}
