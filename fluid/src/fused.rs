//! A fused edge: the worker that emits makes the calls of the one that consumes, in its own task.
//!
//! Each worker still has a life of its own, with hooks, restarts, a state and an exit. It is lived in
//! its own task, which *lends* the worker to the one that makes the calls, and gets it back when
//! something is to be decided: when a call has failed, or no more calls will come. So a failure behind a
//! fused edge is answered just like one behind a queue.
//!
//! Invariants:
//!
//! 1. A worker that was lent comes back: a [`Loan`] gives it back when it is dropped.
//! 2. While it is lent, only the borrower counts what becomes of its messages.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are: see `handle`"
)]

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use crate::adapt::Adapt;
use crate::attempt::handle;
use crate::context::Context;
use crate::error::Error;
use crate::lock::lock;
use crate::onward::Onward;
use crate::queue::{Channel, Intake, Leaving, Output, discard};
use crate::seat::Seat;
use crate::signal::{until, wait_for};
use crate::stage::{Calls, Stage};
use crate::sync::{Mutex, Notify, oneshot};
#[cfg(feature = "test-util")]
use crate::way::By;
use crate::way::{Lendable, Run};
use crate::worker::{Io, Worker};

/// Straight into the calls of the worker `W`, by a fused edge. What that one emits goes to `N`.
pub(crate) struct Fused<A, W: Worker, N> {
    adapt: A,
    shelf: Arc<Shelf<W>>,
    channel: Arc<Channel<W::Message>>,
    loan: Option<Loan<W>>,
    /// The life of the worker at the head of the chain.
    head: Option<Context>,
    /// What it sent when it was to be restarted along with `W`, which was down.
    kept: VecDeque<W::Message>,
    next: N,
}

/// Where a worker lies that can be borrowed by the one that makes its calls.
pub(crate) struct Shelf<W: Worker> {
    offer: Mutex<Offer<W>>,
    changed: Notify,
}

enum Offer<W: Worker> {
    /// It is lent, or not ready.
    Out,
    Here(Box<Loan<W>>),
    /// It has ended.
    Closed,
}

impl<W: Worker> Shelf<W> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            offer: Mutex::new(Offer::Out),
            changed: Notify::new(),
        })
    }

    fn put(&self, offer: Offer<W>) {
        let before = std::mem::replace(&mut *lock(&self.offer), offer);
        self.changed.notify_waiters();
        drop(before);
    }

    /// The worker, if it lies here.
    fn take(&self) -> Option<Loan<W>> {
        let mut offer = lock(&self.offer);
        match std::mem::replace(&mut *offer, Offer::Out) {
            Offer::Here(loan) => Some(*loan),
            other => {
                *offer = other;
                None
            }
        }
    }

    /// Waits for the worker; `None` if it has ended.
    async fn borrow(&self) -> Option<Loan<W>> {
        wait_for(&self.changed, || match self.take() {
            Some(loan) => Some(Some(loan)),
            None => matches!(*lock(&self.offer), Offer::Closed).then_some(None),
        })
        .await
    }
}

/// A worker that another one makes the calls of.
struct Loan<W: Worker> {
    worker: Lendable<W>,
    io: Lendable<Io<W>>,
    ctx: Context,
    span: tracing::Span,
    failure: Option<Error>,
    home: Option<oneshot::Sender<Returned<W>>>,
}

const COMES_BACK: &str = "a loan gives back what was lent when it is dropped";

type Returned<W> = (W, Io<W>, Option<Error>);

impl<W: Worker> Drop for Loan<W> {
    fn drop(&mut self) {
        // In hand still is what a forced stop cut off.
        self.io.queue.give_up_direct();
        if let Some(home) = self.home.take() {
            let _ = home.send((self.worker.take(), self.io.take(), self.failure.take()));
        }
    }
}

