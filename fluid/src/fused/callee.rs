//! A worker behind a fused edge. Its task *lends* it to the head of the fused chain, which makes its calls.
//!
//! Invariants:
//!
//! 1. A lent worker is always returned: a [`CalleeGuard`] returns it when the guard is dropped.
//! 2. While it is lent, only the borrower counts its messages.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are: see `handle`"
)]

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;

use crate::catch::DropCaught;
use crate::error::Error;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode};
use crate::node::context::Context;
use crate::sync::flag::{until, wait_for};
use crate::sync::lock::lock;
use crate::sync::{Mutex, Notify, oneshot};
#[cfg(feature = "test-util")]
use crate::test::StubOf;
use crate::worker::attempt::{Attempts, handle};
use crate::worker::call::is_fast_path;
use crate::worker::downstream::Downstream;
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
    pub(crate) worker: W,
    /// The message of a call that is not on the fast path, as long as another attempt may need it.
    input: DropCaught<W::Message>,
    pub(crate) io: Io<W>,
    pub(crate) ctx: Context,
    pub(crate) span: tracing::Span,
    /// Whether no option is set that costs something at each call.
    fast_path: bool,
    pub(crate) failure: Option<Error>,
    return_to: oneshot::Sender<ReturnedWorker<W>>,
}

impl<W: Worker> Callee<W> {
    /// Takes the first of `messages` as the input of the next call.
    fn take_input(&mut self, messages: &mut VecDeque<W::Message>) {
        *self.input.slot() = messages.pop_front();
        self.io.queue.hand_over();
    }
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

    /// The call was cut off. If it is `passed_on`, its message is done. Returns whether a message is in hand.
    pub(crate) fn settle_cut_call(&mut self, passed_on: bool) -> bool {
        let Some(callee) = self.guard() else {
            return false;
        };
        let in_hand = callee.io.queue.has_in_hand();
        if passed_on {
            callee.io.queue.settle();
        }
        in_hand
    }

    /// The worker, if it is borrowed.
    #[inline(always)]
    pub(crate) fn guard(&mut self) -> Option<&mut Callee<W>> {
        self.guard.0.as_deref_mut()
    }

    /// Whether the worker is borrowed, and no option is set that costs something at each call.
    #[inline(always)]
    pub(crate) fn is_fast_path(&self) -> bool {
        let guard = self.guard.0.as_ref().filter(|guard| guard.fast_path);
        #[cfg(feature = "test-util")]
        let guard = guard.filter(|guard| !guard.ctx.node().test.is_armed());
        guard.is_some()
    }

    /// Returns the worker to its task if its call has failed.
    pub(crate) fn return_failed(&mut self) {
        if self.guard().is_some_and(|guard| guard.failure.is_some()) {
            self.give_back();
        }
    }

    /// Makes a call for the first of `messages`, if the worker is borrowed. If the call fails, the worker is returned to its
    /// task.
    pub(crate) fn call<N: Downstream<W::Output>>(
        &mut self,
        messages: &mut VecDeque<W::Message>,
        next: &mut N,
    ) -> impl Future<Output = ()> + Send
    where
        W: Stage<Input = <W as Worker>::Message>,
    {
        async move {
            let Some(guard) = self.guard() else { return };
            guard.take_input(messages);
            let (input, ctx, io) = (guard.input.slot(), &guard.ctx, &mut guard.io);
            let handled = {
                let handled = pin!(handle(
                    &mut guard.worker,
                    input,
                    Attempts::IN_LANE,
                    ctx,
                    io,
                    next
                ));
                in_span(&guard.span, handled).await
            };
            guard.input.clear();
            match handled {
                Ok(()) => io.queue.settle(),
                Err(error) => {
                    guard.failure = Some(error);
                    self.give_back();
                }
            }
        }
    }
}

/// Polls a pinned future within a span.
fn in_span<F: Future>(
    span: &tracing::Span,
    mut future: Pin<&mut F>,
) -> impl Future<Output = F::Output> {
    poll_fn(move |cx| span.in_scope(|| future.as_mut().poll(cx)))
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

    #[cfg(feature = "test-util")]
    fn of_batch_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::BatchStubOf<W>>> {
        unreachable!("a worker behind a fused edge takes no batches")
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
                input: DropCaught::empty(),
                io: io.take(),
                ctx: ctx.clone(),
                span: tracing::Span::current(),
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
