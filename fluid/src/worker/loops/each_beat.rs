//! The beats of a worker without a queue.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::Error;
use crate::node::context::Context;
use crate::options::Pace;
use crate::time::jitter::jitter;
use crate::worker::Io;
use crate::worker::downstream::Downstream;
use crate::worker::handle_message::Copy;
use crate::worker::loops::{Calls, NextInput, Sealed, Takes, call_each};
use crate::worker::stage::Stage;

/// `#[worker]`: a call at each beat, until the stop. Without a heartbeat there is one call, and the
/// function's body is the loop.
#[derive(Debug)]
pub struct EachBeat;

impl Sealed for EachBeat {}

impl<M: Send> Takes<M> for EachBeat {
    type Input = ();

    fn copied((): &(), _: Copy<M>) {}

    fn messages((): ()) -> impl Iterator<Item = M> + Send {
        std::iter::empty()
    }
}

impl<S: Stage<Input = ()>> Calls<S> for EachBeat {
    fn make<N: Downstream<S::Output>>(
        worker: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send {
        async move {
            let beats = Beats {
                timer: pin!(None),
                due: Instant::now(),
                is_first: true,
            };
            let calls = pin!(call_each(beats, worker, ctx, io, downstream));
            calls.await
        }
    }
}

/// The beats of a worker.
struct Beats<'a> {
    /// One timer for all pauses, because a new one for each would be most of what a beat costs.
    timer: Pin<&'a mut Option<Sleep>>,
    due: Instant,
    is_first: bool,
}

impl<S: Stage<Input = ()>> NextInput<S> for Beats<'_> {
    async fn wait(&mut self, ctx: &Context, _: &mut Io<S>) -> Option<()> {
        let options = &ctx.node().options;
        let is_first = std::mem::replace(&mut self.is_first, false);
        if options.heartbeat.is_zero() {
            return is_first.then_some(());
        }
        if !is_first {
            self.due = match options.pace {
                Pace::Delay => Instant::now() + options.heartbeat,
                Pace::Rate => next_beat(self.due, options.heartbeat, ctx),
            };
            let end = self.due + jitter(options.jitter);
            match self.timer.as_mut().as_pin_mut() {
                Some(timer) => timer.reset(end),
                None => self.timer.set(Some(sleep_until(end))),
            }
            pause(ctx, self.timer.as_mut()).await;
        }
        if !ctx.is_running() {
            return None;
        }
        consume_budget().await;
        Some(())
    }

    fn called(&mut self, ctx: &Context) {
        if !ctx.node().options.heartbeat.is_zero() {
            ctx.node().beats.fetch_add(1, Ordering::Relaxed);
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
