//! Where what a call emits goes next.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use crate::node::context::Context;
use crate::queue::{Leaving, Output};

/// Where what a worker's calls emit goes next: to its own port, or into the calls of another worker.
pub trait Downstream<T>: Sealed + Send + 'static {
    /// Sends what can be sent without waiting. Returns the first message that may have to wait.
    ///
    /// What leaves is counted at `own`, the port of the worker that emits it.
    #[doc(hidden)]
    fn send_ahead(
        &mut self,
        own: &mut Output<T>,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T>;

    /// Sends the next message and the others, and waits for room where there is none. Returns how many were refused.
    #[doc(hidden)]
    fn send_each(
        &mut self,
        own: &Output<T>,
        leaving: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send;

    /// Whether a message can be passed on by [`fused_call`](Self::fused_call).
    #[doc(hidden)]
    fn is_direct(&mut self, own: &Output<T>) -> bool {
        let _ = own;
        false
    }

    /// The call that passes a message on. If it fails, the caller calls [`return_failed`](Self::return_failed) after it
    /// has dropped the call.
    #[doc(hidden)]
    fn fused_call<'a>() -> impl FusedCall<'a, Self, T>
    where
        Self: Sized + 'a,
        T: 'a,
    {
        NoFusedCall
    }

    /// Returns the callees whose call has failed to their tasks.
    #[doc(hidden)]
    fn return_failed(&mut self) {}

    /// Called at the start of each incarnation of the worker that sends.
    #[doc(hidden)]
    fn begin(&mut self, sender: &Context) -> impl Future<Output = ()> + Send {
        let _ = sender;
        async {}
    }

    /// The call of the worker was cut off. A message in the hand of a worker behind a fused edge is then done for all
    /// workers before it, so that it counts once. Returns whether there is such a message.
    #[doc(hidden)]
    fn settle_cut_call(&mut self) -> bool {
        false
    }

    /// Called at the end of each incarnation of the worker that sends. Returns the borrowed callees to their tasks.
    #[doc(hidden)]
    fn rest(&mut self) {}
}

/// Only fluid implements [`Downstream`].
pub trait Sealed {}

impl Sealed for PortOutput {}

/// The worker's own port, whose edges lead into the queues of other workers.
#[derive(Debug)]
pub struct PortOutput;

impl<T: Send + 'static> Downstream<T> for PortOutput {
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn send_ahead(
        &mut self,
        own: &mut Output<T>,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T> {
        own.send_ahead_unshared(messages)
    }

    fn send_each(
        &mut self,
        own: &Output<T>,
        leaving: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        own.send_each(leaving)
    }
}

/// A call that passes a message, a `T`, to `N`. Returns `false` if a call in the chain failed. The caller then
/// [returns the failed callee](Downstream::return_failed) to its task. The borrow must have ended by then, so the
/// caller drops this first.
pub trait FusedCall<'a, N, T>: Future<Output = bool> + Send {
    /// The first poll, which takes the message.
    #[doc(hidden)]
    fn begin(
        self: Pin<&mut Self>,
        next: &'a mut N,
        message: &mut Option<T>,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool>;
}

/// The call of a port, which passes nothing on.
pub(crate) struct NoFusedCall;

impl Future for NoFusedCall {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<bool> {
        Poll::Ready(true)
    }
}

impl<'a, N, T> FusedCall<'a, N, T> for NoFusedCall {
    fn begin(
        self: Pin<&mut Self>,
        _: &'a mut N,
        _: &mut Option<T>,
        _: &mut task::Context<'_>,
    ) -> Poll<bool> {
        Poll::Ready(true)
    }
}
