//! A message that is being sent through a port.

use std::future::Future;
use std::pin::Pin;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;
use tokio::task::coop::poll_proceed;

use super::Output;
use crate::queue::sender::SendError;
use crate::sync::lock::briefly;

pin_project! {
    /// A message that is being sent.
    ///
    /// It is no `async fn`, so that the sending of one that finds room is compiled into whoever sends it.
    pub(super) struct Sending<'a, T, L, R> {
        pub(super) output: &'a Output<T>,
        pub(super) later: L,
        #[pin]
        pub(super) step: Step<T, R>,
    }
}

pin_project! {
    /// Where the message is: here, or in the future that waits for room.
    #[project = StepProjected]
    pub(super) enum Step<T, R> {
        First { slot: Option<T> },
        Later { #[pin] rest: R },
    }
}

impl<T, L, R> Future for Sending<'_, T, L, R>
where
    T: Send + 'static,
    L: Fn(Option<T>) -> R,
    R: Future<Output = Result<(), SendError<T>>>,
{
    type Output = R::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<R::Output> {
        let this = self.as_mut().project();
        if let StepProjected::First { slot } = this.step.project() {
            let mut buffer = briefly(&this.output.buffer);
            if buffer.keep(slot) {
                return Poll::Ready(Ok(()));
            }
            let buffer = this.output.gathers.then_some(buffer);
            if buffer.is_none() {
                ready!(poll_proceed(cx)).made_progress();
            }
            if this.output.post_now(buffer, slot) {
                return Poll::Ready(Ok(()));
            }
        }
        self.poll_later(cx)
    }
}

impl<T, L, R> Sending<'_, T, L, R>
where
    L: Fn(Option<T>) -> R,
    R: Future,
{
    #[inline(never)]
    fn poll_later(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<R::Output> {
        self.as_mut().begin_later();
        match self.project().step.project() {
            StepProjected::Later { rest } => rest.poll(cx),
            StepProjected::First { .. } => Poll::Pending,
        }
    }

    fn begin_later(self: Pin<&mut Self>) {
        let mut this = self.project();
        if let StepProjected::First { slot } = this.step.as_mut().project() {
            let rest = (this.later)(slot.take());
            this.step.set(Step::Later { rest });
        }
    }
}
