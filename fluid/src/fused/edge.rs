//! A fused edge: the emitting worker makes the calls of the consuming worker, in its own task.
//!
//! Each worker still has incarnations of its own, with hooks, restarts, a state and an exit. Its own task *lends*
//! the worker to the head of the chain. The worker is returned when a call has failed, or when no more calls will
//! come. So a failure behind a fused edge is answered like one behind a queue.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are: see `handle`"
)]

use std::collections::VecDeque;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;

use crate::catch::DropEach;
use crate::error::Error;
use crate::fused::call::{CallTarget, deliver, fused_call};
use crate::fused::callee::{CalleeSlot, FusedCallee, HandoffCell};
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode};
use crate::node::context::Context;
use crate::queue::adapter::Adapt;
use crate::queue::{Channel, Leaving, Output, QueueControl, discard};
use crate::sync::flag::until;
#[cfg(feature = "test-util")]
use crate::test::StubOf;
use crate::worker::downstream::{Downstream, FusedCall, Sealed};
use crate::worker::loops::boxed_calls;
use crate::worker::stage::Stage;
use crate::worker::{Io, Worker};

/// The emitting end of a fused edge to the worker `W`, whose emissions go to `N`.
pub(crate) struct Fused<A, W: Worker, N> {
    adapt: A,
    callee: CalleeSlot<W>,
    /// The stub that replaces the callee in a test.
    #[cfg(feature = "test-util")]
    stub: CalleeSlot<StubOf<W>>,
    channel: Arc<Channel<W::Message>>,
    /// The context of the worker at the head of the chain.
    head: Option<Context>,
    /// Messages that were sent while `W` was down and the head was asked to restart with it. The next incarnation
    /// delivers them.
    kept: VecDeque<W::Message>,
    next: N,
}

impl<A: Send, W: Stage<Input = <W as Worker>::Message>, N: Downstream<W::Output>> Fused<A, W, N> {
    /// Makes a fused edge to the worker of `channel`. Returns its emitting end, and the run mode of the worker.
    pub(crate) fn new(
        adapt: A,
        channel: Arc<Channel<W::Message>>,
        next: N,
    ) -> (Self, FusedCallee<W>) {
        let cell = HandoffCell::new();
        let callee = FusedCallee::new(Arc::clone(&cell));
        #[cfg(feature = "test-util")]
        let stub = HandoffCell::new();
        #[cfg(feature = "test-util")]
        let callee = callee.or_stub(Arc::clone(&stub));
        // A worker behind a fused edge receives nothing from its queue.
        channel.close();
        let edge = Self {
            adapt,
            callee: CalleeSlot::new(cell),
            #[cfg(feature = "test-util")]
            stub: CalleeSlot::new(stub),
            channel,
            head: None,
            kept: VecDeque::new(),
            next,
        };
        (edge, callee)
    }

    /// Whether the worker, or the stub that replaces it, is borrowed.
    fn is_ready(&self) -> bool {
        #[cfg(feature = "test-util")]
        if self.stub.has_it() {
            return true;
        }
        self.callee.has_it()
    }

    /// Whether the worker can be called, and no option is set that costs something at each call.
    #[inline]
    fn is_fast_path<T>(&mut self, own: &Output<T>) -> bool {
        let _ = own;
        #[cfg(feature = "test-util")]
        if own.tap.is_set() || self.stub.has_it() {
            return false;
        }
        self.callee.is_fast_path()
    }

    /// Adapts what was sent to the message of a call. Returns the worker and the edges behind it, or `None` if the worker
    /// is not borrowed, or if the adapter returns no message.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn target<T>(
        &mut self,
        sent: &mut Option<T>,
        message: &mut Option<W::Message>,
    ) -> Option<CallTarget<'_, W, N>>
    where
        T: Send + 'static,
        A: Adapt<T, W::Message>,
    {
        let callee = self.callee.guard()?;
        *message = self.adapt.adapt(sent.take()?).next();
        message.is_some().then_some((callee, &mut self.next))
    }

    /// Like `target`, but for the first kept message, which is adapted already.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn kept_target(
        &mut self,
        _: &mut Option<()>,
        message: &mut Option<W::Message>,
    ) -> Option<CallTarget<'_, W, N>> {
        let callee = self.callee.guard()?;
        *message = self.kept.pop_front();
        message.is_some().then_some((callee, &mut self.next))
    }

    /// Waits until the worker can be called. Returns `false` if it has ended.
    async fn borrow(&mut self) -> bool {
        #[cfg(feature = "test-util")]
        if !self.callee.borrow().await {
            return self.stub.borrow().await;
        }
        self.callee.borrow().await
    }

    /// Waits until the worker can be called. Gives up when the head is asked to restart: the worker may be down for
    /// the same reason.
    async fn ready(&mut self) -> Ready {
        let head = self.head.clone();
        let borrowed = match &head {
            Some(head) => until(head.restart_requested(), self.borrow()).await,
            None => Some(self.borrow().await),
        };
        match borrowed {
            Some(true) => Ready::Yes,
            Some(false) => Ready::Never,
            None => Ready::NotNow,
        }
    }

    /// Makes a call for each kept message. If the head is asked to restart before the worker can be called, the messages
    /// stay kept.
    fn deliver_kept(&mut self) -> impl Future<Output = ()> + Send {
        async move {
            while !self.kept.is_empty() {
                if !self.is_ready() {
                    match self.ready().await {
                        Ready::Yes => {}
                        Ready::NotNow => return,
                        Ready::Never => return self.refuse_kept(),
                    }
                }
                #[cfg(feature = "test-util")]
                if self.stub.has_it() {
                    let call = pin!(self.stub.call(&mut self.kept, &mut self.next));
                    call.await;
                    continue;
                }
                if self.callee.is_fast_path() {
                    let delivered = {
                        let call = pin!(fused_call(Self::kept_target));
                        deliver(call, self, &mut None).await
                    };
                    if !delivered {
                        self.return_failed();
                    }
                } else {
                    let call = pin!(self.callee.call(&mut self.kept, &mut self.next));
                    call.await;
                }
            }
        }
    }

    /// Like `deliver_kept`, in a box: it is rarely needed, and the future of an incarnation has no room for it.
    fn boxed_deliver_kept(&mut self) -> Pin<Box<impl Future<Output = ()> + Send>> {
        Box::pin(self.deliver_kept())
    }

    /// Returns the callees whose call has failed to their tasks.
    fn return_failed(&mut self) {
        self.callee.return_failed();
        self.next.return_failed();
    }

    /// Makes the calls for one message. Returns whether it was accepted.
    fn send<T: Send + 'static>(
        &mut self,
        own: &Output<T>,
        message: &mut Option<T>,
    ) -> impl Future<Output = bool> + Send
    where
        A: Adapt<T, W::Message>,
    {
        async move {
            let mut leaving = own.leave_alone();
            #[cfg(feature = "test-util")]
            let Some(copy) = own.tapped(message) else {
                leaving.accepted();
                return true;
            };
            if !self.is_ready() && matches!(self.ready().await, Ready::Never) {
                self.channel.refuse();
                return false;
            }
            self.keep(message);
            leaving.accepted();
            #[cfg(feature = "test-util")]
            own.tap.keep(copy.map(|copy| *copy));
            pin!(self.deliver_kept()).await;
            true
        }
    }

    /// Adapts a message, and keeps the results until their calls are made.
    fn keep<T>(&mut self, message: &mut Option<T>)
    where
        A: Adapt<T, W::Message>,
    {
        if let Some(message) = message.take() {
            self.kept.extend(DropEach(self.adapt.adapt(message)));
        }
    }
}

