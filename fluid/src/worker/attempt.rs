//! Calls that are made again when they fail, and what becomes of a message when none is left.

use std::fmt;
use std::future::{Future, poll_fn};
use std::mem::needs_drop;
use std::pin::pin;
use std::task;
use std::time::Duration;

use crate::catch::{clear, drop_each};
use crate::error::Error;
use crate::node::context::Context;
use crate::queue::Queue;
use crate::sync::flag::until;
use crate::worker::call::{
    attended, caught, emit_rest, emit_stored, is_unmonitored, make_caught, monitored, poll_call,
    skip,
};
use crate::worker::downstream::Downstream;
use crate::worker::stage::Stage;
use crate::worker::{Io, Ports, Worker};

/// A message that a consumer gave up on: what leaves by its port `failed`.
#[derive(Clone, Debug)]
pub struct Failed<M> {
    /// The message.
    pub message: M,
    /// How the last attempt failed.
    pub error: Error,
    /// How many attempts were made, at least one.
    pub attempts: u32,
}

impl<M: fmt::Debug> fmt::Display for Failed<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            message,
            error,
            attempts,
        } = self;
        let times = if *attempts == 1 { "time" } else { "times" };
        write!(f, "{message:?} failed {attempts} {times}: {error:#}")
    }
}

/// How a message is cloned, before it is handed to a call that may fail.
pub(crate) type Copy<M> = fn(&M) -> M;

/// What one call is given, as seen from the messages in it.
pub(crate) trait CallInput<M>: Send + Sized {
    fn copied(&self, copy: Copy<M>) -> Self;
    fn messages(self) -> impl Iterator<Item = M> + Send + use<Self, M>;
}

impl<M: Send> CallInput<M> for M {
    fn copied(&self, copy: Copy<M>) -> Self {
        copy(self)
    }

    fn messages(self) -> impl Iterator<Item = M> + Send + use<M> {
        std::iter::once(self)
    }
}

impl<M: Send> CallInput<M> for Vec<M> {
    fn copied(&self, copy: Copy<M>) -> Self {
        self.iter().map(copy).collect()
    }

    fn messages(self) -> impl Iterator<Item = M> + Send + use<M> {
        self.into_iter()
    }
}

/// The attempt with which a call begins, and where a message waits for the next one.
#[derive(Clone, Copy)]
pub(crate) struct Attempts {
    pub(crate) first: u32,
    /// Whether it waits beside the queue, if there is room.
    pub(crate) beside: bool,
}

impl Attempts {
    pub(crate) const IN_LANE: Self = Self {
        first: 1,
        beside: false,
    };
}

/// Makes the calls for what was taken from the queue, until one succeeds or no attempt is left. What it
/// emits goes downstream. The caller waits for the rate limit before the first call.
///
/// What runs for every message is written as one block, with no other on its way: what an `async fn` is
/// given and returns is copied by way of memory, which costs more than the call of a small function.
///
/// # Errors
///
/// The last failure, if neither the port `failed` nor the policy `skip` answers it; and a stall that is to restart
/// the worker, also if the message is seen to.
#[allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are"
)]
pub(crate) fn handle<S, N>(
    stage: &mut S,
    input: &mut Option<S::Input>,
    attempts: Attempts,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> impl Future<Output = Result<(), Error>> + Send
where
    S: Stage<Input: CallInput<<S as Worker>::Message>>,
    N: Downstream<S::Output>,
{
    async move {
        let mut attempt = attempts.first;
        loop {
            let mut emission = None;
            let called = {
                let Io {
                    output,
                    ports,
                    copy,
                    ..
                } = &mut *io;
                let mut call = pin!(None);
                let made = make_caught(call.as_mut(), || {
                    stage.call(given(input, *copy, attempt, ctx), ctx, ports)
                });
                let mut poll =
                    |cx: &mut task::Context<'_>| poll_call(call.as_mut(), &mut emission, cx);
                let called = match made {
                    Err(panicked) => Err(panicked),
                    Ok(()) if is_unmonitored(ctx) => {
                        attended(|cx| caught(|| poll(cx)), output, ports).await
                    }
                    Ok(()) => {
                        let mut call = pin!(monitored(poll_fn(poll), ctx));
                        attended(|cx| call.as_mut().poll(cx), output, ports).await
                    }
                };
                // A call that was aborted ends before its failure is handled.
                clear(call);
                output.hand_over_unshared();
                ports.hand_over();
                called
            };
            let Err(error) = called else {
                #[cfg(feature = "test-util")]
                crate::test::perturb().await;
                let mut next = None;
                let is_left = emit_stored(&mut emission, &mut next, &mut io.output, downstream);
                io.output.hand_over_unshared();
                if is_left {
                    let output = &mut io.output;
                    pin!(emit_rest(&mut emission, &mut next, ctx, output, downstream)).await;
                }
                return done(ctx, io);
            };
            if is_left(attempt, ctx) && input.is_some() {
                ctx.node().note_error(&error);
                let pause = pause_after(attempt, &error, ctx);
                if attempts.beside
                    && ctx.is_running()
                    && io.queue.has_room_beside()
                    && let Some(input) = input.take()
                {
                    io.queue.put_beside(input.messages(), attempt + 1, pause);
                    return done(ctx, io);
                }
                let waiting = Waiting::<S>::new(input, &mut io.queue);
                wait(pause, ctx).await;
                waiting.end();
                ctx.node().count_retry();
                attempt += 1;
                continue;
            }
            return give_up::<S>(input, error, attempt, ctx, io).await;
        }
    }
}

/// The input of an attempt: a clone if another attempt may follow.
fn given<M, I: CallInput<M>>(
    input: &mut Option<I>,
    copy: Option<Copy<M>>,
    attempt: u32,
    ctx: &Context,
) -> I {
    if let (Some(copy), Some(input)) = (copy, &input) {
        ctx.begin_attempt(attempt);
        return input.copied(copy);
    }
    input.take().expect(ONE_ATTEMPT)
}

/// The input of a call, kept until the call, or as long as another attempt may need it. Its messages are dropped one at a
/// time.
pub(crate) struct Kept<S: Stage<Input: CallInput<<S as Worker>::Message>>>(Option<S::Input>);

impl<S: Stage<Input: CallInput<<S as Worker>::Message>>> Kept<S> {
    pub(crate) const fn new(input: S::Input) -> Self {
        Self(Some(input))
    }

    pub(crate) const fn empty() -> Self {
        Self(None)
    }

    pub(crate) const fn slot(&mut self) -> &mut Option<S::Input> {
        &mut self.0
    }
}

impl<S: Stage<Input = <S as Worker>::Message>> Kept<S> {
    /// Takes the message that was received.
    #[inline]
    pub(crate) fn put_first(&mut self, queue: &mut Queue<S::Message>) {
        self.0 = Some(queue.first());
    }
}

/// The input of a call that is not made yet. If the wait for it is cut off, its messages return to the queue.
pub(crate) struct Waiting<'a, S: Stage<Input: CallInput<<S as Worker>::Message>>> {
    input: Option<&'a mut Option<S::Input>>,
    queue: &'a mut Queue<S::Message>,
}

