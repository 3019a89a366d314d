//! A message that is being sent through a port.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll};

use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;

use super::Output;
use crate::catch::DropCaught;
use crate::queue::send_error::SendError;

pin_project! {
    /// The future of [`Output::send`].
    ///
    /// It is written by hand, so that a send that finds room is compiled into its caller. The message is stored once:
    /// here, or in the future of a send that has to wait.
    pub(super) struct Sending<'a, T, L, R> {
        output: &'a Output<T>,
        later: L,
        #[pin]
        progress: Progress<T, R>,
    }
}

pin_project! {
    #[project = ProgressProjected]
    enum Progress<T, R> {
        /// Before the first attempt, and after one that succeeded.
        First { message: DropCaught<T> },
        Later { #[pin] rest: R },
    }
}

impl<'a, T, L: Fn(DropCaught<T>) -> R, R> Sending<'a, T, L, R> {
    /// Sends a message. If it has to wait, the future that `later` returns sends it.
    #[inline]
    pub(super) fn new(output: &'a Output<T>, message: T, later: L) -> Self {
        Self {
            output,
            later,
            progress: Progress::First {
                message: DropCaught::new(message),
            },
        }
    }

    /// Moves the message into the future of a send that has to wait.
    #[cold]
    #[inline(never)]
    fn wait(self: Pin<&mut Self>) {
        let mut this = self.project();
        if let ProgressProjected::First { message } = this.progress.as_mut().project()
            && let Some(message) = message.slot().take()
        {
            let rest = (this.later)(DropCaught::new(message));
            this.progress.set(Progress::Later { rest });
        }
    }
}

impl<T, L, R> Future for Sending<'_, T, L, R>
where
    T: Send + 'static,
    L: Fn(DropCaught<T>) -> R,
    R: Future<Output = Result<(), SendError<T>>>,
{
    type Output = R::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<R::Output> {
        let this = self.as_mut().project();
        if let ProgressProjected::First { message } = this.progress.project() {
            let mut buffer = this.output.buffer.lock();
            if buffer.keep(message.slot()) {
                return Poll::Ready(Ok(()));
            }
            let buffer = this.output.gathers.then_some(buffer);
            if buffer.is_none() {
                match poll_proceed(cx) {
                    Poll::Ready(turn) => turn.made_progress(),
                    Poll::Pending => return Poll::Pending,
                }
            }
            if this.output.send_now(buffer, message.slot()) {
                return Poll::Ready(Ok(()));
            }
            self.as_mut().wait();
        }
        match self.project().progress.project() {
            ProgressProjected::Later { rest } => rest.poll(cx),
            ProgressProjected::First { .. } => Poll::Pending,
        }
    }
}
