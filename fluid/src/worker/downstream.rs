//! Where what a call emits goes next.

use std::future::Future;

use crate::fused::call::{FusedCall, NoFusedCall};
use crate::node::context::Context;
use crate::queue::{Leaving, Output};

/// Where what a worker's calls emit goes next: to its own port, or into the calls of another worker.
pub trait Downstream<T>: Send + 'static {
    /// Sends what can be sent without waiting. Returns the first message that may have to wait.
    ///
    /// What leaves is counted at `own`, the port of the worker that emits it.
    #[doc(hidden)]
    fn send_ahead(
        &mut self,
        own: &mut Output<T>,
        messages: &mut impl Iterator<Item = T>,
    ) -> Option<T>;

    /// Sends that one, which is in `slot`, and the others, and waits for room where there is none. Returns how many were
    /// refused.
    #[doc(hidden)]
    fn send_each(
        &mut self,
        own: &Output<T>,
        slot: &mut Option<T>,
        rest: &mut Leaving<'_, impl Iterator<Item = T> + Send>,
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

    /// It has ended: gives back what was borrowed to send messages to.
    #[doc(hidden)]
    fn rest(&mut self) {}
}

/// To the worker's own port, and over its edges into the queues of others.
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
        slot: &mut Option<T>,
        rest: &mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send {
        own.send_each(slot, rest)
    }
}
