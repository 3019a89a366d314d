//! Answers to messages.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use crate::catch::drop_caught;
use crate::queue::reply_slot::ReplySlot;

thread_local! {
    /// Whether this thread is dropping a message that no handler has received.
    static DISCARDING: Cell<bool> = const { Cell::new(false) };
}

/// Drops a message that no handler has received. A [`Reply`] in it then reports [`AskError::Dropped`].
pub(crate) fn discard<M>(message: M) {
    let before = DISCARDING.replace(true);
    drop_caught(message);
    DISCARDING.set(before);
}

/// Sends the answer to a question. [`ask`](crate::Sender::ask) creates it, and it is a part of the message.
///
/// If it is dropped without an answer, `ask` returns an error that says why.
pub struct Reply<T>(Option<Arc<ReplySlot<T>>>);

impl<T> Reply<T> {
    pub(super) const fn to(place: Arc<ReplySlot<T>>) -> Self {
        Self(Some(place))
    }

    /// Sends the answer. Returns whether it is still awaited.
    #[allow(clippy::must_use_candidate, reason = "most callers ignore it")]
    pub fn send(mut self, answer: T) -> bool {
        self.0.take().is_some_and(|place| place.answer(Ok(answer)))
    }

    /// Whether the answer is no longer awaited. Then it need not be computed.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(|place| place.is_left())
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        if let Some(place) = self.0.take() {
            let verdict = if DISCARDING.get() {
                NoReply::Dropped
            } else {
                NoReply::Unanswered
            };
            // If no answer is awaited any more, this has no effect.
            place.answer(Err(verdict));
        }
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("is_closed", &self.is_closed())
            .finish()
    }
}

/// What became of a question that has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoReply {
    Refused,
    Dropped,
    Unanswered,
}

/// Why a question has no answer. Each variant names the consumer as log records do.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AskError {
    /// The consumer no longer accepts messages.
    Refused(Box<str>),
    /// The consumer accepted the message, and dropped it before it was handled: its queue overflowed, it had to end, or
    /// it was never started.
    Dropped(Box<str>),
    /// The consumer took the message and gave no answer: its handler failed, panicked, ran out of time, was
    /// forced to end, or dropped the [`Reply`]. A stuck consumer leaves all its messages unanswered, also those
    /// that it has not taken.
    Unanswered(Box<str>),
}

impl AskError {
    pub(crate) fn new(worker: &str, verdict: NoReply) -> Self {
        match verdict {
            NoReply::Refused => Self::Refused(worker.into()),
            NoReply::Dropped => Self::Dropped(worker.into()),
            NoReply::Unanswered => Self::Unanswered(worker.into()),
        }
    }
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(worker) => write!(f, "`{worker}` no longer accepts messages"),
            Self::Dropped(worker) => write!(f, "`{worker}` dropped the message before handling it"),
            Self::Unanswered(worker) => {
                write!(
                    f,
                    "`{worker}` failed, or handled the message without an answer"
                )
            }
        }
    }
}

impl std::error::Error for AskError {}
