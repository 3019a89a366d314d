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

    /// Sends that one and the others, and waits for room where there is none. Returns how many were refused.
    #[doc(hidden)]
    fn send_each(
        &mut self,
        own: &Output<T>,
        first: T,
        rest: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send;

    /// Whether a message can be [passed](Self::fused_call) straight on.
    #[doc(hidden)]
    fn is_direct(&mut self, own: &Output<T>) -> bool {
        let _ = own;
        false
    }

    /// How it is passed on. If that goes wrong, [`return_failed`](Self::return_failed) is to follow.
    #[doc(hidden)]
    fn fused_call<'a>() -> impl FusedCall<'a, Self, (&'a Output<T>, T)>
    where
        Self: Sized + 'a,
        T: 'a,
    {
        NoFusedCall
    }

    /// Gives back those whose call has failed.
    #[doc(hidden)]
    fn return_failed(&mut self) {}

    /// A life of the worker that sends begins.
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

    /// It has ended: gives back what was borrowed to send messages to.
    #[doc(hidden)]
    fn rest(&mut self) {}
}

/// Only fluid implements [`Downstream`].
pub trait Sealed {}

impl Sealed for PortOutput {}

/// To the worker's own port, and over its edges into the queues of others.
#[derive(Debug)]
pub struct PortOutput;

impl<T: Send + 'static> Downstream<T> for PortOutput {
    #[inline(always)]
    fn send_ahead(
        &mut self,
        own: &mut Output<T>,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T> {
        own.send_ahead_unshared(messages)
    }

    async fn send_each(
        &mut self,
        own: &Output<T>,
        first: T,
        mut rest: Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> u64 {
        own.send_each(first, &mut rest).await
    }
}

/// What is sent, an `X`, as it is passed to `N`, and whether all went well. If not, someone's call has failed, who is to
/// go [home](Downstream::return_failed): not before this is dropped, since until then he is borrowed.
pub trait FusedCall<'a, N, X>: Future<Output = bool> + Send {
    /// The first poll, which is given what is sent.
    #[doc(hidden)]
    fn begin(
        self: Pin<&mut Self>,
        next: &'a mut N,
        sent: X,
        cx: &mut task::Context<'_>,
    ) -> Poll<bool>;
}

/// For a port, by which nothing is passed straight on.
pub(crate) struct NoFusedCall;

impl Future for NoFusedCall {
    type Output = bool;

    fn poll(self: Pin<&mut Self>, _: &mut task::Context<'_>) -> Poll<bool> {
        Poll::Ready(true)
    }
}

impl<'a, N, X> FusedCall<'a, N, X> for NoFusedCall {
    fn begin(self: Pin<&mut Self>, _: &'a mut N, _: X, _: &mut task::Context<'_>) -> Poll<bool> {
        Poll::Ready(true)
    }
}