impl<A: Send, W: Stage<Input = <W as Worker>::Message>, N: Onward<W::Output>> Fused<A, W, N> {
    /// Lets the worker that sits in `seat` be called.
    pub(crate) fn new(adapt: A, seat: &Seat<W>, next: N) -> Self {
        let shelf = Shelf::new();
        seat.live_as(Lent::new(Arc::clone(&shelf)));
        let channel = seat.channel();
        // What is called directly has no use for a queue: nobody would look into it.
        channel.close();
        Self {
            adapt,
            shelf,
            channel,
            loan: None,
            head: None,
            kept: VecDeque::new(),
            next,
        }
    }

    /// Waits until the worker can be called, unless whoever calls is to be restarted: then there is no
    /// waiting for one that may be down for the same reason.
    async fn ready(&mut self) -> Ready {
        if self.loan.is_some() {
            return Ready::Yes;
        }
        let borrowed = match &self.head {
            Some(head) => until(head.recycled(), self.shelf.borrow()).await,
            None => Some(self.shelf.borrow().await),
        };
        let Some(borrowed) = borrowed else {
            return Ready::NotNow;
        };
        self.loan = borrowed;
        if self.loan.is_some() {
            Ready::Yes
        } else {
            Ready::Never
        }
    }

    /// Keeps a message until the worker can be called. Nothing, if it cannot be.
    async fn hold(&mut self, message: W::Message) -> Option<W::Message> {
        if self.loan.is_some() {
            return Some(message);
        }
        // Should the wait be cut off, it is among those that are kept.
        self.kept.push_back(message);
        match self.ready().await {
            Ready::Yes => self.kept.pop_back(),
            Ready::NotNow => None,
            Ready::Never => {
                self.kept
                    .pop_back()
                    .into_iter()
                    .for_each(|message| self.refuse(message));
                None
            }
        }
    }

    /// Makes one call.
    fn deliver(&mut self, mut message: W::Message) -> impl Future<Output = ()> + Send {
        async move {
            if self.loan.is_none() {
                match self.hold(message).await {
                    Some(held) => message = held,
                    None => return,
                }
            }
            let Some(loan) = &mut self.loan else { return };
            let (ctx, io) = (&loan.ctx, &mut *loan.io);
            io.queue.hand_over();
            let handled = {
                let handled = handle(&mut *loan.worker, message, ctx, io, &mut self.next);
                in_span(&loan.span, pin!(handled)).await
            };
            match handled {
                Ok(()) => io.queue.settle_direct(),
                Err(error) => {
                    loan.failure = Some(error);
                    self.loan = None;
                }
            }
        }
    }

    /// Makes the calls for one message that is sent. Returns whether it was accepted.
    fn send<T: Send + 'static>(
        &mut self,
        own: &Output<T>,
        message: T,
    ) -> impl Future<Output = bool> + Send
    where
        A: Adapt<T, W>,
    {
        async move {
            let mut leaving = own.leave_alone();
            #[cfg(feature = "test-util")]
            let Some((message, copy)) = own.tap.pass(message) else {
                leaving.accepted();
                return true;
            };
            if self.loan.is_none() && matches!(self.ready().await, Ready::Never) {
                self.channel.refuse();
                return false;
            }
            let messages = self.adapt.adapt(message);
            leaving.accepted();
            #[cfg(feature = "test-util")]
            own.tap.keep(copy);
            for message in messages {
                self.deliver(message).await;
            }
            true
        }
    }
}

impl<A, W: Worker, N> Fused<A, W, N> {
    fn refuse(&self, message: W::Message) {
        self.channel.refuse();
        discard(message);
    }
}

impl<A, W: Worker, N> Drop for Fused<A, W, N> {
    fn drop(&mut self) {
        for message in std::mem::take(&mut self.kept) {
            self.refuse(message);
        }
    }
}

/// Polls a future, which stays where it is, within a span.
fn in_span<F: Future>(
    span: &tracing::Span,
    mut future: Pin<&mut F>,
) -> impl Future<Output = F::Output> {
    poll_fn(move |cx| span.in_scope(|| future.as_mut().poll(cx)))
}

/// Whether a worker can be called.
enum Ready {
    Yes,
    NotNow,
    /// It has ended.
    Never,
}

