//! A worker behind a fused edge: the task that lives its life *lends* it to the one that makes its calls.
//!
//! Invariants:
//!
//! 1. A worker that was lent comes back: a [`Loan`] gives it back when it is dropped.
//! 2. While it is lent, only the borrower counts what becomes of its messages.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are: see `handle`"
)]

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use crate::attempt::handle;
use crate::context::Context;
use crate::error::Error;
use crate::life::{BoxFuture, Unlived, live_to_the_end};
use crate::lock::lock;
use crate::onward::Onward;
use crate::signal::{until, wait_for};
use crate::stage::{Stage, is_bare};
use crate::sync::{Mutex, Notify, oneshot};
#[cfg(feature = "test-util")]
use crate::test::StubOf;
use crate::way::{Lendable, Run, Way};
use crate::worker::{Io, Worker};

/// Where a worker lies that can be borrowed by the one that makes its calls.
pub(crate) struct Shelf<W: Worker> {
    offer: Mutex<Offer<W>>,
    changed: Notify,
}

enum Offer<W: Worker> {
    /// It is lent, or not ready.
    Out,
    Here(Loan<W>),
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
            Offer::Here(loan) => Some(loan),
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
pub(crate) struct OnLoan<W: Worker> {
    pub(crate) worker: W,
    pub(crate) io: Io<W>,
    pub(crate) ctx: Context,
    pub(crate) span: tracing::Span,
    /// Nothing is done about its calls but to make them.
    bare: bool,
    pub(crate) failure: Option<Error>,
    home: oneshot::Sender<Returned<W>>,
}

/// Whoever has it can call the worker, which goes home when it is dropped; or nothing.
///
/// It is in a box, so that it is one look that tells whether there is a worker.
pub(crate) struct Loan<W: Worker>(Option<Box<OnLoan<W>>>);

const COMES_BACK: &str = "a loan gives back what was lent when it is dropped";

type Returned<W> = (W, Io<W>, Option<Error>);

impl<W: Worker> Drop for Loan<W> {
    fn drop(&mut self) {
        let Some(lent) = self.0.take() else { return };
        let OnLoan {
            worker,
            mut io,
            failure,
            home,
            ..
        } = *lent;
        // In hand still is what a forced stop cut off.
        io.queue.give_up_direct();
        let _ = home.send((worker, io, failure));
    }
}

/// Who borrows: the worker while it is here, and where it lies otherwise.
pub(crate) struct Borrower<W: Worker> {
    shelf: Arc<Shelf<W>>,
    loan: Loan<W>,
}

impl<W: Worker> Borrower<W> {
    pub(crate) fn new(shelf: Arc<Shelf<W>>) -> Self {
        Self {
            shelf,
            loan: Loan(None),
        }
    }

    pub(crate) fn has_it(&self) -> bool {
        self.loan.0.is_some()
    }

    /// Waits for the worker. Returns whether it is here; it is not, if it has ended.
    pub(crate) async fn borrow(&mut self) -> bool {
        if !self.has_it()
            && let Some(loan) = self.shelf.borrow().await
        {
            self.loan = loan;
        }
        self.has_it()
    }

    pub(crate) fn give_back(&mut self) {
        self.loan = Loan(None);
    }

    /// The worker, if it is here.
    #[inline(always)]
    pub(crate) fn loan(&mut self) -> Option<&mut OnLoan<W>> {
        self.loan.0.as_deref_mut()
    }

    /// Whether the worker is here, and needs no more than to be called.
    #[inline(always)]
    pub(crate) fn is_bare(&self) -> bool {
        let loan = self.loan.0.as_ref().filter(|loan| loan.bare);
        #[cfg(feature = "test-util")]
        let loan = loan.filter(|loan| !loan.ctx.node().test.is_armed());
        loan.is_some()
    }

    /// If its call has failed, it goes home.
    pub(crate) fn part(&mut self) {
        if self.loan().is_some_and(|loan| loan.failure.is_some()) {
            self.give_back();
        }
    }

    /// Makes one call, if the worker is here. One that has failed goes home.
    pub(crate) fn call<N: Onward<W::Output>>(
        &mut self,
        message: W::Message,
        next: &mut N,
    ) -> impl Future<Output = ()> + Send
    where
        W: Stage<Input = <W as Worker>::Message>,
    {
        async move {
            let Some(loan) = self.loan() else { return };
            let (ctx, io) = (&loan.ctx, &mut loan.io);
            io.queue.hand_over();
            let handled = {
                let handled = handle(&mut loan.worker, message, ctx, io, next);
                in_span(&loan.span, pin!(handled)).await
            };
            match handled {
                Ok(()) => io.queue.settle_direct(),
                Err(error) => {
                    loan.failure = Some(error);
                    self.give_back();
                }
            }
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

/// The life of a worker behind a fused edge: it is lent.
pub(crate) struct Lent<W: Worker> {
    shelf: Arc<Shelf<W>>,
    back: Option<oneshot::Receiver<Returned<W>>>,
    /// Where a stub lies that stands in its place.
    #[cfg(feature = "test-util")]
    stub: Option<Arc<Shelf<StubOf<W>>>>,
}

impl<W: Worker> Lent<W> {
    pub(crate) fn new(shelf: Arc<Shelf<W>>) -> Self {
        Self {
            shelf,
            back: None,
            #[cfg(feature = "test-util")]
            stub: None,
        }
    }

    /// The same; a stub in its place lies there.
    #[cfg(feature = "test-util")]
    pub(crate) fn or_stub(mut self, shelf: Arc<Shelf<StubOf<W>>>) -> Self {
        self.stub = Some(shelf);
        self
    }
}

impl<W: Worker> Way<W> for Lent<W> {
    fn life(self: Box<Self>, unborn: Unlived<W>) -> BoxFuture<()> {
        Box::pin(live_to_the_end(unborn, *self))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(mut self: Box<Self>) -> Box<dyn Way<StubOf<W>>> {
        let shelf = self.stub.take();
        Box::new(Lent::new(shelf.unwrap_or_else(Shelf::new)))
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
            let loan = Box::new(OnLoan {
                bare: is_bare(ctx, io),
                worker: worker.take(),
                io: io.take(),
                ctx: ctx.clone(),
                span: tracing::Span::current(),
                failure: None,
                home,
            });
            let back = self.back.insert(back);
            self.shelf.put(Offer::Here(Loan(Some(loan))));
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
        #[cfg(feature = "test-util")]
        if let Some(stub) = &self.stub {
            stub.put(Offer::Closed);
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
