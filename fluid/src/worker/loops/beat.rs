//! The beats of a worker without a queue.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::{self, Poll};
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, Sleep, sleep_until};

#[cfg(feature = "cron")]
use super::at_times::each_time;
use crate::error::Error;
use crate::node::context::Context;
use crate::options::Pace;
use crate::queue::Output;
use crate::time::jitter::jitter;
use crate::worker::call::{
    attended, caught, emit, is_silent, is_unmonitored, make_caught, monitored, poll_call, skip,
};
use crate::worker::downstream::Downstream;
use crate::worker::stage::{Calls, Stage};
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
            #[cfg(feature = "cron")]
            if options.cron.is_some() {
                // Boxed, so that it does not enlarge the future of every heartbeat.
                return Box::pin(each_time(stage, ctx, io, downstream)).await;
            }
            if options.heartbeat.is_zero() {
                let mut emission = None;
                pin!(beat(stage, &mut emission, ctx, &io.output, &io.ports)).await?;
                emit(&mut emission, ctx, &mut io.output, downstream).await;
                return ctx.check_stall();
            }
            // One timer for all pauses, since it is the largest cost of a beat.
            let mut timer = pin!(None::<Sleep>);
            let mut due = Instant::now();
            while ctx.is_running() {
                consume_budget().await;
                let mut emission = None;
                let called = pin!(beat(stage, &mut emission, ctx, &io.output, &io.ports)).await;
                ctx.node().beats.fetch_add(1, Ordering::Relaxed);
                match called {
                    Ok(()) if is_silent::<S::Output>() => {}
                    Ok(()) => emit(&mut emission, ctx, &mut io.output, downstream).await,
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

/// Waits for the timer, or until the incarnation is to end. Reading the request is enough, since an incarnation is
/// driven by an [`until`](crate::sync::flag::until), which polls it at each request.
fn pause(ctx: &Context, mut timer: Pin<&mut Option<Sleep>>) -> impl Future<Output = ()> {
    poll_fn(move |cx| match timer.as_mut().as_pin_mut() {
        Some(timer) if ctx.is_running() => timer.poll(cx),
        _ => Poll::Ready(()),
    })
}

/// One call of a worker without a queue. A call with a timeout or a stall is monitored in a box, since the futures of the
/// other workers have no room for that.
pub(super) fn beat<S: Stage<Input = ()>>(
    stage: &mut S,
    emission: &mut Option<<S::Emission as IntoIterator>::IntoIter>,
    ctx: &Context,
    output: &Output<S::Output>,
    ports: &S::Ports,
) -> impl Future<Output = Result<(), Error>> + Send {
    async move {
        let called = {
            let mut call = pin!(None);
            let made = make_caught(call.as_mut(), || stage.call((), ctx, ports));
            let mut poll = |cx: &mut task::Context<'_>| poll_call(call.as_mut(), emission, cx);
            match made {
                Err(panicked) => Err(panicked),
                Ok(()) if is_unmonitored(ctx) => {
                    attended(|cx| caught(|| poll(cx)), output, ports).await
                }
                Ok(()) => {
                    let mut call = Box::pin(monitored(poll_fn(poll), ctx));
                    attended(|cx| call.as_mut().poll(cx), output, ports).await
                }
            }
        };
        if !is_silent::<S::Output>() {
            output.hand_over();
        }
        ports.hand_over();
        called
    }
}

/// The next beat of a fixed rate that lies in the future. Counts the beats before it as missed.
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
