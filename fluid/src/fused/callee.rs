//! A worker behind a fused edge: the task that lives its life *lends* it to the one that makes its calls.
//!
//! Invariants:
//!
//! 1. A worker that was lent comes back: a [`CalleeGuard`] gives it back when it is dropped.
//! 2. While it is lent, only the borrower counts what becomes of its messages.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are: see `handle`"
)]

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use crate::error::Error;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode};
use crate::node::context::Context;
use crate::sync::lock::lock;
use crate::sync::signal::{until, wait_for};
use crate::sync::{Mutex, Notify, oneshot};
#[cfg(feature = "test-util")]
use crate::test::StubOf;
use crate::worker::attempt::handle;
use crate::worker::downstream::Downstream;
use crate::worker::stage::{Stage, is_fast_path};
use crate::worker::{Io, Worker};

/// Where a worker lies that can be borrowed by the one that makes its calls.
pub(crate) struct HandoffCell<W: Worker> {
    offer: Mutex<Handoff<W>>,
    changed: Notify,
}

enum Handoff<W: Worker> {
    /// It is lent, or not ready.
    Out,
    Here(CalleeGuard<W>),
    /// It has ended.
    Closed,
}

impl<W: Worker> HandoffCell<W> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            offer: Mutex::new(Handoff::Out),
            changed: Notify::new(),
        })
    }

    fn put(&self, offer: Handoff<W>) {
        let before = std::mem::replace(&mut *lock(&self.offer), offer);
        self.changed.notify_waiters();
        drop(before);
    }

    /// The worker, if it lies here.
    fn take(&self) -> Option<CalleeGuard<W>> {
        let mut offer = lock(&self.offer);
        match std::mem::replace(&mut *offer, Handoff::Out) {
            Handoff::Here(guard) => Some(guard),
            other => {
                *offer = other;
                None
            }
        }
    }

    /// Waits for the worker; `None` if it has ended.
    async fn borrow(&self) -> Option<CalleeGuard<W>> {
        wait_for(&self.changed, || match self.take() {
            Some(guard) => Some(Some(guard)),
            None => matches!(*lock(&self.offer), Handoff::Closed).then_some(None),
        })
        .await
    }
}

/// A worker that another one makes the calls of.
pub(crate) struct Callee<W: Worker> {
    pub(crate) worker: W,
    pub(crate) io: Io<W>,
    pub(crate) ctx: Context,
    pub(crate) span: tracing::Span,
    /// Nothing is done about its calls but to make them.
    fast_path: bool,
    pub(crate) failure: Option<Error>,
    home: oneshot::Sender<Returned<W>>,
}

/// Whoever has it can call the worker, which goes home when it is dropped; or nothing.
///
/// It is in a box, so that it is one look that tells whether there is a worker.
pub(crate) struct CalleeGuard<W: Worker>(Option<Box<Callee<W>>>);

const COMES_BACK: &str = "a guard gives back what was lent when it is dropped";

type Returned<W> = (W, Io<W>, Option<Error>);

