//! A message that is passed straight on: one call behind a fused edge, and what it emits goes onward.
//!
//! Mostly a call is ready when it is first polled, and so is all that follows from it. Then the calls of a whole chain
//! are one function. Only what has to wait is written down, and goes on by way of a loop at each link.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use crate::catch::catch_within;
use crate::context::Context;
use crate::error::Error;
use crate::lent::OnLoan;
use crate::onward::Onward;
use crate::queue::{Leaving, Output, Queue};
use crate::stage::{Stage, is_silent, tell_refused};
use crate::worker::Worker;

/// A message of type `T` that is passed to `N`. Whether all went well; otherwise someone's call has failed, who is to
/// go home.
pub trait Passing<'a, N, T>: Future<Output = bool> + Send {
    /// Calls whoever comes next. This is the first poll of the future.
    #[doc(hidden)]
    fn begin(
        self: Pin<&mut Self>,
        next: &'a mut N,
        own: &'a Output<T>,
        message: T,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool>;
}

type Rest<'a, W> = Leaving<'a, <<W as Stage>::Emission as IntoIterator>::IntoIter>;

/// Who can be called without further ado, with what, and who comes next.
pub(crate) type Given<'a, W, N> = (&'a mut OnLoan<W>, <W as Worker>::Message, &'a mut N);

/// A call of `W`, which is bare. `given` takes it from what leads there.
#[inline(always)]
pub(crate) fn passing<'a, T, P, W, N, G>(given: G) -> impl Passing<'a, P, T>
where
    T: 'a,
    P: 'a,
    W: Stage<Input = <W as Worker>::Message>,
    N: Onward<W::Output>,
    G: Fn(&'a mut P, &'a Output<T>, T) -> Option<Given<'a, W, N>> + Send,
{
    Link {
        given,
        make: make::<W>,
        short: || N::passing(),
        long: long::<W, N>,
        kept: None,
        call: None,
        onward: Way::None,
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

fn long<'a, W: Stage, N: Onward<W::Output>>(
    next: &'a mut N,
    own: &'a Output<W::Output>,
    first: W::Output,
    rest: Rest<'a, W>,
) -> impl Future<Output = u64> + Send {
    next.send_each(own, first, rest)
}

pin_project! {
    struct Link<'a, W: Stage, N, G, C, F, SC, S, LC, L> {
        given: G,
        make: C,
        short: SC,
        long: LC,
        kept: Option<Kept<'a, W, N>>,
        #[pin]
        call: Option<F>,
        #[pin]
        onward: Way<S, L>,
    }
}

/// What is needed when the call is ready.
struct Kept<'a, W: Worker, N> {
    ctx: &'a Context,
    span: &'a tracing::Span,
    queue: &'a mut Queue<W::Message>,
    failure: &'a mut Option<Error>,
    next: Option<(&'a mut N, &'a mut Output<W::Output>)>,
}

impl<W: Worker, N> Kept<'_, W, N> {
    /// The call has failed. Returns that not all went well.
    #[cold]
    fn failed(&mut self, error: Error) -> bool {
        self.queue.failed();
        *self.failure = Some(error);
        false
    }
}

