//! Handles messages: calls the worker, again after a failure, sends what the call emits, or gives the message up.

use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};

use crate::error::Error;
use crate::node::context::Context;
use crate::options::OnError;
use crate::sync::signal::until;
use crate::worker::Io;
use crate::worker::call::{Around, Attended, Placed, call_again, call_once, guarded};
use crate::worker::downstream::Downstream;
use crate::worker::loops::Takes;
use crate::worker::stage::Stage;

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

/// The inputs of a worker's calls, one after the other.
pub(crate) trait Inputs<S: Stage>: Send {
    type Downstream: Downstream<S::Output>;
    type Around<'a>: Around
    where
        Self: 'a;
    /// What is returned at the end.
    type End;

    /// The next input, if no waiting is needed. The call before has ended.
    fn next(&mut self) -> Next;

    /// Waits for an input. Returns `false` if there is none any more.
    fn wait(&mut self) -> impl Future<Output = bool> + Send;

    /// The worker that is called with the input.
    fn target(&mut self) -> Target<'_, S, Self::Downstream, Self::Around<'_>>;

    /// An input was handled, or the worker's policy does not answer its failure. Returns `Some` to end the calls.
    fn called(&mut self, called: Result<(), Error>) -> Option<Self::End>;

    /// There is no input any more.
    fn ended(&mut self) -> Self::End;
}

/// Whether there is an input.
pub(crate) enum Next {
    Ready,
    /// One may come.
    Wait,
    /// There is none any more.
    End,
}

/// A worker, and what it is called with.
pub(crate) struct Target<'a, S: Stage, N, A> {
    pub(crate) worker: &'a mut S,
    /// The input, which stays here as long as another attempt may need it.
    pub(crate) input: &'a mut Option<S::Input>,
    pub(crate) ctx: &'a Context,
    pub(crate) io: &'a mut Io<S>,
    pub(crate) downstream: &'a mut N,
    pub(crate) around: A,
    /// See [`is_fast_path`](crate::worker::call::is_fast_path).
    pub(crate) fast_path: bool,
}

/// What the calls of a worker emit.
type Emitted<S> = <<S as Stage>::Emission as IntoIterator>::IntoIter;

/// Handles each input: calls the worker until a call succeeds or no attempt is left, and sends what the call emits
/// downstream.
///
/// All that runs for every message is in this block: an `async fn` for each step would copy its arguments and its
/// result. A value as large as a message is pinned here or stands in a slot, and only short functions move it. So a debug
/// build keeps few copies of it on the stack while a call is polled.
pub(crate) fn handle_each<S: Stage, I: Inputs<S>>(
    mut inputs: I,
) -> impl Future<Output = I::End> + Send
where
    I::End: Send,
{
    async move {
        loop {
            #[cfg(feature = "test-util")]
            crate::test::perturb().await;
            let has_input = match inputs.next() {
                Next::Ready => true,
                Next::Wait => inputs.wait().await,
                Next::End => false,
            };
            if !has_input {
                return inputs.ended();
            }
            let mut emission = None;
            let mut called = {
                let target = inputs.target();
                if target.is_fast_path() {
                    let Target {
                        worker,
                        input,
                        ctx,
                        io,
                        around,
                        ..
                    } = target;
                    let ports = (&io.output, &io.ports);
                    let call = pin!(call_once(worker, input, ctx, &io.ports));
                    Attended::<_, S, _>::new(call, &mut emission, ports, around).await
                } else {
                    attempts(target, &mut emission).await
                }
            };
            let Target {
                input,
                ctx,
                io,
                downstream,
                fast_path,
                ..
            } = inputs.target();
            if let Some(emission) = &mut emission {
                #[cfg(feature = "test-util")]
                crate::test::perturb().await;
                let mut first = downstream.send_ahead(&mut io.output, emission);
                if first.is_some() {
                    io.hand_over();
                    let mut rest = io.output.leave(emission);
                    let sent = pin!(downstream.send_each(&io.output, &mut first, &mut rest));
                    let refused = sent.await;
                    if refused > 0 {
                        warn_refused(refused, ctx);
                    }
                }
            }
            match called {
                Ok(()) if fast_path => {}
                // The message was handled, also by a call that should have been aborted.
                Ok(()) => called = ctx.check_stall().inspect_err(|_| io.queue.settle()),
                Err(error) => called = give_up(input, error, ctx, io).await,
            }
            if let Some(end) = inputs.called(called) {
                return end;
            }
        }
    }
}

