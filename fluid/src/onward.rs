//! Where what a call emits goes next.

use std::future::Future;

use crate::context::Context;
use crate::queue::Output;

/// Where what a worker's calls emit goes next: to its own port, or into the calls of another worker.
pub trait Onward<T>: Send + 'static {
    /// Sends each message, and waits for room where there is none. Returns how many were refused.
    ///
    /// What leaves is counted at `own`, the port of the worker that emits it.
    #[doc(hidden)]
    fn send_each(
        &mut self,
        own: &Output<T>,
        messages: impl Iterator<Item = T> + Send,
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

/// To the worker's own port, and over its edges into the queues of others.
#[derive(Debug)]
pub struct Own;

impl<T: Send + 'static> Onward<T> for Own {
    async fn send_each(
        &mut self,
        own: &Output<T>,
        messages: impl Iterator<Item = T> + Send,
    ) -> u64 {
        own.send_each(messages).await
    }
}
