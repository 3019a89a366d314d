//! A fused edge: the worker that emits makes the calls of the one that consumes, in its own task.
//!
//! Each worker still has a life of its own, with hooks, restarts, a state and an exit. It is lived in
//! its own task, which *lends* the worker to the one that makes the calls, and gets it back when
//! something is to be decided: when a call has failed, or no more calls will come. So a failure behind a
//! fused edge is answered just like one behind a queue.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are: see `handle`"
)]

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use crate::error::Error;
use crate::fused::call::{CallTarget, FusedCall, FusedDelivery, PortMessage, fused_call};
use crate::fused::callee::{CalleeSlot, FusedCallee, HandoffCell};
use crate::group::slot::Slot;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode, boxed};
use crate::node::context::Context;
use crate::queue::adapt::{Adapt, made_of};
use crate::queue::{Channel, Leaving, Output, QueueControl, discard};
use crate::sync::signal::until;
#[cfg(feature = "test-util")]
use crate::test::StubOf;
use crate::worker::downstream::Downstream;
use crate::worker::stage::{Calls, Stage};
use crate::worker::{Io, Worker};

/// Straight into the calls of the worker `W`, by a fused edge. What that one emits goes to `N`.
pub(crate) struct Fused<A, W: Worker, N> {
    adapt: A,
    callee: CalleeSlot<W>,
    /// What stands in its place in a test.
    #[cfg(feature = "test-util")]
    stub: CalleeSlot<StubOf<W>>,
    channel: Arc<Channel<W::Message>>,
    /// The life of the worker at the head of the chain.
    head: Option<Context>,
    /// What it sent when it was to be restarted along with `W`, which was down.
    kept: VecDeque<W::Message>,
    next: N,
}

/// A message of more bytes is not passed straight on: the calls of a chain are one function then, which would have it on
/// the stack many times.
const LARGE: usize = 1024;

impl<A: Send, W: Stage<Input = <W as Worker>::Message>, N: Downstream<W::Output>> Fused<A, W, N> {
    const IS_LARGE: bool = size_of::<W::Message>() > LARGE;

    /// Lets the worker that sits in `seat` be called.
    pub(crate) fn new(adapt: A, seat: &Slot<W>, next: N) -> Self {
        let cell = HandoffCell::new();
        let lent = FusedCallee::new(Arc::clone(&cell));
        #[cfg(feature = "test-util")]
        let stub = HandoffCell::new();
        #[cfg(feature = "test-util")]
        let lent = lent.or_stub(Arc::clone(&stub));
        seat.run_as(lent);
        let channel = seat.channel();
        // What is called directly has no use for a queue: nobody would look into it.
        channel.close();
        Self {
            adapt,
            callee: CalleeSlot::new(cell),
            #[cfg(feature = "test-util")]
            stub: CalleeSlot::new(stub),
            channel,
            head: None,
            kept: VecDeque::new(),
            next,
        }
    }

    /// Whether the worker can be called.
    fn is_ready(&self) -> bool {
        #[cfg(feature = "test-util")]
        if self.stub.has_it() {
            return true;
        }
        self.callee.has_it()
    }

    /// Whether the worker can be called, and needs no more than that.
    #[inline]
    fn is_fast_path<T>(&mut self, own: &Output<T>) -> bool {
        let _ = own;
        #[cfg(feature = "test-util")]
        if own.tap.is_set() || self.stub.has_it() {
            return false;
        }
        self.callee.is_fast_path()
    }

