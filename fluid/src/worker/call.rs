//! One call of a worker's function, and the way of what it emits.
//!
//! A message, the future of its call and the emission are moved in functions that return before user code is polled. The
//! loops store them in places of their own. Without optimisation each function keeps its temporary values on the stack until
//! it returns, so a large message would otherwise stand there many times.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use crate::catch::{catch_call, catch_now, poll_once};
use crate::error::Error;
use crate::node::context::Context;
use crate::options::OnError;
use crate::queue::Output;
use crate::time::timeout::timed;
use crate::worker::downstream::Downstream;
use crate::worker::{Io, Ports, Worker};

/// The result of a call whose emission is stored elsewhere.
type Called = Result<(), Error>;

/// Makes the future of a call in its place.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn make_call<F>(mut call: Pin<&mut Option<F>>, make: impl FnOnce() -> F) {
    call.set(Some(make()));
}

/// Like [`make_call`], but catches a panic.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn make_caught<F>(call: Pin<&mut Option<F>>, make: impl FnOnce() -> F) -> Called {
    catch_now(|| make_call(call, make)).map_err(Error::from)
}

/// Polls a call. When it has returned, its future is dropped and its emission is stored.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn poll_call<F, E>(
    call: Pin<&mut Option<F>>,
    emission: &mut Option<E::IntoIter>,
    cx: &mut task::Context<'_>,
) -> Poll<Called>
where
    F: Future<Output = Result<E, Error>>,
    E: IntoIterator,
{
    Poll::Ready(match ready!(poll_once(call, cx)) {
        Ok(emitted) => {
            *emission = Some(emitted.into_iter());
            Ok(())
        }
        Err(error) => Err(error),
    })
}

/// Polls a call with `poll`. Its panic is an error.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn caught<E>(poll: impl FnOnce() -> Poll<Result<E, Error>>) -> Poll<Result<E, Error>> {
    catch_now(poll).unwrap_or_else(|panicked| Poll::Ready(Err(panicked.into())))
}

/// Awaits a call that `poll` polls. Whenever it is pending, hands over what the worker has sent.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn attended<T, P: Ports>(
    mut poll: impl FnMut(&mut task::Context<'_>) -> Poll<Called>,
    output: &Output<T>,
    ports: &P,
) -> impl Future<Output = Called> {
    poll_fn(move |cx| {
        let polled = poll(cx);
        if polled.is_pending() {
            output.hand_over();
            ports.hand_over();
        }
        polled
    })
}

/// Awaits a call with its timeout and its stall, and catches its panic.
pub(crate) fn monitored(
    call: impl Future<Output = Called> + Send,
    ctx: &Context,
) -> impl Future<Output = Called> + Send {
    async move {
        #[cfg(feature = "test-util")]
        let call = async {
            let _in_progress = crate::test::begin_call(ctx.node()).await?;
            call.await
        };
        match ctx.node().options.timeout {
            Some(limit) => catch_call(ctx.watch(timed(limit, call))).await,
            None => catch_call(ctx.watch(call)).await,
        }
    }
}

/// Polls a call on the fast path. While it is pending, hands over what the worker has sent. When it has returned, sends its
/// emission as far as this needs no waiting. Returns whether a message is left: the first is in `next`, others are in
/// `rest`.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn poll_and_emit<E, T, P: Ports>(
    call: Pin<&mut impl Future<Output = Result<E, Error>>>,
    rest: &mut Option<E::IntoIter>,
    next: &mut Option<T>,
    output: &mut Output<T>,
    ports: &P,
    downstream: &mut impl Downstream<T>,
    cx: &mut task::Context<'_>,
) -> Poll<Result<bool, Error>>
where
    E: IntoIterator<Item = T>,
{
    let Poll::Ready(emission) = call.poll(cx)? else {
        output.hand_over_unshared();
        ports.hand_over();
        return Poll::Pending;
    };
    let mut emission = emission.into_iter();
    let left = emit_ahead(&mut emission, output, downstream);
    let is_left = left.is_some();
    if is_left {
        *next = left;
        *rest = Some(emission);
    }
    Poll::Ready(Ok(is_left))
}

