//! One call of a worker's function, and the loops that make the calls.

use std::future::Future;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use crate::catch::catch;
use crate::context::Context;
use crate::error::{Error, TimedOut};
use crate::options::{OnError, Pace};
use crate::queue::Output;
use crate::signal::until;
use crate::worker::{Io, Worker};

/// One call of a worker's function. The macros implement it; the loops below call it.
///
/// It knows nothing of queues, edges and policies, so one generated body serves all of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes its own calls",
    label = "an option of the calls that fluid makes",
    note = "a worker written by hand and a nested group have a loop of their own: set it there"
)]
pub trait Stage: Worker {
    /// What one call is given: a message, or `()` for a worker without a queue.
    type Input: Send;

    /// What one call emits: none, one or several of the worker's output.
    type Emission: IntoIterator<Item = Self::Output, IntoIter: Send> + Send;

    /// Calls the function.
    fn call(
        &mut self,
        input: Self::Input,
        ctx: &Context,
        ports: &Self::Ports,
    ) -> impl Future<Output = Result<Self::Emission, Error>> + Send;
}

/// `#[consumer]`: calls the function for each message.
///
/// Neither this nor [`work`] is an `async fn`, so that the signature says that the future is `Send`. The
/// compiler need not look into the loop for that, for each worker anew.
pub fn consume<S>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
) -> impl Future<Output = Result<(), Error>> + Send
where
    S: Stage<Input = <S as Worker>::Message>,
{
    consume_all(stage, ctx, io)
}

async fn consume_all<S>(stage: &mut S, ctx: &Context, io: &mut Io<S>) -> Result<(), Error>
where
    S: Stage<Input = <S as Worker>::Message>,
{
    while let Some(message) = io.queue.next().await {
        match call(stage, message, ctx, &io.ports).await {
            Ok(emission) => emit(emission, ctx, &io.output).await,
            Err(error) => {
                io.queue.failed();
                skip(error, ctx)?;
            }
        }
    }
    Ok(())
}

/// `#[worker]`: calls the function at each beat, until the stop. Without a heartbeat it calls the
/// function, whose body is then the loop, once.
pub fn work<S>(
    stage: &mut S,
    ctx: &Context,
    io: &mut Io<S>,
) -> impl Future<Output = Result<(), Error>> + Send
where
    S: Stage<Input = ()>,
{
    work_on(stage, ctx, io)
}

async fn work_on<S>(stage: &mut S, ctx: &Context, io: &mut Io<S>) -> Result<(), Error>
where
    S: Stage<Input = ()>,
{
    let options = &ctx.node().options;
    if options.heartbeat.is_zero() {
        let emission = call(stage, (), ctx, &io.ports).await?;
        emit(emission, ctx, &io.output).await;
        return Ok(());
    }
    let mut due = Instant::now();
    while ctx.is_running() {
        consume_budget().await;
        let result = call(stage, (), ctx, &io.ports).await;
        ctx.node().beats.fetch_add(1, Ordering::Relaxed);
        match result {
            Ok(emission) => emit(emission, ctx, &io.output).await,
            Err(error) => skip(error, ctx)?,
        }
        due = match options.pace {
            Pace::Delay => Instant::now() + options.heartbeat,
            Pace::Rate => next_beat(due, options.heartbeat, ctx),
        };
        until(&ctx.node().stop, sleep_until(due + jitter(options.jitter))).await;
    }
    Ok(())
}

/// One call, with its timeout, its panic caught.
async fn call<S: Stage>(
    stage: &mut S,
    input: S::Input,
    ctx: &Context,
    ports: &S::Ports,
) -> Result<S::Emission, Error> {
    let call = stage.call(input, ctx, ports);
    let Some(limit) = ctx.node().options.timeout else {
        return catch(call).await?;
    };
    // The timeout is within the catch, since a call that is cut off is dropped, and may panic then.
    let timed = catch(async { tokio::time::timeout(limit, call).await }).await?;
    timed.unwrap_or_else(|_| Err(TimedOut::new(limit).into()))
}

/// Sends what a call returned. The time this waits for room is no part of the call.
async fn emit<T: Send + 'static>(
    emission: impl IntoIterator<Item = T, IntoIter: Send>,
    ctx: &Context,
    output: &Output<T>,
) {
    let refused = output.send_each(emission.into_iter()).await;
    if refused > 0 {
        // The consumer counted each; here is who lost them.
        tracing::warn!(
            worker = ctx.worker_name(),
            refused,
            "output refused downstream"
        );
    }
}

/// Answers a failure by the policy `skip`; every other policy is the supervisor's.
fn skip(error: Error, ctx: &Context) -> Result<(), Error> {
    let node = ctx.node();
    if node.options.on_error != OnError::Skip {
        return Err(error);
    }
    node.note_error(&error);
    tracing::warn!(
        worker = ctx.worker_name(),
        error = format!("{error:#}"),
        "call failed, skipped"
    );
    Ok(())
}

/// The next beat of a fixed rate that is not over yet. Those that are, are missed.
fn next_beat(due: Instant, period: Duration, ctx: &Context) -> Instant {
    let mut next = due + period;
    let late = Instant::now().saturating_duration_since(next);
    if !late.is_zero() && !period.is_zero() {
        let missed = late.as_nanos().div_ceil(period.as_nanos()) as u32;
        next += period * missed;
        ctx.node()
            .missed_beats
            .fetch_add(u64::from(missed), Ordering::Relaxed);
        tracing::debug!(worker = ctx.worker_name(), missed, "beats missed");
    }
    next
}

/// A random duration below `most`.
pub(crate) fn jitter(most: Duration) -> Duration {
    most.mul_f64(fastrand::f64())
}
