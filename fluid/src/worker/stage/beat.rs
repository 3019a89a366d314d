//! The beats of a worker without a queue.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, Sleep, sleep_until};

use super::{Attended, Calls, Stage, emit, guarded, is_silent, is_unmonitored, skip};
use crate::error::Error;
use crate::node::context::Context;
use crate::options::Pace;
use crate::sync::catch::{OneOf, caught};
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
                let beat = pin!(beat(stage, ctx, io, downstream));
                beat.await?;
                return ctx.survived();
            }
            // One for all pauses, since a timer is most of what a beat costs.
            let mut timer = pin!(None::<Sleep>);
            let mut due = Instant::now();
            while ctx.is_running() {
                consume_budget().await;
                let beaten = {
                    let beat = pin!(beat(stage, ctx, io, downstream));
                    beat.await
                };
                beaten.or_else(|error| skip(error, ctx))?;
                ctx.survived()?;
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
/// driven by an [`until`](crate::sync::signal::until), which polls it when anything is asked of it.
fn pause(ctx: &Context, mut timer: Pin<&mut Option<Sleep>>) -> impl Future<Output = ()> {
    poll_fn(move |cx| match timer.as_mut().as_pin_mut() {
        Some(timer) if ctx.is_running() => timer.poll(cx),
        _ => Poll::Ready(()),
    })
}

/// One call of a worker without a queue, and what it emits. What must be done about it besides is in a box, since for
/// most of them that is nothing, and they would have room for it all life long.
fn beat<S: Stage<Input = ()>, N: Downstream<S::Output>>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> impl Future<Output = Result<(), Error>> + Send {
    async move {
        let error = 'call: {
            // Each value in a scope of its own, as in `handle`.
            let mut emission = {
                let (output, ports) = (&io.output, &io.ports);
                let place = pin!(None);
                let call = if is_unmonitored(ctx) {
                    let call = caught(place, || stage.call((), ctx, ports));
                    OneOf::First { call }
                } else {
                    let call = Box::pin(guarded(ctx, place, || stage.call((), ctx, ports)));
                    OneOf::Second { call }
                };
                match Attended::<_, S>::new(call, output, ports).await {
                    Ok(emission) => emission.into_iter(),
                    Err(error) => break 'call error,
                }
            };
            has_beaten(ctx, io);
            if !is_silent::<S::Output>() {
                let emitted = pin!(emit(&mut emission, ctx, &mut io.output, downstream));
                emitted.await;
            }
            return Ok(());
        };
        has_beaten(ctx, io);
        Err(error)
    }
}

/// A call has ended: what it sent is handed over, and the beat is counted.
fn has_beaten<S: Stage>(ctx: &Context, io: &mut Io<S>) {
    if !is_silent::<S::Output>() {
        io.output.hand_over_unshared();
    }
    io.ports.hand_over_unshared();
    if !ctx.node().options.heartbeat.is_zero() {
        ctx.node().beats.fetch_add(1, Ordering::Relaxed);
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
        tracing::debug!(worker = ctx.worker_name(), missed, "beats missed");
    }
    next
}

/// A random duration below `most`.
pub(crate) fn jitter(most: Duration) -> Duration {
    if most.is_zero() {
        return most;
    }
    most.mul_f64(fastrand::f64())
}