/// Whether a call needs no more than that its panic is caught.
pub(crate) fn is_unmonitored(ctx: &Context) -> bool {
    #[cfg(feature = "test-util")]
    if ctx.node().test.is_armed() {
        return false;
    }
    ctx.node().options.timeout.is_none() && ctx.stall_monitor().is_none()
}

/// Whether no option acts on a single call. A failed call then ends the incarnation, and the catch around the incarnation
/// is enough.
pub(crate) fn is_fast_path<W: Worker>(ctx: &Context, io: &Io<W>) -> bool {
    let options = &ctx.node().options;
    options.rate.is_none()
        && options.timeout.is_none()
        && ctx.stall_monitor().is_none()
        && io.copy.is_none()
        && options.on_error != Some(OnError::Skip)
}

/// Whether there are no values of this type, so that nothing of it can be sent.
pub(crate) const fn is_silent<T>() -> bool {
    size_of::<Option<T>>() == 0
}

/// Sends what a call emitted, as far as this needs no waiting. Returns the first message that is left.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn emit_ahead<T>(
    emission: &mut impl Iterator<Item = T>,
    output: &mut Output<T>,
    downstream: &mut impl Downstream<T>,
) -> Option<T> {
    if is_silent::<T>() {
        return None;
    }
    downstream.send_ahead(output, emission)
}

/// Like [`emit_ahead`], for a loop that stores the emission and the message that is left. Returns whether there is one.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn emit_stored<T>(
    emission: &mut Option<impl Iterator<Item = T>>,
    next: &mut Option<T>,
    output: &mut Output<T>,
    downstream: &mut impl Downstream<T>,
) -> bool {
    if let Some(emission) = emission {
        *next = emit_ahead(emission, output, downstream);
    }
    next.is_some()
}

/// Sends the message `next`, which may have to wait, and the rest of what a call emitted.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn emit_rest<'a, T: Send + 'static>(
    emission: &'a mut Option<impl Iterator<Item = T> + Send>,
    next: &'a mut Option<T>,
    ctx: &'a Context,
    output: &'a mut Output<T>,
    downstream: &'a mut impl Downstream<T>,
) -> impl Future<Output = ()> + Send {
    output.hand_over_unshared();
    let output = &*output;
    EmitRest {
        sending: downstream.send_each(output, output.leave(next, emission)),
        ctx,
    }
}

pin_project! {
    /// See [`emit_rest`]. Written by hand, since the head of a fused chain awaits it for each message.
    struct EmitRest<'a, F> {
        #[pin]
        sending: F,
        ctx: &'a Context,
    }
}

impl<F: Future<Output = u64>> Future for EmitRest<'_, F> {
    type Output = ();

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        let refused = ready!(this.sending.poll(cx));
        tell_refused(refused, this.ctx);
        Poll::Ready(())
    }
}

/// Sends what a worker without a queue emits. If this waits for room, it waits in a box, since the future of a worker that
/// rarely emits has no room for it.
pub(crate) fn emit<T: Send + 'static>(
    emission: &mut Option<impl Iterator<Item = T> + Send>,
    ctx: &Context,
    output: &mut Output<T>,
    downstream: &mut impl Downstream<T>,
) -> impl Future<Output = ()> + Send {
    async move {
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        let mut next = None;
        let is_left = emit_stored(emission, &mut next, output, downstream);
        output.hand_over_unshared();
        if is_left {
            Box::pin(emit_rest(emission, &mut next, ctx, output, downstream)).await;
        }
    }
}

/// Reports messages that the consumers behind an output refused. The consumers have counted them.
fn tell_refused(refused: u64, ctx: &Context) {
    if refused > 0 {
        tracing::warn!(
            worker = &*ctx.node().path(),
            refused,
            "output refused downstream"
        );
    }
}

/// Answers a failure with `on_error = "skip"`. Returns the error if the worker has another policy, or if the call has
/// stalled and the worker is to be restarted.
pub(crate) fn skip(error: Error, ctx: &Context) -> Result<(), Error> {
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
