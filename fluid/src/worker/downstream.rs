//! Where what a call emits goes next.

use std::future::Future;

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
    fn send_each<'a>(
        &'a mut self,
        own: &'a Output<T>,
        first: &'a mut Option<T>,
        rest: &'a mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> impl Future<Output = u64> + Send;

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

    async fn send_each<'a>(
        &'a mut self,
        own: &'a Output<T>,
        first: &'a mut Option<T>,
        rest: &'a mut Leaving<'_, impl Iterator<Item = T> + Send>,
    ) -> u64 {
        own.send_each(first, rest).await
    }
}