impl<A, W: Worker, N> Fused<A, W, N> {
    fn refuse_kept(&mut self) {
        for message in std::mem::take(&mut self.kept) {
            self.channel.refuse();
            discard(message);
        }
    }
}

impl<A, W: Worker, N> Sealed for Fused<A, W, N> {}

impl<A, W: Worker, N> Drop for Fused<A, W, N> {
    fn drop(&mut self) {
        self.refuse_kept();
    }
}

/// Whether a worker can be called.
enum Ready {
    Yes,
    NotNow,
    /// The worker has ended.
    Never,
}

impl<A, T, W, N> Downstream<T> for Fused<A, W, N>
where
    T: Send + 'static,
    A: Adapt<T, W::Message>,
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
{
    fn send_ahead(
        &mut self,
        _: &mut Output<T>,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T> {
        messages.next()
    }

    fn send_each(
        &mut self,
        own: &Output<T>,
        mut leaving: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        async move {
            let mut refused = 0;
            while leaving.next.is_some() {
                if self.is_direct(own) {
                    own.leave_alone().accepted();
                    let delivered = {
                        let call = pin!(fused_call(Self::target));
                        deliver(call, self, leaving.next).await
                    };
                    if !delivered {
                        self.return_failed();
                    }
                } else {
                    refused += u64::from(!pin!(self.send(own, leaving.next)).await);
                }
                leaving.advance();
            }
            refused
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_direct(&mut self, own: &Output<T>) -> bool {
        A::AT_MOST_ONE && self.is_fast_path(own)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn fused_call<'a>() -> impl FusedCall<'a, Self, T> {
        fused_call(Self::target)
    }

    fn return_failed(&mut self) {
        self.return_failed();
    }

    async fn begin(&mut self, sender: &Context) {
        self.head = Some(sender.clone());
        self.next.begin(sender).await;
        if !self.kept.is_empty() {
            self.boxed_deliver_kept().await;
        }
    }

    fn settle_cut_call(&mut self) -> bool {
        let passed_on = self.next.settle_cut_call();
        let in_hand = self.callee.settle_cut_call(passed_on);
        #[cfg(feature = "test-util")]
        let in_hand = in_hand || self.stub.settle_cut_call(passed_on);
        in_hand || passed_on
    }

    fn rest(&mut self) {
        self.callee.give_back();
        #[cfg(feature = "test-util")]
        self.stub.give_back();
        self.next.rest();
    }
}

/// The run mode of a worker at the head of a fused chain: its emissions become calls of the next worker.
pub(crate) struct FusedHead<N>(pub(crate) N);

impl<W: Stage, N: Downstream<W::Output>> RunLoop<W> for FusedHead<N> {
    async fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> Result<(), Error> {
        self.0.begin(ctx).await;
        boxed_calls(&mut **worker, ctx, &mut **io, &mut self.0).await
    }

    fn rest(&mut self) -> Result<(), Error> {
        self.0.rest();
        Ok(())
    }

    async fn recover(&mut self, _: Option<&mut Detachable<W>>, io: &mut Detachable<Io<W>>) {
        if self.0.settle_cut_call() {
            io.queue.settle();
        }
        self.0.rest();
    }
}

impl<W: Stage, N: Downstream<W::Output>> RunMode<W> for FusedHead<N> {
    fn drive(self: Box<Self>, pending: ReadyWorker<W>) -> BoxFuture<()> {
        Box::pin(run_to_exit(pending, *self))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Box<dyn RunMode<StubOf<W>>> {
        self
    }

    #[cfg(feature = "test-util")]
    fn of_batch_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::BatchStubOf<W>>> {
        self
    }
}
