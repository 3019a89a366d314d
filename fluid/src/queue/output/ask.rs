//! Questions that are sent through a port.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use super::{Output, Target};
use crate::catch::drop_caught;
use crate::queue::reply::{AskError, NoReply, Reply};
use crate::queue::reply_slot::{Answer, ReplySlots};

impl<T: Send + 'static> Output<T> {
    /// Sends the message that `message` makes of a [`Reply`], and awaits the answer. See
    /// [`Sender::ask`](crate::Sender::ask).
    ///
    /// The message is handed over at once. If the worker that asks waits for the answer, it handles nothing else.
    ///
    /// # Errors
    ///
    /// [`AskError`] says whether the message was refused, dropped unhandled, or handled without an answer. With no
    /// consumer behind the port, it was dropped.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the message may still be handled; its answer is dropped.
    pub async fn ask<R: Send + 'static>(
        &self,
        message: impl FnOnce(Reply<R>) -> T,
    ) -> Result<R, AskError> {
        let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let target = self.targets.first();
        let slot = match target {
            Some(target) => target.reply_slots().slot(&waker),
            None => ReplySlots::none().slot(&waker),
        };
        let answer = Answer::at(Arc::clone(&slot));
        let sent = self.send(message(Reply::to(slot))).await;
        self.hand_over();
        let answered = match sent {
            Ok(()) if target.is_none() => Err(NoReply::Dropped),
            Ok(()) => answer.await,
            Err(refused) => {
                // The answer is dropped before the message, whose reply then wakes no task.
                drop(answer);
                drop_caught(refused);
                Err(NoReply::Refused)
            }
        };
        let path = target.map_or_else(|| "no consumer".into(), Target::path);
        answered.map_err(|no_reply| AskError::new(&path, no_reply))
    }
}