pin_project! {
    /// How what was emitted goes onward.
    #[project = WayProjected]
    enum Way<S, L> {
        None,
        Short { #[pin] way: S },
        Long { #[pin] way: L },
    }
}

/// Polls a call in the span of its worker. Its panic is an error.
#[inline(always)]
fn polled<E>(
    span: &tracing::Span,
    poll: impl FnOnce() -> Poll<Result<E, Error>>,
) -> Poll<Result<E, Error>> {
    let _entered = span.enter();
    catch_within(poll).unwrap_or_else(|panicked| Poll::Ready(Err(panicked.into())))
}

impl<'a, T, P, W, N, G, C, F, SC, S, LC, L> Passing<'a, P, T>
    for Link<'a, W, N, G, C, F, SC, S, LC, L>
where
    T: 'a,
    P: 'a,
    W: Stage<Input = <W as Worker>::Message>,
    N: Onward<W::Output>,
    G: Fn(&'a mut P, &'a Output<T>, T) -> Option<Given<'a, W, N>> + Send,
    C: Fn(&'a mut W, W::Message, &'a Context, &'a W::Ports) -> F + Send,
    F: Future<Output = Result<W::Emission, Error>> + Send,
    SC: Fn() -> S + Send,
    S: Passing<'a, N, W::Output>,
    LC: Fn(&'a mut N, &'a Output<W::Output>, W::Output, Rest<'a, W>) -> L + Send,
    L: Future<Output = u64> + Send,
{
    #[inline(always)]
    fn begin(
        mut self: Pin<&mut Self>,
        next: &'a mut P,
        own: &'a Output<T>,
        message: T,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut this = self.as_mut().project();
        let Some((loan, message, next)) = (this.given)(next, own, message) else {
            return Poll::Ready(true);
        };
        let OnLoan {
            worker,
            io,
            ctx,
            span,
            failure,
            ..
        } = loan;
        let (ctx, span, ports, output) = (&*ctx, &*span, &io.ports, &mut io.output);
        let queue = &mut io.queue;
        queue.hand_over();
        let (make, mut slot, cx_of_call) = (&*this.make, this.call.as_mut(), &mut *cx);
        let polled = polled(span, move || {
            // In the catch, so that a panic before the future is made is caught, too.
            slot.set(Some(make(worker, message, ctx, ports)));
            match slot.as_pin_mut() {
                Some(call) => call.poll(cx_of_call),
                None => Poll::Pending,
            }
        });
        let mut kept = Kept {
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
        this.call.set(None);
        if !is_silent::<W::Output>() {
            let mut emission = emission.into_iter();
            if let Some(first) = next.send_ahead(output, &mut emission) {
                if emission.size_hint().1 != Some(0) || !next.is_straight(output) {
                    kept.next = Some((next, output));
                    *this.kept = Some(kept);
                    return self.go_long(first, emission, cx);
                }
                let way = (this.short)();
                this.onward.as_mut().set(Way::Short { way });
                let WayProjected::Short { way } = this.onward.project() else {
                    unreachable!("it has just been set");
                };
                let passed = way.begin(next, output, first, cx);
                if passed.is_pending() {
                    *this.kept = Some(kept);
                } else {
                    kept.queue.settle_direct();
                }
                return passed;
            }
        }
        kept.queue.settle_direct();
        Poll::Ready(true)
    }
}

impl<'a, W, N, G, C, F, SC, S, LC, L> Future for Link<'a, W, N, G, C, F, SC, S, LC, L>
where
    W: Stage,
    N: Onward<W::Output>,
    F: Future<Output = Result<W::Emission, Error>>,
    S: Passing<'a, N, W::Output>,
    LC: Fn(&'a mut N, &'a Output<W::Output>, W::Output, Rest<'a, W>) -> L,
    L: Future<Output = u64>,
{
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let mut this = self.as_mut().project();
        let (Some(call), Some(kept)) = (this.call.as_mut().as_pin_mut(), &mut this.kept) else {
            return self.sent(cx);
        };
        let polled = polled(kept.span, || call.poll(cx));
        let called = ready!(polled);
        this.call.set(None);
        let emission = match called {
            Ok(emission) => emission,
            Err(error) => return Poll::Ready(kept.failed(error)),
        };
        if !is_silent::<W::Output>() {
            let mut emission = emission.into_iter();
            if let Some((next, output)) = &mut kept.next
                && let Some(first) = next.send_ahead(output, &mut emission)
            {
                return self.go_long(first, emission, cx);
            }
        }
        self.sent(cx)
    }
}

impl<'a, W, N, G, C, F, SC, S, LC, L> Link<'a, W, N, G, C, F, SC, S, LC, L>
where
    W: Stage,
    N: Onward<W::Output>,
    F: Future<Output = Result<W::Emission, Error>>,
    S: Passing<'a, N, W::Output>,
    LC: Fn(&'a mut N, &'a Output<W::Output>, W::Output, Rest<'a, W>) -> L,
    L: Future<Output = u64>,
{
    /// There are several, or they have to wait.
    #[inline(never)]
    fn go_long(
        mut self: Pin<&mut Self>,
        first: W::Output,
        rest: <W::Emission as IntoIterator>::IntoIter,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool> {
        let mut this = self.as_mut().project();
        if let Some((next, own)) = this.kept.as_mut().and_then(|kept| kept.next.take()) {
            let own = &*own;
            let way = (this.long)(next, own, first, own.leave(rest));
            this.onward.set(Way::Long { way });
        }
        self.sent(cx)
    }

    /// What it emitted is on its way.
    fn sent(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let this = self.project();
        let mut went_well = true;
        match this.onward.project() {
            WayProjected::None => {}
            WayProjected::Short { way } => went_well = ready!(way.poll(cx)),
            WayProjected::Long { way } => {
                let refused = ready!(way.poll(cx));
                if let Some(kept) = &this.kept {
                    tell_refused(refused, kept.ctx);
                }
            }
        }
        if let Some(kept) = this.kept {
            kept.queue.settle_direct();
        }
        Poll::Ready(went_well)
    }
}

/// The way of a port, which never passes anything straight on.
pub(crate) struct Nowhere;

impl Future for Nowhere {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<bool> {
        Poll::Ready(true)
    }
}

impl<'a, N, T> Passing<'a, N, T> for Nowhere {
    fn begin(
        self: Pin<&mut Self>,
        _: &'a mut N,
        _: &'a Output<T>,
        _: T,
        _: &mut task::Context<'_>,
    ) -> Poll<bool> {
        Poll::Ready(true)
    }
}

pin_project! {
    /// A message on its way along a chain.
    pub(crate) struct Passed<'a, N, T, L> {
        given: Option<(&'a mut N, &'a Output<T>, T)>,
        #[pin]
        link: L,
    }
}

impl<'a, N, T, L: Passing<'a, N, T>> Passed<'a, N, T, L> {
    #[inline(always)]
    pub(crate) const fn new(next: &'a mut N, own: &'a Output<T>, message: T, link: L) -> Self {
        Self {
            given: Some((next, own, message)),
            link,
        }
    }
}

impl<'a, N, T, L: Passing<'a, N, T>> Future for Passed<'a, N, T, L> {
    type Output = bool;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<bool> {
        let this = self.project();
        match this.given.take() {
            Some((next, own, message)) => this.link.begin(next, own, message, cx),
            None => this.link.poll(cx),
        }
    }
}
