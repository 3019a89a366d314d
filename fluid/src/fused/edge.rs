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
use std::sync::Arc;

use crate::catch::{DropCaught, DropEach};
use crate::error::Error;
use crate::fused::call::{CallTarget, FusedDelivery, PortMessage, fused_call};
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
use crate::worker::stage::{Calls, Stage};
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

    /// The arguments of a call: the worker, the adapted message and the edges behind it. `None` if the worker is
    /// not borrowed, or if the adapter returns no message.
    #[inline(always)]
    fn given<'a, T>(
        &'a mut self,
        (own, message): PortMessage<'a, T>,
    ) -> Option<CallTarget<'a, W, N>>
    where
        T: Send + 'static,
        A: Adapt<T, W::Message>,
    {
        let guard = self.callee.guard()?;
        own.leave_alone().accepted();
        let message = self.adapt.adapt(message).next()?;
        Some((guard, message, &mut self.next))
    }

    /// Like `given`, but for a message that is adapted already.
    #[inline(always)]
    fn given_made(&mut self, message: W::Message) -> Option<CallTarget<'_, W, N>> {
        Some((self.callee.guard()?, message, &mut self.next))
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

    /// Keeps a message until the worker can be called. Returns `None` if the worker has ended, or if the head is
    /// asked to restart first.
    async fn hold(&mut self, message: W::Message) -> Option<W::Message> {
        // If this wait is cut off, the message stays among the kept ones.
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
            if !self.is_ready() {
                match self.hold(message).await {
                    Some(held) => message = held,
                    None => return,
                }
            }
            #[cfg(feature = "test-util")]
            if self.stub.has_it() {
                return self.stub.call(message, &mut self.next).await;
            }
            self.callee.call(message, &mut self.next).await;
        }
    }

    /// Makes the calls for one message. Returns whether it was accepted.
    fn send<T: Send + 'static>(
        &mut self,
        own: &Output<T>,
        message: T,
    ) -> impl Future<Output = bool> + Send
    where
        A: Adapt<T, W::Message>,
    {
        async move {
            let mut leaving = own.leave_alone();
            #[cfg(feature = "test-util")]
            let Some((message, copy)) = own.tap.pass(message) else {
                leaving.accepted();
                return true;
            };
            let mut waiting = DropCaught::new(message);
            if !self.is_ready() && matches!(self.ready().await, Ready::Never) {
                self.channel.refuse();
                return false;
            }
            let messages = DropEach(self.adapt.adapt(waiting.take()));
            leaving.accepted();
            #[cfg(feature = "test-util")]
            own.tap.keep(copy);
            for message in messages {
                if A::AT_MOST_ONE || !self.callee.is_fast_path() {
                    self.deliver(message).await;
                } else if !FusedDelivery::new(self, message, fused_call(Self::given_made)).await {
                    Downstream::<T>::return_failed(self);
                }
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

impl<A, W: Worker, N> Sealed for Fused<A, W, N> {}

impl<A, W: Worker, N> Drop for Fused<A, W, N> {
    fn drop(&mut self) {
        for message in std::mem::take(&mut self.kept) {
            self.refuse(message);
        }
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
        mut message: T,
        mut rest: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        async move {
            let mut refused = 0;
            loop {
                if self.is_direct(own) {
                    let link = <Self as Downstream<T>>::fused_call();
                    if !FusedDelivery::new(self, (own, message), link).await {
                        self.return_failed();
                    }
                } else {
                    refused += u64::from(!self.send(own, message).await);
                }
                match rest.next() {
                    Some(next) => message = next,
                    None => return refused,
                }
            }
        }
    }

    #[inline(always)]
    fn is_direct(&mut self, own: &Output<T>) -> bool {
        A::AT_MOST_ONE && self.is_fast_path(own)
    }

    #[inline(always)]
    fn fused_call<'a>() -> impl FusedCall<'a, Self, PortMessage<'a, T>> {
        fused_call(Self::given)
    }

    fn return_failed(&mut self) {
        self.callee.return_failed();
        self.next.return_failed();
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
        W::Calls::make(&mut **worker, ctx, &mut **io, &mut self.0).await
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
}
