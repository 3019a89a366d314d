//! A message that is passed straight on: one call behind a fused edge, and what it emits goes downstream.
//!
//! Mostly a call is ready when it is first polled, and so is all that follows from it. Then the calls of a whole chain are
//! one function: the first poll of each [`FusedLink`] is compiled into that of the one before, and leaves nothing behind. Only
//! a call that has to wait writes down what comes after it; what it emits goes on by way of a loop at each link.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use crate::catch::{catch_now, poll_once};
use crate::error::Error;
use crate::fused::callee::Callee;
use crate::node::context::Context;
use crate::queue::{Leaving, Output, Queue};
use crate::worker::Worker;
use crate::worker::downstream::{Downstream, FusedCall};
use crate::worker::stage::{Stage, is_silent, tell_refused};

/// A message, and the port that it is sent through.
pub(crate) type PortMessage<'a, T> = (&'a Output<T>, T);

type Remaining<'a, W> = Leaving<'a, <<W as Stage>::Emission as IntoIterator>::IntoIter>;

/// Who is called, with what, and who comes after it.
pub(crate) type CallTarget<'a, W, N> = (&'a mut Callee<W>, <W as Worker>::Message, &'a mut N);

/// A call of `W` on the fast path, and what follows from it. `given` returns the callee from the head of the chain.
#[inline(always)]
pub(crate) fn fused_call<'a, X, P, W, N, G>(given: G) -> impl FusedCall<'a, P, X>
where
    P: 'a,
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
    G: Fn(&'a mut P, X) -> Option<CallTarget<'a, W, N>> + Send,
{
    FusedLink {
        given,
        make: make::<W>,
        straight: || N::fused_call(),
        each: each::<W, N>,
        kept: None,
        call: None,
        downstream: Route::None,
    }
}

#[inline(always)]
fn make<'a, W: Stage>(
    worker: &'a mut W,
    message: W::Input,
    ctx: &'a Context,
    ports: &'a W::Ports,
) -> impl Future<Output = Result<W::Emission, Error>> + Send {
    worker.call(message, ctx, ports)
}

fn each<'a, W: Stage, N: Downstream<W::Output>>(
    next: &'a mut N,
    own: &'a Output<W::Output>,
    first: W::Output,
    rest: Remaining<'a, W>,
) -> impl Future<Output = u64> + Send {
    next.send_each(own, first, rest)
}

pin_project! {
    /// One call, and what follows from it. The types of its futures have no names, so there is a function for each that
    /// makes it.
    struct FusedLink<'a, W: Stage, N, G, C, F, SC, S, LC, L> {
        given: G,
        make: C,
        straight: SC,
        each: LC,
        kept: Option<PendingCall<'a, W, N>>,
        #[pin]
        call: Option<F>,
        #[pin]
        downstream: Route<S, L>,
    }
}

/// What is needed behind the call.
struct PendingCall<'a, W: Worker, N> {
    ctx: &'a Context,
    span: &'a tracing::Span,
    queue: &'a mut Queue<W::Message>,
    failure: &'a mut Option<Error>,
    next: Option<(&'a mut N, &'a mut Output<W::Output>)>,
}

impl<W: Worker, N> PendingCall<'_, W, N> {
    /// The call has failed. Returns that not all went well.
    #[cold]
    fn failed(&mut self, error: Error) -> bool {
        self.queue.failed();
        *self.failure = Some(error);
        false
    }
}

