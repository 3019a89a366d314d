//! One call of a worker's function, and what stands around it.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;

use crate::error::Error;
use crate::node::context::Context;
use crate::options::OnError;
use crate::queue::Output;
use crate::sync::catch::{catch, catch_within};
use crate::time::timeout::timed;
use crate::worker::handle_message::Copy as CopyFn;
use crate::worker::loops::Takes;
use crate::worker::stage::Stage;
use crate::worker::{Io, Ports, Worker};

/// Whether no option acts on a single call, and a failed call ends the incarnation.
pub(crate) fn is_fast_path<W: Worker>(ctx: &Context, io: &Io<W>) -> bool {
    let options = &ctx.node().options;
    #[cfg(feature = "rate")]
    if ctx.node().limiter().is_some() {
        return false;
    }
    options.timeout.is_none()
        && ctx.pulse().is_none()
        && io.copy.is_none()
        && options.on_error != Some(OnError::Skip)
}

/// Whether there are no values of this type, so that nothing can be sent.
pub(crate) const fn is_silent<T>() -> bool {
    size_of::<Option<T>>() == 0
}

/// Calls the worker with an input that is needed once.
#[inline]
pub(crate) fn call_once<'a, S: Stage>(
    worker: &'a mut S,
    input: &mut Option<S::Input>,
    ctx: &'a Context,
    ports: &'a S::Ports,
) -> impl Future<Output = Result<S::Emission, Error>> + Send + use<'a, S> {
    worker.call(taken(input), ctx, ports)
}

fn taken<I>(input: &mut Option<I>) -> I {
    let input = input.take();
    input.expect("an input that cannot be cloned is given to one attempt only")
}

/// Calls the worker with an input, or a clone of it if another attempt or the port `failed` may need the input. Stores
/// the call in `place`, unless that panics.
pub(crate) fn call_again<'a, S, F>(
    mut place: Pin<&mut Option<F>>,
    make: impl FnOnce(S::Input) -> F,
    attempt: u32,
    input: &mut Option<S::Input>,
    copy: Option<CopyFn<S::Message>>,
    ctx: &'a Context,
) -> Result<(), Error>
where
    S: Stage,
{
    let made = catch_within(|| {
        let input = match (copy, &*input) {
            (Some(copy), Some(input)) => {
                ctx.begin_attempt(attempt);
                S::Calls::copied(input, copy)
            }
            _ => taken(input),
        };
        place.set(Some(make(input)));
    });
    made.map_err(Error::from)
}

/// A call with its timeout, observed by the stall monitor. Its panic is an error.
pub(crate) fn guarded<F>(call: F, ctx: &Context) -> impl Future<Output = Result<(), Error>> + Send
where
    F: Future<Output = Result<(), Error>> + Send,
{
    #[cfg(feature = "test-util")]
    let call = async move {
        let _in_progress = crate::test::begin_call(ctx.node()).await?;
        call.await
    };
    let called = catch(ctx.watch(timed(ctx.node().options.timeout, call)));
    async move { called.await? }
}

/// A call that was stored in its place.
pub(crate) struct Placed<'a, F>(pub(crate) Pin<&'a mut Option<F>>);

impl<F: Future> Future for Placed<'_, F> {
    type Output = F::Output;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        match self.0.as_mut().as_pin_mut() {
            Some(call) => call.poll(cx),
            None => Poll::Pending,
        }
    }
}

/// What each poll of a call is surrounded with.
pub(crate) trait Around: Copy + Send {
    fn poll<T>(self, poll: impl FnOnce() -> Poll<Result<T, Error>>) -> Poll<Result<T, Error>>;
}

/// Nothing: the catch around the incarnation is enough.
impl Around for () {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll<T>(self, poll: impl FnOnce() -> Poll<Result<T, Error>>) -> Poll<Result<T, Error>> {
        poll()
    }
}

/// The span of a worker that is called in the task of another one. The panic is its own.
impl Around for &tracing::Span {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll<T>(self, poll: impl FnOnce() -> Poll<Result<T, Error>>) -> Poll<Result<T, Error>> {
        let _entered = self.enter();
        let mut polled = Poll::Pending;
        match catch_within(|| polled = poll()) {
            Ok(()) => polled,
            Err(panicked) => Poll::Ready(Err(panicked.into())),
        }
    }
}

pin_project! {
    /// A call of a worker. What it emits is stored outside, so that no layer around the call moves it. Whenever the call
    /// waits, what the worker has sent is handed over.
    pub(crate) struct Attended<'a, F, S: Stage, A> {
        #[pin]
        call: F,
        emission: &'a mut Option<<S::Emission as IntoIterator>::IntoIter>,
        output: &'a Output<S::Output>,
        ports: &'a S::Ports,
        around: A,
    }
}

impl<'a, F, S: Stage, A> Attended<'a, F, S, A> {
    pub(crate) const fn new(
        call: F,
        emission: &'a mut Option<<S::Emission as IntoIterator>::IntoIter>,
        (output, ports): (&'a Output<S::Output>, &'a S::Ports),
        around: A,
    ) -> Self {
        Self {
            call,
            emission,
            output,
            ports,
            around,
        }
    }
}

impl<F, S, A> Future for Attended<'_, F, S, A>
where
    S: Stage,
    F: Future<Output = Result<S::Emission, Error>>,
    A: Around,
{
    type Output = Result<(), Error>;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        match this.around.poll(|| this.call.poll(cx)) {
            Poll::Ready(Ok(emission)) => {
                if !is_silent::<S::Output>() {
                    **this.emission = Some(emission.into_iter());
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => {
                this.output.hand_over();
                this.ports.hand_over();
                Poll::Pending
            }
        }
    }
}
