//! The beats of a worker without a queue.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, Sleep, sleep_until};

use super::{Attended, Calls, Stage, attended_call, emit, is_silent, is_unmonitored, skip};
use crate::catch::catch_call;
use crate::error::Error;
use crate::node::context::Context;
use crate::options::Pace;
use crate::queue::Output;
use crate::time::jitter::jitter;
use crate::worker::downstream::Downstream;
use crate::worker::{Io, Ports};

/// `#[worker]`: a call at each beat, until the stop. Without a heartbeat there is one call, and the
/// function's body is the loop.
#[derive(Debug)]
pub struct EachBeat;

impl<S: Stage<Input = ()>> Calls<S> for EachBeat {
    fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async move {
            let options = &ctx.node().options;
            if options.heartbeat.is_zero() {
                let emission = beat(stage, ctx, &io.output, &io.ports).await?;
                emit(emission, ctx, &mut io.output, downstream).await;
                return ctx.check_stall();
            }
            // One for all pauses, since a timer is most of what a beat costs.
            let mut timer = pin!(None::<Sleep>);
            let mut due = Instant::now();
            while ctx.is_running() {
                consume_budget().await;
                let result = beat(stage, ctx, &io.output, &io.ports).await;
                ctx.node().beats.fetch_add(1, Ordering::Relaxed);
                match result {
                    Ok(_) if is_silent::<S::Output>() => {}
                    Ok(emission) => emit(emission, ctx, &mut io.output, downstream).await,
                    Err(error) => skip(error, ctx)?,
                }
                ctx.check_stall()?;
                due = match options.pace {
                    Pace::Delay => Instant::now() + options.heartbeat,
                    Pace::Rate => next_beat(due, options.heartbeat, ctx),
                };
                let end = due + jitter(options.jitter);
                match timer.as_mut().as_pin_mut() {
                    Some(timer) => timer.reset(end),
                    None => timer.set(Some(sleep_until(end))),
                }
                pause(ctx, timer.as_mut()).await;
            }
            Ok(())
        }
    }
}

/// Waits for the timer, but no longer than until the life should end. It only looks whether it should: a life is
/// driven by an [`until`](crate::sync::flag::until), which polls it when anything is asked of it.
fn pause(ctx: &Context, mut timer: Pin<&mut Option<Sleep>>) -> impl Future<Output = ()> {
    poll_fn(move |cx| match timer.as_mut().as_pin_mut() {
        Some(timer) if ctx.is_running() => timer.poll(cx),
        _ => Poll::Ready(()),
    })
}

/// One call of a worker without a queue. What must be done about it besides is in a box, since for most of them
/// that is nothing, and they would have room for it all life long.
fn beat<S: Stage<Input = ()>>(
    stage: &mut S,
    ctx: &Context,
    output: &Output<S::Output>,
    ports: &S::Ports,
) -> impl Future<Output = Result<S::Emission, Error>> + Send {
    async move {
        if !is_unmonitored(ctx) {
            let call = attended_call(stage, (), ctx, output, ports);
            return Box::pin(call).await;
        }
        let call = catch_call(async { stage.call((), ctx, ports).await });
        let called = Attended::<_, S>::new(call, output, ports).await;
        if !is_silent::<S::Output>() {
            output.hand_over();
        }
        ports.hand_over();
        called
    }
}

/// The next beat of a fixed rate that is not over yet. Those that are, are missed.
fn next_beat(due: Instant, period: Duration, ctx: &Context) -> Instant {
    let mut next = due + period;
    let late = Instant::now().saturating_duration_since(next);
    if !late.is_zero() && !period.is_zero() {
        let missed = late.as_nanos().div_ceil(period.as_nanos()) as u32;
        next += period * missed;
        ctx.node().miss_beats(u64::from(missed));
        tracing::debug!(worker = &*ctx.node().path(), missed, "beats missed");
    }
    next
}
