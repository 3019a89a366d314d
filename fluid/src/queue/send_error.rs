//! Errors of sends.

use std::fmt;

use crate::queue::channel::Refusal;

/// A consumer refused a message: it has stopped or is about to stop, or its queue is full and the message cannot wait.
#[derive(Clone, PartialEq, Eq)]
pub struct SendError<M> {
    /// The message, given back.
    pub message: M,
    /// The name of the consumer that refused it, below the names of nested groups, as in log records.
    pub worker: Box<str>,
    /// Whether its queue was full.
    full: bool,
}

impl<M> SendError<M> {
    pub(crate) fn closed(message: M, worker: &str) -> Self {
        Self::new(message, worker, Refusal::Closed)
    }

    pub(crate) fn full(message: M, worker: &str) -> Self {
        Self::new(message, worker, Refusal::Full)
    }

    pub(crate) fn new(message: M, worker: &str, refusal: Refusal) -> Self {
        Self {
            message,
            worker: worker.into(),
            full: refusal == Refusal::Full,
        }
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = &self.worker;
        if self.full {
            write!(f, "the queue of `{worker}` is full")
        } else {
            write!(f, "`{worker}` no longer accepts messages")
        }
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

impl<M> std::error::Error for SendError<M> {}

/// Why a message was not sent at once.
#[derive(Clone, PartialEq, Eq)]
pub enum TrySendError<M> {
    /// The queue is full.
    Full(SendError<M>),
    /// The consumer no longer accepts messages.
    Closed(SendError<M>),
}

impl<M> TrySendError<M> {
    /// The message, given back.
    #[must_use]
    pub fn into_message(self) -> M {
        match self {
            Self::Full(error) | Self::Closed(error) => error.message,
        }
    }
}

impl<M> fmt::Display for TrySendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(error) | Self::Closed(error) => error.fmt(f),
        }
    }
}

impl<M> fmt::Debug for TrySendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(error) => f.debug_tuple("Full").field(error).finish(),
            Self::Closed(error) => f.debug_tuple("Closed").field(error).finish(),
        }
    }
}

impl<M> std::error::Error for TrySendError<M> {}