impl<A, T, W, N> Onward<T> for Fused<A, W, N>
where
    T: Send + 'static,
    A: Adapt<T, W>,
    W: Stage<Input = <W as Worker>::Message>,
    N: Onward<W::Output>,
{
    fn send_ahead(
        &mut self,
        _: &Output<T>,
        messages: &mut Leaving<'_, impl Iterator<Item = T>>,
    ) -> Option<T> {
        messages.next()
    }

    fn send_each(
        &mut self,
        own: &Output<T>,
        mut message: T,
        rest: &mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        async move {
            let mut refused = 0;
            loop {
                refused += u64::from(!self.send(own, message).await);
                match rest.next() {
                    Some(next) => message = next,
                    None => return refused,
                }
            }
        }
    }

    async fn begin(&mut self, sender: &Context) {
        self.head = Some(sender.clone());
        self.next.begin(sender).await;
        for _ in 0..self.kept.len() {
            if let Some(message) = self.kept.pop_front() {
                self.deliver(message).await;
            }
        }
    }

    fn rest(&mut self) {
        self.loan = None;
        self.next.rest();
    }
}

/// The life of a worker at the head of a fused chain: its calls emit into those of the others.
pub(crate) struct Leading<N>(pub(crate) N);

impl<W: Stage, N: Onward<W::Output>> Run<W> for Leading<N> {
    async fn run(
        &mut self,
        worker: &mut Lendable<W>,
        ctx: &Context,
        io: &mut Lendable<Io<W>>,
    ) -> Result<(), Error> {
        self.0.begin(ctx).await;
        W::Calls::make(&mut **worker, ctx, &mut **io, &mut self.0).await
    }

    fn rest(&mut self) -> Result<(), Error> {
        self.0.rest();
        Ok(())
    }

    #[cfg(feature = "test-util")]
    fn of_stub(self) -> Option<Box<dyn crate::way::Way<crate::test::StubOf<W>>>> {
        Some(Box::new(By(Self(self.0))))
    }
}

/// The life of a worker behind a fused edge: it is lent.
pub(crate) struct Lent<W: Worker> {
    shelf: Arc<Shelf<W>>,
    back: Option<oneshot::Receiver<Returned<W>>>,
}

impl<W: Worker> Lent<W> {
    pub(crate) fn new(shelf: Arc<Shelf<W>>) -> Self {
        Self { shelf, back: None }
    }
}

impl<W: Worker> Run<W> for Lent<W> {
    async fn run(
        &mut self,
        worker: &mut Lendable<W>,
        ctx: &Context,
        io: &mut Lendable<Io<W>>,
    ) -> Result<(), Error> {
        while ctx.is_running() {
            let (home, back) = oneshot::channel();
            let loan = Loan {
                worker: Lendable::new(worker.take()),
                io: Lendable::new(io.take()),
                ctx: ctx.clone(),
                span: tracing::Span::current(),
                failure: None,
                home: Some(home),
            };
            let back = self.back.insert(back);
            self.shelf.put(Offer::Here(Box::new(loan)));
            let returned = match until(ctx.over(), &mut *back).await {
                Some(returned) => returned,
                None => {
                    // If nobody has borrowed it, it comes back by being dropped.
                    drop(self.shelf.take());
                    back.await
                }
            };
            let (came_back, its_io, failure) = returned.expect(COMES_BACK);
            self.back = None;
            worker.put(came_back);
            io.put(its_io);
            if let Some(error) = failure {
                return Err(error);
            }
        }
        Ok(())
    }

    async fn recover(&mut self, worker: Option<&mut Lendable<W>>, io: &mut Lendable<Io<W>>) {
        drop(self.shelf.take());
        if let (Some(back), Some(worker)) = (self.back.take(), worker) {
            let (came_back, its_io, _) = back.await.expect(COMES_BACK);
            worker.put(came_back);
            io.put(its_io);
        }
    }
}

impl<W: Worker> Drop for Lent<W> {
    fn drop(&mut self) {
        self.shelf.put(Offer::Closed);
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
