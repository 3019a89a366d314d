//! One call behind a fused edge, and the calls that follow from it.
//!
//! A call is mostly ready when it is first polled, and so are the calls that follow. The first poll of each [`FusedLink`] is
//! therefore compiled into that of the link before it, and stores nothing. Only a link whose call is pending stores what
//! follows. See `docs/decisions/fused-call.md`.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use crate::catch::clear;
use crate::error::Error;
use crate::fused::callee::Callee;
use crate::node::context::Context;
use crate::queue::{Output, Queue};
use crate::worker::Worker;
use crate::worker::call::{caught, emit_rest, emit_stored, make_call, poll_call};
use crate::worker::downstream::{Downstream, FusedCall};
use crate::worker::stage::Stage;

/// The messages that a call has emitted and that are not sent.
type Emission<W> = Option<<<W as Stage>::Emission as IntoIterator>::IntoIter>;

/// The worker that is called, and the edges behind it.
pub(crate) type CallTarget<'a, W, N> = (&'a mut Callee<W>, &'a mut N);

/// A call of `W` on the fast path, and what follows from it. `target` takes what was sent, stores the message of the call,
/// and returns the callee. It returns `None` if there is no message.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn fused_call<'a, X, P, W, N, G>(target: G) -> impl FusedCall<'a, P, X>
where
    P: 'a,
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
    G: Fn(&'a mut P, &mut Option<X>, &mut Option<W::Message>) -> Option<CallTarget<'a, W, N>>
        + Send,
{
    FusedLink {
        target,
        make: make::<W>,
        direct: || N::fused_call(),
        rest: rest::<W, N>,
        pending: None,
        call: None,
        downstream: Route::None,
    }
}

#[cfg_attr(not(debug_assertions), inline(always))]
fn make<'a, W: Stage>(
    worker: &'a mut W,
    message: &mut Option<W::Input>,
    ctx: &'a Context,
    ports: &'a W::Ports,
) -> impl Future<Output = Result<W::Emission, Error>> + Send + use<'a, W> {
    let message = message.take();
    worker.call(message.expect("a target has a message"), ctx, ports)
}

/// Sends the rest of an emission in a loop. The loop stores the messages.
#[allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]
fn rest<'a, W: Stage, N: Downstream<W::Output>>(
    mut emission: Emission<W>,
    mut next: Option<W::Output>,
    ctx: &'a Context,
    output: &'a mut Output<W::Output>,
    downstream: &'a mut N,
) -> impl Future<Output = ()> + Send {
    async move { pin!(emit_rest(&mut emission, &mut next, ctx, output, downstream)).await }
}

pin_project! {
    /// One call and what follows from it. The types of its futures have no names, so there is a function for each future
    /// that makes it.
    struct FusedLink<'a, W: Stage, N, G, C, F, DC, D, RC, R> {
        target: G,
        make: C,
        direct: DC,
        rest: RC,
        pending: Option<Pending<'a, W, N>>,
        #[pin]
        call: Option<F>,
        #[pin]
        downstream: Route<D, R>,
    }
}

/// A call that has returned: what is needed to send its emission.
type Returned<'a, W, N> = (
    Pending<'a, W, N>,
    &'a mut N,
    &'a mut Output<<W as Worker>::Output>,
);

/// What is needed after the call.
struct Pending<'a, W: Worker, N> {
    ctx: &'a Context,
    span: &'a tracing::Span,
    queue: &'a mut Queue<W::Message>,
    failure: &'a mut Option<Error>,
    next: Option<(&'a mut N, &'a mut Output<W::Output>)>,
}

impl<W: Worker, N> Pending<'_, W, N> {
    /// Counts a failed call. Returns `false`, the result of the link.
    #[cold]
    fn failed(&mut self, error: Error) -> bool {
        self.queue.failed();
        *self.failure = Some(error);
        false
    }
}

