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

use tracing::Span;

use crate::error::Error;
use crate::fused::callee::{CalleeSlot, FusedCallee, HandoffCell};
#[cfg(feature = "test-util")]
use crate::fused::stub_call::StubCall;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode, boxed};
use crate::node::context::Context;
use crate::queue::adapt::Adapt;
use crate::queue::{Channel, Leaving, Output, QueueControl, discard};
use crate::sync::signal::until;
#[cfg(feature = "test-util")]
use crate::test::StubOf;
use crate::worker::downstream::{Downstream, Sealed};
use crate::worker::handle_message::{Inputs, Next, Target, handle_each};
use crate::worker::loops::Calls;
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

    /// A call of the stub.
    #[cfg(feature = "test-util")]
    fn stub_call(&mut self, input: Option<W::Message>) -> StubCall<'_, W, N> {
        StubCall {
            stub: &mut self.stub,
            next: &mut self.next,
            input,
        }
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

    fn send_each<'a>(
        &'a mut self,
        own: &'a Output<T>,
        first: &'a mut Option<T>,
        rest: &'a mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        handle_each(FusedCalls {
            edge: self,
            own,
            sent: first,
            rest,
            input: None,
            refused: 0,
        })
    }

    async fn begin(&mut self, sender: &Context) {
        self.head = Some(sender.clone());
        self.next.begin(sender).await;
        // Nothing new is sent yet, only what the last incarnation has kept.
        let own = Output::new();
        let (mut none, mut rest) = (None::<T>, own.leave(std::iter::empty()));
        self.send_each(&own, &mut none, &mut rest).await;
    }

    fn rest(&mut self) {
        self.callee.give_back();
        #[cfg(feature = "test-util")]
        self.stub.give_back();
        self.next.rest();
    }
}

/// The calls of the worker behind a fused edge: one for each message that the adapter returns.
struct FusedCalls<'a, A, W: Stage, N, T, R> {
    edge: &'a mut Fused<A, W, N>,
    /// The port of the worker that sends.
    own: &'a Output<T>,
    sent: &'a mut Option<T>,
    rest: R,
    input: Option<W::Input>,
    refused: u64,
}

impl<A, W, N, T, R> FusedCalls<'_, A, W, N, T, R>
where
    T: Send + 'static,
    A: Adapt<T, W::Message>,
    W: Stage<Input = <W as Worker>::Message>,
    R: Iterator<Item = T>,
{
    /// Takes the next message that was sent.
    #[inline]
    fn next_sent(&mut self) -> Option<T> {
        self.sent.take().or_else(|| self.rest.next())
    }

    /// Makes the next adapted message the input. Returns `false` if there is none.
    #[inline]
    fn next_input(&mut self) -> bool {
        loop {
            self.input = self.edge.kept.pop_front();
            if self.input.is_some() {
                return true;
            }
            let Some(message) = self.next_sent() else {
                return false;
            };
            self.own.leave_alone().accepted();
            if A::AT_MOST_ONE {
                self.input = self.adapted(message).next();
                if self.input.is_some() {
                    return true;
                }
            } else {
                let adapted = self.adapted(message);
                self.edge.kept.extend(adapted);
            }
        }
    }

    #[inline]
    fn adapted(&self, message: T) -> impl Iterator<Item = W::Message> + use<A, W, N, T, R> {
        #[cfg(feature = "test-util")]
        let Some((message, copy)) = self.own.tap.pass(message) else {
            return None.into_iter().flatten();
        };
        #[cfg(feature = "test-util")]
        self.own.tap.keep(copy);
        let adapted = self.edge.adapt.adapt(message);
        #[cfg(feature = "test-util")]
        let adapted = Some(adapted).into_iter().flatten();
        adapted
    }
}

impl<A, W, N, T, R> Inputs<W> for FusedCalls<'_, A, W, N, T, R>
where
    T: Send + 'static,
    A: Adapt<T, W::Message>,
    W: Stage<Input = <W as Worker>::Message>,
    N: Downstream<W::Output>,
    R: Iterator<Item = T> + Send,
{
    type Downstream = N;
    type Around<'b>
        = &'b Span
    where
        Self: 'b;
    type End = u64;

    #[inline]
    fn next(&mut self) -> Next {
        #[cfg(feature = "test-util")]
        if self.edge.stub.has_it() {
            return Next::Wait;
        }
        if !self.edge.callee.has_it() {
            return Next::Wait;
        }
        if !self.next_input() {
            return Next::End;
        }
        self.edge.callee.receive();
        Next::Ready
    }

    /// Keeps what was sent while the worker is down, if the head is asked to restart. Refuses it if the worker has ended.
    async fn wait(&mut self) -> bool {
        loop {
            if self.edge.is_ready() {
                if !self.next_input() {
                    return false;
                }
                #[cfg(feature = "test-util")]
                if self.edge.stub.has_it() {
                    handle_each(self.edge.stub_call(self.input.take())).await;
                    continue;
                }
                self.edge.callee.receive();
                return true;
            }
            let sent = self.next_sent();
            if sent.is_none() && self.edge.kept.is_empty() {
                return false;
            }
            let leaving = sent.map(|message| (message, self.own.leave_alone()));
            match (self.edge.ready().await, leaving) {
                (Ready::Never, leaving) => {
                    self.edge.refuse_kept();
                    if leaving.is_some() {
                        self.edge.channel.refuse();
                        self.refused += 1;
                    }
                }
                (_, Some((message, mut leaving))) => {
                    leaving.accepted();
                    let adapted = self.adapted(message);
                    self.edge.kept.extend(adapted);
                }
                (Ready::NotNow, None) => return false,
                (Ready::Yes, None) => {}
            }
        }
    }

    #[inline]
    fn target(&mut self) -> Target<'_, W, N, &Span> {
        let Fused { callee, next, .. } = self.edge;
        callee.target(&mut self.input, next)
    }

    #[inline]
    fn called(&mut self, called: Result<(), Error>) -> Option<u64> {
        self.edge.callee.called(called);
        None
    }

    fn ended(&mut self) -> u64 {
        self.refused
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
        boxed(|| W::Calls::make(&mut **worker, ctx, &mut **io, &mut self.0)).await
    }

    fn rest(&mut self) -> Result<(), Error> {
        self.0.rest();
        Ok(())
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
