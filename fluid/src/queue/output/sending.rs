//! A message that is being sent through a port.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;

use super::Output;
use crate::catch::drop_caught;
use crate::queue::send_error::SendError;

pin_project! {
    /// A message that is being sent.
    ///
    /// It is no `async fn`, so that the sending of one that finds room is compiled into whoever sends it.
    pub(super) struct Sending<'a, T, L, R> {
        pub(super) output: &'a Output<T>,
        pub(super) message: Option<T>,
        pub(super) later: L,
        #[pin]
        pub(super) rest: Option<R>,
    }

    impl<T, L, R> PinnedDrop for Sending<'_, T, L, R> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            if let Some(message) = this.project().message.take() {
                drop_caught(message);
            }
        }
    }
}

impl<T, L, R> Future for Sending<'_, T, L, R>
where
    T: Send + 'static,
    L: Fn(T) -> R,
    R: Future<Output = Result<(), SendError<T>>>,
{
    type Output = R::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<R::Output> {
        let mut this = self.project();
        if this.message.is_some() {
            let mut buffer = this.output.buffer.lock();
            if buffer.keep(this.message) {
                return Poll::Ready(Ok(()));
            }
            let buffer = this.output.gathers.then_some(buffer);
            if buffer.is_none() {
                match poll_proceed(cx) {
                    Poll::Ready(turn) => turn.made_progress(),
                    Poll::Pending => return Poll::Pending,
                }
            }
            let rest = match this
                .message
                .take()
                .map(|message| this.output.send_now(buffer, message))
            {
                None | Some(Ok(())) => return Poll::Ready(Ok(())),
                Some(Err(message)) => (this.later)(message),
            };
            this.rest.set(Some(rest));
        }
        match this.rest.as_pin_mut() {
            Some(rest) => rest.poll(cx),
            None => Poll::Pending,
        }
    }
}