impl<W: Worker> Drop for CalleeGuard<W> {
    fn drop(&mut self) {
        let Some(lent) = self.0.take() else { return };
        let Callee {
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
pub(crate) struct CalleeSlot<W: Worker> {
    cell: Arc<HandoffCell<W>>,
    guard: CalleeGuard<W>,
}

impl<W: Worker> CalleeSlot<W> {
    pub(crate) fn new(cell: Arc<HandoffCell<W>>) -> Self {
        Self {
            cell,
            guard: CalleeGuard(None),
        }
    }

    pub(crate) fn has_it(&self) -> bool {
        self.guard.0.is_some()
    }

    /// Waits for the worker. Returns whether it is here; it is not, if it has ended.
    pub(crate) async fn borrow(&mut self) -> bool {
        if !self.has_it()
            && let Some(guard) = self.cell.borrow().await
        {
            self.guard = guard;
        }
        self.has_it()
    }

    pub(crate) fn give_back(&mut self) {
        self.guard = CalleeGuard(None);
    }

    /// The worker, if it is here.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn guard(&mut self) -> Option<&mut Callee<W>> {
        self.guard.0.as_deref_mut()
    }

    /// Whether the worker is here, and needs no more than to be called.
    #[cfg_attr(not(debug_assertions), inline(always))]
    pub(crate) fn is_fast_path(&self) -> bool {
        let guard = self.guard.0.as_ref().filter(|guard| guard.fast_path);
        #[cfg(feature = "test-util")]
        let guard = guard.filter(|guard| !guard.ctx.node().test.is_armed());
        guard.is_some()
    }

    /// If its call has failed, it goes home.
    pub(crate) fn return_failed(&mut self) {
        if self.guard().is_some_and(|guard| guard.failure.is_some()) {
            self.give_back();
        }
    }

    /// Makes the call for the message in `slot`, if the worker is here. One that has failed goes home.
    pub(crate) fn call<N: Downstream<W::Output>>(
        &mut self,
        slot: &mut Option<W::Message>,
        next: &mut N,
    ) -> impl Future<Output = ()> + Send
    where
        W: Stage<Input = <W as Worker>::Message>,
    {
        async move {
            let Some(guard) = self.guard() else { return };
            let (ctx, io) = (&guard.ctx, &mut guard.io);
            io.queue.hand_over();
            let handled = {
                let handled = pin!(handle(&mut guard.worker, slot, ctx, io, next));
                in_span(&guard.span, handled).await
            };
            match handled {
                Ok(()) => io.queue.settle_direct(),
                Err(error) => {
                    guard.failure = Some(error);
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
pub(crate) struct FusedCallee<W: Worker> {
    cell: Arc<HandoffCell<W>>,
    back: Option<oneshot::Receiver<Returned<W>>>,
    /// Where a stub lies that stands in its place.
    #[cfg(feature = "test-util")]
    stub: Option<Arc<HandoffCell<StubOf<W>>>>,
}

impl<W: Worker> FusedCallee<W> {
    pub(crate) fn new(cell: Arc<HandoffCell<W>>) -> Self {
        Self {
            cell,
            back: None,
            #[cfg(feature = "test-util")]
            stub: None,
        }
    }

    /// The same; a stub in its place lies there.
    #[cfg(feature = "test-util")]
    pub(crate) fn or_stub(mut self, cell: Arc<HandoffCell<StubOf<W>>>) -> Self {
        self.stub = Some(cell);
        self
    }
}

impl<W: Worker> RunMode<W> for FusedCallee<W> {
    fn life(self: Box<Self>, pending: ReadyWorker<W>) -> BoxFuture<()> {
        Box::pin(run_to_exit(pending, *self))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(mut self: Box<Self>) -> Box<dyn RunMode<StubOf<W>>> {
        let cell = self.stub.take();
        Box::new(FusedCallee::new(cell.unwrap_or_else(HandoffCell::new)))
    }
}

impl<W: Worker> RunLoop<W> for FusedCallee<W> {
    async fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> Result<(), Error> {
        while ctx.is_running() {
            let (home, back) = oneshot::channel();
            let guard = Box::new(Callee {
                fast_path: is_fast_path(ctx, io),
                worker: worker.take(),
                io: io.take(),
                ctx: ctx.clone(),
                span: tracing::Span::current(),
                failure: None,
                home,
            });
            let back = self.back.insert(back);
            self.cell.put(Handoff::Here(CalleeGuard(Some(guard))));
            let returned = match until(ctx.stop_requested(), &mut *back).await {
                Some(returned) => returned,
                None => {
                    // If nobody has borrowed it, it comes back by being dropped.
                    drop(self.cell.take());
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

    async fn recover(&mut self, worker: Option<&mut Detachable<W>>, io: &mut Detachable<Io<W>>) {
        drop(self.cell.take());
        if let (Some(back), Some(worker)) = (self.back.take(), worker) {
            let (came_back, its_io, _) = back.await.expect(COMES_BACK);
            worker.put(came_back);
            io.put(its_io);
        }
    }
}

impl<W: Worker> Drop for FusedCallee<W> {
    fn drop(&mut self) {
        self.cell.put(Handoff::Closed);
        #[cfg(feature = "test-util")]
        if let Some(stub) = &self.stub {
            stub.put(Handoff::Closed);
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