impl<S: Stage, N, A> Target<'_, S, N, A> {
    #[inline]
    fn is_fast_path(&self) -> bool {
        #[cfg(feature = "test-util")]
        if self.ctx.node().test.is_armed() {
            return false;
        }
        self.fast_path
    }
}

/// Calls the worker until a call succeeds or no attempt is left.
async fn attempts<S: Stage, N: Send, A: Around>(
    target: Target<'_, S, N, A>,
    emission: &mut Option<Emitted<S>>,
) -> Result<(), Error> {
    let Target {
        worker,
        input,
        ctx,
        io,
        around,
        ..
    } = target;
    let mut attempt = 1;
    loop {
        #[cfg(feature = "rate")]
        if let Some(limiter) = ctx.node().limiter() {
            io.hand_over();
            limiter.ready().await;
        }
        let called = {
            let ports = (&io.output, &io.ports);
            let worker = &mut *worker;
            let mut call = pin!(None);
            let made = call_again::<S, _>(
                call.as_mut(),
                |input| worker.call(input, ctx, &io.ports),
                attempt,
                input,
                io.copy,
                ctx,
            );
            match made {
                Ok(()) => {
                    let call = Attended::<_, S, _>::new(Placed(call), emission, ports, around);
                    guarded(call, ctx).await
                }
                Err(panicked) => Err(panicked),
            }
        };
        let Err(error) = called else {
            return Ok(());
        };
        io.hand_over();
        if attempt > ctx.node().options.retry || input.is_none() || !ctx.may_retry() {
            return Err(error);
        }
        pause(attempt, &error, ctx).await;
        attempt += 1;
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Waits before the next attempt. A stop ends the wait.
fn pause<'a>(attempt: u32, error: &'a Error, ctx: &'a Context) -> BoxFuture<'a, ()> {
    let (first, last) = ctx.node().options.backoff;
    let most = first
        .saturating_mul(2_u32.saturating_pow(attempt - 1))
        .min(last);
    let pause = most.mul_f64(fastrand::f64());
    ctx.node().note_error(error);
    tracing::debug!(
        worker = &*ctx.node().path(),
        error = format!("{error:#}"),
        attempt,
        ?pause,
        "call failed, trying again"
    );
    Box::pin(async move {
        until(ctx.stop_requested(), tokio::time::sleep(pause)).await;
    })
}

/// No attempt is left: the messages leave by the port `failed`, or the policy decides.
///
/// In a box, like [`pause`]: most calls succeed, and need no room for this.
fn give_up<'a, S: Stage>(
    input: &'a mut Option<S::Input>,
    error: Error,
    ctx: &'a Context,
    io: &'a mut Io<S>,
) -> BoxFuture<'a, Result<(), Error>> {
    Box::pin(async move {
        let input = input.take().filter(|_| io.failed.is_wired());
        io.queue.fail(input.is_none());
        let Some(input) = input else {
            return skip(error, ctx);
        };
        let attempts = ctx.attempt();
        ctx.node().note_error(&error);
        tracing::warn!(
            worker = &*ctx.node().path(),
            error = format!("{error:#}"),
            attempts,
            "message given up"
        );
        let failed = S::Calls::messages(input).map(|message| Failed {
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
            // The message was handled, but the worker is to be restarted.
            return Err(error);
        }
        Ok(())
    })
}

/// Answers a failure by the policy `skip`. The supervisor answers every other policy, and a stall that is to restart
/// the worker.
fn skip(error: Error, ctx: &Context) -> Result<(), Error> {
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

/// Logs how many messages the consumers refused, which count them. The log record names their sender.
#[cold]
fn warn_refused(refused: u64, ctx: &Context) {
    tracing::warn!(
        worker = &*ctx.node().path(),
        refused,
        "output refused downstream"
    );
}
