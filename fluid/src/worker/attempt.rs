//! Calls that are made again when they fail, and what becomes of a message when none is left.

use std::fmt;
use std::future::Future;
use std::mem::needs_drop;
use std::pin::pin;

use crate::catch::{catch_call, catch_now, drop_each};
use crate::error::Error;
use crate::node::context::Context;
use crate::queue::Queue;
use crate::sync::flag::until;
use crate::worker::downstream::Downstream;
use crate::worker::stage::{Attended, Stage, attended_call, is_unmonitored, skip, tell_refused};
use crate::worker::{Io, Worker};

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
    input: S::Input,
    ctx: &Context,
    io: &mut Io<S>,
    downstream: &mut N,
) -> impl Future<Output = Result<(), Error>> + Send
where
    S: Stage<Input: CallInput<<S as Worker>::Message>>,
    N: Downstream<S::Output>,
{
    async move {
        let mut kept = Kept::<S>::new(input);
        let mut attempt = 1;
        loop {
            let given = match (io.copy, &kept.0) {
                (Some(copy), Some(input)) => {
                    ctx.begin_attempt(attempt);
                    input.copied(copy)
                }
                _ => kept.take(),
            };
            let called = if is_unmonitored(ctx) {
                let called = {
                    let (output, ports) = (&io.output, &io.ports);
                    let mut call = pin!(None);
                    let made = catch_now(|| call.set(Some(stage.call(given, ctx, ports))));
                    match (made, call.as_pin_mut()) {
                        (Ok(()), Some(call)) => {
                            Attended::<_, S>::new(catch_call(call), output, ports).await
                        }
                        (Err(panicked), _) => Err(panicked.into()),
                        (Ok(()), None) => unreachable!("it was just made"),
                    }
                };
                io.hand_over();
                called
            } else {
                attended_call(stage, given, ctx, &io.output, &io.ports).await
            };
            let error = match called {
                Ok(emission) => {
                    #[cfg(feature = "test-util")]
                    crate::test::perturb().await;
                    let mut emission = emission.into_iter();
                    let first = downstream.send_ahead(&mut io.output, &mut emission);
                    io.output.hand_over_unshared();
                    if let Some(first) = first {
                        let leaving = io.output.leave(emission);
                        let refused = downstream.send_each(&io.output, first, leaving).await;
                        tell_refused(refused, ctx);
                    }
                    return done(ctx, io);
                }
                Err(error) => error,
            };
            if is_left(attempt, ctx) && kept.0.is_some() {
                ctx.node().note_error(&error);
                let waiting = Waiting::new(&mut kept, &mut io.queue);
                pause(attempt, &error, ctx).await;
                waiting.end();
                ctx.node().count_retry();
                attempt += 1;
                continue;
            }
            return give_up::<S>(kept, error, attempt, ctx, io).await;
        }
    }
}

/// The input of a call, kept until the call, or as long as another attempt may need it. Its messages are dropped one at a
/// time.
pub(crate) struct Kept<S: Stage<Input: CallInput<<S as Worker>::Message>>>(Option<S::Input>);

impl<S: Stage<Input: CallInput<<S as Worker>::Message>>> Kept<S> {
    pub(crate) const fn new(input: S::Input) -> Self {
        Self(Some(input))
    }

    #[inline(always)]
    pub(crate) fn take(&mut self) -> S::Input {
        self.0.take().expect(ONE_ATTEMPT)
    }
}

/// The input of a call that is not made yet. If the wait for it is cut off, its messages return to the queue.
pub(crate) struct Waiting<'a, S: Stage<Input: CallInput<<S as Worker>::Message>>> {
    kept: Option<&'a mut Kept<S>>,
    queue: &'a mut Queue<S::Message>,
}

impl<'a, S: Stage<Input: CallInput<<S as Worker>::Message>>> Waiting<'a, S> {
    pub(crate) const fn new(kept: &'a mut Kept<S>, queue: &'a mut Queue<S::Message>) -> Self {
        Self {
            kept: Some(kept),
            queue,
        }
    }

    pub(crate) fn end(mut self) {
        self.kept = None;
    }
}

impl<S: Stage<Input: CallInput<<S as Worker>::Message>>> Drop for Waiting<'_, S> {
    fn drop(&mut self) {
        if let Some(input) = self.kept.take().and_then(|kept| kept.0.take()) {
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

/// A message is handled, be it in a call that should have been cut off.
fn done<S: Worker>(ctx: &Context, io: &mut Io<S>) -> Result<(), Error> {
    ctx.check_stall().inspect_err(|_| io.queue.settle())
}

fn is_left(attempt: u32, ctx: &Context) -> bool {
    attempt <= ctx.node().options.retry && ctx.may_retry()
}

/// The pause before the next attempt, which a stop cuts short, and the wait for the rate limit.
async fn pause(attempt: u32, error: &Error, ctx: &Context) {
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
    until(ctx.stop_requested(), tokio::time::sleep(pause)).await;
    if let Some(limiter) = ctx.node().limiter() {
        limiter.ready().await;
    }
}

/// No attempt is left: the messages leave by the port `failed`, or the policy decides.
async fn give_up<S>(
    mut kept: Kept<S>,
    error: Error,
    attempts: u32,
    ctx: &Context,
    io: &mut Io<S>,
) -> Result<(), Error>
where
    S: Stage<Input: CallInput<<S as Worker>::Message>>,
{
    let input = if io.failed.is_wired() {
        kept.0.take()
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
    let refused = io.failed.send_all(failed).await;
    if refused > 0 {
        io.queue.lose(refused);
        tracing::warn!(
            worker = &*ctx.node().path(),
            refused,
            "given-up messages refused downstream"
        );
    }
    if ctx.node().stalled_by(&error) {
        // The message is seen to, and the worker is not.
        return Err(error);
    }
    Ok(())
}