pin_project! {
    /// The way of an emission: a single message goes into the call of the next link. Several messages, or a message that
    /// has to wait, go in a loop.
    #[project = RouteProjected]
    enum Route<D, R> {
        None,
        Direct { #[pin] link: D },
        Rest { #[pin] rest: R },
    }
}

/// Makes the call of the next link in its place.
#[cfg_attr(not(debug_assertions), inline(always))]
fn make_link<D, R>(mut downstream: Pin<&mut Route<D, R>>, make: impl Fn() -> D) {
    downstream.set(Route::Direct { link: make() });
}

/// Polls a call in the span of its worker. Its panic is an error.
#[cfg_attr(not(debug_assertions), inline(always))]
fn polled(
    span: &tracing::Span,
    poll: impl FnOnce() -> Poll<Result<(), Error>>,
) -> Poll<Result<(), Error>> {
    let _entered = span.enter();
    caught(poll)
}

impl<'a, X, P, W, N, G, C, F, DC, D, RC, R> FusedCall<'a, P, X>
    for FusedLink<'a, W, N, G, C, F, DC, D, RC, R>
where
    P: 'a,
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
    G: Fn(&'a mut P, &mut Option<X>, &mut Option<W::Message>) -> Option<CallTarget<'a, W, N>>
        + Send,
    C: Fn(&'a mut W, &mut Option<W::Message>, &'a Context, &'a W::Ports) -> F + Send,
    F: Future<Output = Result<W::Emission, Error>> + Send,
    DC: Fn() -> D + Send,
    D: FusedCall<'a, N, W::Output>,
    RC: Fn(Emission<W>, Option<W::Output>, &'a Context, &'a mut Output<W::Output>, &'a mut N) -> R
        + Send,
    R: Future<Output = ()> + Send,
{
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn begin(
        mut self: Pin<&mut Self>,
        sender: &'a mut P,
        sent: &mut Option<X>,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut emission = None;
        match ready!(self.as_mut().first_poll(sender, sent, &mut emission, cx)) {
            Ok((pending, next, output)) => {
                self.emit_first(&mut emission, pending, next, output, cx)
            }
            Err(went_well) => Poll::Ready(went_well),
        }
    }
}

impl<'a, W, N, G, C, F, DC, D, RC, R> FusedLink<'a, W, N, G, C, F, DC, D, RC, R>
where
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
    C: Fn(&'a mut W, &mut Option<W::Message>, &'a Context, &'a W::Ports) -> F,
    F: Future<Output = Result<W::Emission, Error>>,
{
    /// Makes the call and polls it. If it has returned, returns what is needed to send its emission. Otherwise returns
    /// the result of the link: there was no message, or the call has failed.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn first_poll<X, P>(
        self: Pin<&mut Self>,
        sender: &'a mut P,
        sent: &mut Option<X>,
        emission: &mut Emission<W>,
        cx: &mut task::Context<'_>,
    ) -> Poll<Result<Returned<'a, W, N>, bool>>
    where
        G: Fn(&'a mut P, &mut Option<X>, &mut Option<W::Message>) -> Option<CallTarget<'a, W, N>>,
    {
        let this = self.project();
        let mut message = None;
        let Some((callee, next)) = (this.target)(sender, sent, &mut message) else {
            return Poll::Ready(Err(true));
        };
        let (worker, ctx, span) = (&mut callee.worker, &callee.ctx, &callee.span);
        let (ports, output, queue) = (
            &callee.io.ports,
            &mut callee.io.output,
            &mut callee.io.queue,
        );
        queue.hand_over();
        let (make, mut call) = (&*this.make, this.call);
        let polled = polled(span, || {
            // Within the catch, so that a panic before there is a future is caught, too.
            make_call(call.as_mut(), || make(worker, &mut message, ctx, ports));
            poll_call(call.as_mut(), emission, cx)
        });
        let mut pending = Pending {
            ctx,
            span,
            queue,
            failure: &mut callee.failure,
            next: None,
        };
        match polled {
            Poll::Ready(Ok(())) => Poll::Ready(Ok((pending, next, output))),
            Poll::Ready(Err(error)) => {
                clear(call);
                Poll::Ready(Err(pending.failed(error)))
            }
            Poll::Pending => {
                pending.next = Some((next, output));
                *this.pending = Some(pending);
                Poll::Pending
            }
        }
    }
}

impl<'a, W, N, G, C, F, DC, D, RC, R> Future for FusedLink<'a, W, N, G, C, F, DC, D, RC, R>
where
    W: Stage,
    N: Downstream<W::Output>,
    F: Future<Output = Result<W::Emission, Error>>,
    DC: Fn() -> D,
    D: FusedCall<'a, N, W::Output>,
    RC: Fn(Emission<W>, Option<W::Output>, &'a Context, &'a mut Output<W::Output>, &'a mut N) -> R,
    R: Future<Output = ()>,
{
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let this = self.as_mut().project();
        let Some(pending) = this.pending.as_mut().filter(|_| this.call.is_some()) else {
            return self.poll_downstream(cx);
        };
        let (call, mut emission) = (this.call, None);
        let polled = polled(pending.span, || poll_call(call, &mut emission, cx));
        if let Err(error) = ready!(polled) {
            return Poll::Ready(pending.failed(error));
        }
        let mut first = None;
        if let Some((next, output)) = &mut pending.next
            && emit_stored(&mut emission, &mut first, output, *next)
        {
            self.as_mut().send_rest(emission, first);
        }
        self.poll_downstream(cx)
    }
}

impl<'a, W, N, G, C, F, DC, D, RC, R> FusedLink<'a, W, N, G, C, F, DC, D, RC, R>
where
    W: Stage,
    N: Downstream<W::Output>,
    DC: Fn() -> D,
    D: FusedCall<'a, N, W::Output>,
    RC: Fn(Emission<W>, Option<W::Output>, &'a Context, &'a mut Output<W::Output>, &'a mut N) -> R,
    R: Future<Output = ()>,
{
    /// Sends what the call emitted in the first poll. A single message goes into the call of the next link at once.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn emit_first(
        mut self: Pin<&mut Self>,
        emission: &mut Emission<W>,
        mut pending: Pending<'a, W, N>,
        next: &'a mut N,
        output: &'a mut Output<W::Output>,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut first = None;
        if !emit_stored(emission, &mut first, output, next) {
            pending.queue.settle();
            return Poll::Ready(true);
        }
        let mut this = self.as_mut().project();
        let is_last = emission
            .as_ref()
            .is_none_or(|rest| rest.size_hint().1 == Some(0));
        if !is_last || !next.is_direct(output) {
            pending.next = Some((next, output));
            *this.pending = Some(pending);
            self.as_mut().send_rest(emission.take(), first);
            return self.poll_downstream(cx);
        }
        output.leave_alone().accepted();
        make_link(this.downstream.as_mut(), &*this.direct);
        let RouteProjected::Direct { link } = this.downstream.project() else {
            unreachable!("it has just been made");
        };
        let passed = link.begin(next, &mut first, cx);
        if passed.is_pending() {
            *this.pending = Some(pending);
        } else {
            pending.queue.settle();
        }
        passed
    }

    /// Makes the loop that sends the rest of what the call emitted.
    #[inline(never)]
    fn send_rest(self: Pin<&mut Self>, emission: Emission<W>, first: Option<W::Output>) {
        let mut this = self.project();
        if let Some(pending) = this.pending
            && let Some((next, output)) = pending.next.take()
        {
            let rest = (this.rest)(emission, first, pending.ctx, output, next);
            this.downstream.set(Route::Rest { rest });
        }
    }

    /// Polls what follows from the call.
    fn poll_downstream(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let this = self.project();
        let went_well = match this.downstream.project() {
            RouteProjected::None => true,
            RouteProjected::Direct { link } => ready!(link.poll(cx)),
            RouteProjected::Rest { rest } => {
                ready!(rest.poll(cx));
                true
            }
        };
        if let Some(pending) = this.pending {
            pending.queue.settle();
        }
        Poll::Ready(went_well)
    }
}

/// Awaits a call with what was sent.
#[cfg_attr(not(debug_assertions), inline(always))]
pub(crate) fn deliver<'a, N, X, L: FusedCall<'a, N, X>>(
    mut link: Pin<&mut L>,
    sender: &'a mut N,
    sent: &mut Option<X>,
) -> impl Future<Output = bool> {
    let mut begins = Some((sender, sent));
    poll_fn(move |cx| match begins.take() {
        Some((sender, sent)) => link.as_mut().begin(sender, sent, cx),
        None => link.as_mut().poll(cx),
    })
}