impl<'a, S: Stage<Input: CallInput<<S as Worker>::Message>>> Waiting<'a, S> {
    pub(crate) const fn new(
        input: &'a mut Option<S::Input>,
        queue: &'a mut Queue<S::Message>,
    ) -> Self {
        Self {
            input: Some(input),
            queue,
        }
    }

    pub(crate) fn end(mut self) {
        self.input = None;
    }
}

impl<S: Stage<Input: CallInput<<S as Worker>::Message>>> Drop for Waiting<'_, S> {
    fn drop(&mut self) {
        if let Some(input) = self.input.take().and_then(Option::take) {
            self.queue.take_back(input.messages());
        }
    }
}

impl<S: Stage<Input: CallInput<<S as Worker>::Message>>> Drop for Kept<S> {
    #[inline]
    fn drop(&mut self) {
        if needs_drop::<S::Message>()
            && let Some(input) = self.0.take()
        {
            drop_each(input.messages());
        }
    }
}

const ONE_ATTEMPT: &str = "what cannot be copied is given to one attempt only";

/// Called when a message was handled. Fails if the call has stalled, and counts the message as done also then.
fn done<S: Worker>(ctx: &Context, io: &mut Io<S>) -> Result<(), Error> {
    ctx.check_stall().inspect_err(|_| io.queue.settle())
}

fn is_left(attempt: u32, ctx: &Context) -> bool {
    attempt <= ctx.node().options.retry && ctx.may_retry()
}

/// The pause before the next attempt.
fn pause_after(attempt: u32, error: &Error, ctx: &Context) -> Duration {
    let (first, last) = ctx.node().options.backoff;
    let most = first
        .saturating_mul(2_u32.saturating_pow(attempt - 1))
        .min(last);
    let pause = most.mul_f64(fastrand::f64());
    tracing::debug!(
        worker = &*ctx.node().path(),
        error = format!("{error:#}"),
        attempt,
        ?pause,
        "call failed, trying again"
    );
    pause
}

/// Waits for the pause, which a stop cuts short, and for the rate limit.
async fn wait(pause: Duration, ctx: &Context) {
    until(ctx.stop_requested(), tokio::time::sleep(pause)).await;
    if let Some(limiter) = ctx.node().limiter() {
        limiter.ready().await;
    }
}

/// Called when no attempt is left. Sends the messages to the port `failed`. Without one, `on_error` decides.
async fn give_up<S>(
    kept: &mut Option<S::Input>,
    error: Error,
    attempts: u32,
    ctx: &Context,
    io: &mut Io<S>,
) -> Result<(), Error>
where
    S: Stage<Input: CallInput<<S as Worker>::Message>>,
{
    let input = if io.failed.is_wired() {
        kept.take()
    } else {
        None
    };
    io.queue.fail(input.is_none());
    let Some(input) = input else {
        return skip(error, ctx);
    };
    ctx.node().note_error(&error);
    tracing::warn!(
        worker = &*ctx.node().path(),
        error = format!("{error:#}"),
        attempts,
        "message given up"
    );
    let failed = input.messages().map(|message| Failed {
        message,
        error: error.clone(),
        attempts,
    });
    // In a box, since the future of a call has no room for a message that is given up.
    let refused = Box::pin(io.failed.send_all(failed)).await;
    if refused > 0 {
        io.queue.lose(refused);
        tracing::warn!(
            worker = &*ctx.node().path(),
            refused,
            "given-up messages refused downstream"
        );
    }
    if ctx.node().stalled_by(&error) {
        // The message has left by the port, and the worker is to restart.
        return Err(error);
    }
    Ok(())
}