pin_project! {
    /// How what was emitted goes downstream: straight into the next link; or in a loop, if there are several, or someone has
    /// to be waited for.
    #[project = RouteProjected]
    enum Route<S, L> {
        None,
        Straight { #[pin] way: S },
        Loop { #[pin] way: L },
    }
}

/// Polls a call in the span of its worker. Its panic is an error.
#[inline(always)]
fn polled<E>(
    span: &tracing::Span,
    poll: impl FnOnce() -> Poll<Result<E, Error>>,
) -> Poll<Result<E, Error>> {
    let _entered = span.enter();
    catch_now(poll).unwrap_or_else(|panicked| Poll::Ready(Err(panicked.into())))
}

impl<'a, X, P, W, N, G, C, F, SC, S, LC, L> FusedCall<'a, P, X>
    for FusedLink<'a, W, N, G, C, F, SC, S, LC, L>
where
    P: 'a,
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
    G: Fn(&'a mut P, X) -> Option<CallTarget<'a, W, N>> + Send,
    C: Fn(&'a mut W, W::Message, &'a Context, &'a W::Ports) -> F + Send,
    F: Future<Output = Result<W::Emission, Error>> + Send,
    SC: Fn() -> S + Send,
    S: FusedCall<'a, N, PortMessage<'a, W::Output>>,
    LC: Fn(&'a mut N, &'a Output<W::Output>, W::Output, Remaining<'a, W>) -> L + Send,
    L: Future<Output = u64> + Send,
{
    #[inline(always)]
    fn begin(
        mut self: Pin<&mut Self>,
        next: &'a mut P,
        sent: X,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut this = self.as_mut().project();
        let Some((guard, message, next)) = (this.given)(next, sent) else {
            return Poll::Ready(true);
        };
        let Callee {
            worker,
            io,
            ctx,
            span,
            failure,
            ..
        } = guard;
        let (ctx, span, ports, output) = (&*ctx, &*span, &io.ports, &mut io.output);
        let queue = &mut io.queue;
        queue.hand_over();
        let (make, mut slot, cx_of_call) = (&*this.make, this.call.as_mut(), &mut *cx);
        let polled = polled(span, move || {
            // In the catch, so that a panic before the future is made is caught, too.
            slot.set(Some(make(worker, message, ctx, ports)));
            poll_once(slot, cx_of_call)
        });
        let mut kept = PendingCall {
            ctx,
            span,
            queue,
            failure,
            next: None,
        };
        let emission = match polled {
            Poll::Ready(Ok(emission)) => emission,
            Poll::Ready(Err(error)) => {
                this.call.set(None);
                return Poll::Ready(kept.failed(error));
            }
            Poll::Pending => {
                kept.next = Some((next, output));
                *this.kept = Some(kept);
                return Poll::Pending;
            }
        };
        self.emitted(emission, kept, next, output, cx)
    }
}

impl<'a, W, N, G, C, F, SC, S, LC, L> Future for FusedLink<'a, W, N, G, C, F, SC, S, LC, L>
where
    W: Stage,
    N: Downstream<W::Output>,
    SC: Fn() -> S,
    F: Future<Output = Result<W::Emission, Error>>,
    S: FusedCall<'a, N, PortMessage<'a, W::Output>>,
    LC: Fn(&'a mut N, &'a Output<W::Output>, W::Output, Remaining<'a, W>) -> L,
    L: Future<Output = u64>,
{
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let mut this = self.as_mut().project();
        let call = this.call.as_mut();
        let Some(kept) = this.kept.as_mut().filter(|_| call.is_some()) else {
            return self.sent(cx);
        };
        let polled = polled(kept.span, || poll_once(call, cx));
        let called = ready!(polled);
        let emission = match called {
            Ok(emission) => emission,
            Err(error) => return Poll::Ready(kept.failed(error)),
        };
        if !is_silent::<W::Output>() {
            let mut emission = emission.into_iter();
            if let Some((next, output)) = &mut kept.next
                && let Some(first) = next.send_ahead(output, &mut emission)
            {
                return self.take_loop(first, emission, cx);
            }
        }
        self.sent(cx)
    }
}

impl<'a, W, N, G, C, F, SC, S, LC, L> FusedLink<'a, W, N, G, C, F, SC, S, LC, L>
where
    W: Stage,
    N: Downstream<W::Output>,
    SC: Fn() -> S,
    F: Future<Output = Result<W::Emission, Error>>,
    S: FusedCall<'a, N, PortMessage<'a, W::Output>>,
    LC: Fn(&'a mut N, &'a Output<W::Output>, W::Output, Remaining<'a, W>) -> L,
    L: Future<Output = u64>,
{
    /// What was emitted goes downstream, also in the first poll.
    #[inline(always)]
    fn emitted(
        mut self: Pin<&mut Self>,
        emission: W::Emission,
        mut kept: PendingCall<'a, W, N>,
        next: &'a mut N,
        output: &'a mut Output<W::Output>,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut emission = emission.into_iter();
        if !is_silent::<W::Output>()
            && let Some(first) = next.send_ahead(output, &mut emission)
        {
            let mut this = self.as_mut().project();
            if emission.size_hint().1 != Some(0) || !next.is_direct(output) {
                kept.next = Some((next, output));
                *this.kept = Some(kept);
                return self.take_loop(first, emission, cx);
            }
            let way = (this.straight)();
            this.downstream.as_mut().set(Route::Straight { way });
            let RouteProjected::Straight { way } = this.downstream.project() else {
                unreachable!("it has just been set");
            };
            let passed = way.begin(next, (output, first), cx);
            if passed.is_pending() {
                *this.kept = Some(kept);
            } else {
                kept.queue.settle();
            }
            return passed;
        }
        kept.queue.settle();
        Poll::Ready(true)
    }

    /// What was emitted goes on in a loop.
    #[inline(never)]
    fn take_loop(
        mut self: Pin<&mut Self>,
        first: W::Output,
        rest: <W::Emission as IntoIterator>::IntoIter,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut this = self.as_mut().project();
        if let Some((next, own)) = this.kept.as_mut().and_then(|kept| kept.next.take()) {
            let own = &*own;
            let way = (this.each)(next, own, first, own.leave(rest));
            this.downstream.set(Route::Loop { way });
        }
        self.sent(cx)
    }

    /// What was emitted is on its way.
    fn sent(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let this = self.project();
        let mut went_well = true;
        match this.downstream.project() {
            RouteProjected::None => {}
            RouteProjected::Straight { way } => went_well = ready!(way.poll(cx)),
            RouteProjected::Loop { way } => {
                let refused = ready!(way.poll(cx));
                if let Some(kept) = &this.kept {
                    tell_refused(refused, kept.ctx);
                }
            }
        }
        if let Some(kept) = this.kept {
            kept.queue.settle();
        }
        Poll::Ready(went_well)
    }
}

pin_project! {
    /// A message on its way along a chain, to be awaited.
    pub(crate) struct FusedDelivery<'a, N, X, L> {
        given: Option<(&'a mut N, X)>,
        #[pin]
        link: L,
    }
}

impl<'a, N, X, L: FusedCall<'a, N, X>> FusedDelivery<'a, N, X, L> {
    #[inline(always)]
    pub(crate) const fn new(next: &'a mut N, sent: X, link: L) -> Self {
        Self {
            given: Some((next, sent)),
            link,
        }
    }
}

impl<'a, N, X, L: FusedCall<'a, N, X>> Future for FusedDelivery<'a, N, X, L> {
    type Output = bool;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let this = self.project();
        match this.given.take() {
            Some((next, sent)) => this.link.begin(next, sent, cx),
            None => this.link.poll(cx),
        }
    }
}
