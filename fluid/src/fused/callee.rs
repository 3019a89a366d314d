//! A worker behind a fused edge. Its task *lends* it to the head of the fused chain, which makes its calls.
//!
//! Invariants:
//!
//! 1. A lent worker is always returned: a [`CalleeGuard`] returns it when the guard is dropped.
//! 2. While it is lent, only the borrower counts its messages.

use std::sync::Arc;

use tracing::Span;

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
use crate::worker::call::is_fast_path;
use crate::worker::handle_message::Target;
use crate::worker::stage::Stage;
use crate::worker::{Io, Worker};

/// Holds a worker that can be borrowed, between the task of the worker and the head of the chain.
pub(crate) struct HandoffCell<W: Worker> {
    offer: Mutex<Handoff<W>>,
    changed: Notify,
}

enum Handoff<W: Worker> {
    /// The worker is lent or not ready.
    Out,
    Here(CalleeGuard<W>),
    /// The worker has ended.
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

    /// Takes the worker. Returns `None` if it is not in the cell.
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

    /// Waits for the worker and takes it. Returns `None` if it has ended.
    async fn borrow(&self) -> Option<CalleeGuard<W>> {
        wait_for(&self.changed, || match self.take() {
            Some(guard) => Some(Some(guard)),
            None => matches!(*lock(&self.offer), Handoff::Closed).then_some(None),
        })
        .await
    }
}

/// A lent worker, with all that a call of it needs.
pub(crate) struct Callee<W: Worker> {
    worker: W,
    io: Io<W>,
    ctx: Context,
    span: Span,
    /// Whether no option is set that costs something at each call.
    fast_path: bool,
    failure: Option<Error>,
    return_to: oneshot::Sender<ReturnedWorker<W>>,
}

/// A borrowed worker, or nothing. When the guard is dropped, the worker is returned to its task.
///
/// The box makes the check whether there is a worker a single load.
pub(crate) struct CalleeGuard<W: Worker>(Option<Box<Callee<W>>>);

const IS_RETURNED: &str = "a guard returns its worker when it is dropped";

type ReturnedWorker<W> = (W, Io<W>, Option<Error>);

impl<W: Worker> Drop for CalleeGuard<W> {
    fn drop(&mut self) {
        let Some(lent) = self.0.take() else { return };
        let Callee {
            worker,
            mut io,
            failure,
            return_to,
            ..
        } = *lent;
        // A message is still in hand if a forced stop cut off its call.
        io.queue.abandon();
        let _ = return_to.send((worker, io, failure));
    }
}

/// The borrower's end: the guard of the worker while it is borrowed, and the cell from which it is borrowed.
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

    /// Waits for the worker and borrows it. Returns `false` if it has ended.
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

    /// A message came for the worker, if it is borrowed.
    #[inline]
    pub(crate) fn receive(&mut self) {
        if let Some(callee) = &mut self.guard.0 {
            callee.io.queue.hand_over();
        }
    }

    /// The worker, which is borrowed.
    #[inline]
    pub(crate) fn target<'a, N>(
        &'a mut self,
        input: &'a mut Option<W::Input>,
        next: &'a mut N,
    ) -> Target<'a, W, N, &'a Span>
    where
        W: Stage,
    {
        let callee = self.guard.0.as_deref_mut().expect("it is borrowed");
        Target {
            worker: &mut callee.worker,
            input,
            ctx: &callee.ctx,
            io: &mut callee.io,
            downstream: next,
            around: &callee.span,
            fast_path: callee.fast_path,
        }
    }

    /// A call has ended. If it failed, the worker is returned to its task.
    #[inline]
    pub(crate) fn called(&mut self, called: Result<(), Error>) {
        let Some(callee) = &mut self.guard.0 else {
            return;
        };
        match called {
            Ok(()) => callee.io.queue.settle(),
            Err(error) => {
                callee.failure = Some(error);
                self.give_back();
            }
        }
    }
}

/// The run mode of a worker behind a fused edge: each incarnation lends the worker until the stop or a failure.
pub(crate) struct FusedCallee<W: Worker> {
    cell: Arc<HandoffCell<W>>,
    back: Option<oneshot::Receiver<ReturnedWorker<W>>>,
    /// The cell for the stub that replaces the worker in a test.
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

    /// Sets the cell for the stub that replaces the worker in a test.
    #[cfg(feature = "test-util")]
    pub(crate) fn or_stub(mut self, cell: Arc<HandoffCell<StubOf<W>>>) -> Self {
        self.stub = Some(cell);
        self
    }
}

impl<W: Worker> RunMode<W> for FusedCallee<W> {
    fn drive(self: Box<Self>, pending: ReadyWorker<W>) -> BoxFuture<()> {
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
            let (return_to, back) = oneshot::channel();
            let guard = Box::new(Callee {
                fast_path: is_fast_path(ctx, io),
                worker: worker.take(),
                io: io.take(),
                ctx: ctx.clone(),
                span: Span::current(),
                failure: None,
                return_to,
            });
            let back = self.back.insert(back);
            self.cell.put(Handoff::Here(CalleeGuard(Some(guard))));
            let returned = match until(ctx.stop_requested(), &mut *back).await {
                Some(returned) => returned,
                None => {
                    // If the worker is not borrowed, dropping its guard returns it.
                    drop(self.cell.take());
                    back.await
                }
            };
            let (returned_worker, returned_io, failure) = returned.expect(IS_RETURNED);
            self.back = None;
            worker.put(returned_worker);
            io.put(returned_io);
            if let Some(error) = failure {
                return Err(error);
            }
        }
        Ok(())
    }

    async fn recover(&mut self, worker: Option<&mut Detachable<W>>, io: &mut Detachable<Io<W>>) {
        drop(self.cell.take());
        if let (Some(back), Some(worker)) = (self.back.take(), worker) {
            let (returned_worker, returned_io, _) = back.await.expect(IS_RETURNED);
            worker.put(returned_worker);
            io.put(returned_io);
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