    /// The same worker, and what it is called with: nothing, if the edge makes nothing of the message.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn given<'a, T>(
        &'a mut self,
        (own, message): PortMessage<'a, T>,
    ) -> Option<CallTarget<'a, W, N>>
    where
        T: Send + 'static,
        A: Adapt<T, W>,
    {
        let guard = self.callee.guard()?;
        own.leave_alone().accepted();
        let message = self.adapt.adapt(message).next()?;
        Some((guard, message, &mut self.next))
    }

    /// The same for one that the edge has made already.
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn given_made(&mut self, message: W::Message) -> Option<CallTarget<'_, W, N>> {
        Some((self.callee.guard()?, message, &mut self.next))
    }

    /// Passes the message in `slot` straight on. Returns whether all went well.
    fn pass_straight<'a, T: Send + 'static>(
        &'a mut self,
        own: &'a Output<T>,
        slot: &'a mut Option<T>,
    ) -> impl Future<Output = bool> + Send
    where
        A: Adapt<T, W>,
    {
        let link = <Self as Downstream<T>>::fused_call();
        FusedDelivery::new(move || Some((self, (own, slot.take()?))), link)
    }

    /// The same for a message that the edge has made already.
    fn pass(&mut self, slot: &mut Option<W::Message>) -> impl Future<Output = bool> + Send {
        FusedDelivery::new(
            move || Some((self, slot.take()?)),
            fused_call(Self::given_made),
        )
    }

    /// Waits until it can be. Returns whether it can: not, if it has ended.
    async fn borrow(&mut self) -> bool {
        #[cfg(feature = "test-util")]
        if !self.callee.borrow().await {
            return self.stub.borrow().await;
        }
        self.callee.borrow().await
    }

    /// The same, unless whoever calls is to be restarted: then there is no waiting for one that may be down
    /// for the same reason.
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

    /// Keeps the message in `slot` until the worker can be called. If it cannot be, the slot is empty then.
    async fn hold(&mut self, slot: &mut Option<W::Message>) {
        // Should the wait be cut off, it is among those that are kept.
        self.kept.extend(slot.take());
        match self.ready().await {
            Ready::Yes => *slot = self.kept.pop_back(),
            Ready::NotNow => {}
            Ready::Never => {
                let refused = self.kept.pop_back();
                refused.into_iter().for_each(|message| self.refuse(message));
            }
        }
    }

    /// Makes the call for the message in `slot`.
    fn deliver(&mut self, slot: &mut Option<W::Message>) -> impl Future<Output = ()> + Send {
        async move {
            if !self.is_ready() {
                self.hold(slot).await;
                if slot.is_none() {
                    return;
                }
            }
            #[cfg(feature = "test-util")]
            if self.stub.has_it() {
                let called = pin!(self.stub.call(slot, &mut self.next));
                return called.await;
            }
            let called = pin!(self.callee.call(slot, &mut self.next));
            called.await;
        }
    }

    /// Makes the calls for the message in `slot`, which is sent. Returns whether it was accepted.
    fn send<T: Send + 'static>(
        &mut self,
        own: &Output<T>,
        slot: &mut Option<T>,
    ) -> impl Future<Output = bool> + Send
    where
        A: Adapt<T, W>,
    {
        async move {
            let mut leaving = own.leave_alone();
            #[cfg(feature = "test-util")]
            let copy = own.tap.pass(slot);
            #[cfg(feature = "test-util")]
            if slot.is_none() {
                leaving.accepted();
                return true;
            }
            if !self.is_ready() && matches!(self.ready().await, Ready::Never) {
                self.channel.refuse();
                return false;
            }
            let mut messages = made_of(&self.adapt, slot);
            leaving.accepted();
            #[cfg(feature = "test-util")]
            own.tap.keep(copy);
            loop {
                let mut next = messages.next();
                if next.is_none() {
                    return true;
                }
                if A::AT_MOST_ONE || Self::IS_LARGE || !self.callee.is_fast_path() {
                    let delivered = pin!(self.deliver(&mut next));
                    delivered.await;
                } else {
                    let went_well = {
                        let passed = pin!(self.pass(&mut next));
                        passed.await
                    };
                    if !went_well {
                        Downstream::<T>::return_failed(self);
                    }
                }
            }
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

/// Whether a worker can be called.
enum Ready {
    Yes,
    NotNow,
    /// It has ended.
    Never,
}

impl<A, T, W, N> Downstream<T> for Fused<A, W, N>
where
    T: Send + 'static,
    A: Adapt<T, W>,
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
        slot: &mut Option<T>,
        rest: &mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        async move {
            let mut refused = 0;
            while slot.is_some() {
                if self.is_direct(own) {
                    let went_well = {
                        let passed = pin!(self.pass_straight(own, slot));
                        passed.await
                    };
                    if !went_well {
                        self.return_failed();
                    }
                } else {
                    let sent = pin!(self.send(own, slot));
                    refused += u64::from(!sent.await);
                }
                *slot = rest.next();
            }
            refused
        }
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn is_direct(&mut self, own: &Output<T>) -> bool {
        let is_large = Self::IS_LARGE || size_of::<T>() > LARGE;
        A::AT_MOST_ONE && !is_large && self.is_fast_path(own)
    }

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn fused_call<'a>() -> impl FusedCall<'a, Self, PortMessage<'a, T>> {
        fused_call(Self::given)
    }

    fn return_failed(&mut self) {
        self.callee.return_failed();
        self.next.return_failed();
    }

    async fn begin(&mut self, sender: &Context) {
        self.head = Some(sender.clone());
        {
            let begun = pin!(self.next.begin(sender));
            begun.await;
        }
        for _ in 0..self.kept.len() {
            let mut slot = self.kept.pop_front();
            let delivered = pin!(self.deliver(&mut slot));
            delivered.await;
        }
    }

    fn rest(&mut self) {
        self.callee.give_back();
        #[cfg(feature = "test-util")]
        self.stub.give_back();
        self.next.rest();
    }
}

/// The life of a worker at the head of a fused chain: its calls emit into those of the others.
pub(crate) struct FusedHead<N>(pub(crate) N);

impl<W: Stage, N: Downstream<W::Output>> RunLoop<W> for FusedHead<N> {
    async fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> Result<(), Error> {
        boxed(|| self.0.begin(ctx)).await;
        boxed(|| W::Calls::make(&mut **worker, ctx, &mut **io, &mut self.0)).await
    }

    fn rest(&mut self) -> Result<(), Error> {
        self.0.rest();
        Ok(())
    }
}

impl<W: Stage, N: Downstream<W::Output>> RunMode<W> for FusedHead<N> {
    fn life(self: Box<Self>, pending: ReadyWorker<W>) -> BoxFuture<()> {
        Box::pin(run_to_exit(pending, *self))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Box<dyn RunMode<StubOf<W>>> {
        self
    }
}
