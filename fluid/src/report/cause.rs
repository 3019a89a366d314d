//! Why a worker or a group has ended, and why it was forced to.

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Panicked};

/// The cause of the end of a worker or a group.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Cause {
    /// It was asked to stop.
    Stopped,
    /// Its work was done: `run` returned.
    Finished,
    /// The group stopped because its worker of this name ended.
    WorkerEnded(Box<str>),
    /// The process got this signal.
    Signal(&'static str),
    /// [`bail_out`](crate::GroupHandle::bail_out) was called.
    BailedOut {
        /// The given reason.
        reason: Cow<'static, str>,
        /// The given exit code.
        code: u8,
    },
    /// A worker or a callback returned an error, which no policy answered.
    Failed {
        /// Its path below the group of this exit: names joined with `/`.
        worker: Box<str>,
        /// The returned error.
        error: Error,
    },
    /// A worker or a callback panicked, which no policy answered.
    Panicked {
        /// Its path, as in `Failed`.
        worker: Box<str>,
        /// The message and the location of the panic.
        panic: Panicked,
    },
    /// A worker or a hook failed to start, so the group did not start.
    StartupFailed {
        /// Its path, as in `Failed`.
        worker: Box<str>,
        /// The error of `on_startup`.
        error: Error,
    },
    /// It was never started: the start of another member failed, or a stop came first.
    NotStarted,
    /// Its runtime was shut down.
    Abandoned,
}

/// The reason why a worker or a group was forced to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forced {
    /// It took longer to end than its grace period, or that of a group around it.
    GracePeriodOver,
    /// The process got this signal after an earlier one that asked it to stop.
    SecondSignal(&'static str),
    /// Its port [`undelivered`](crate::Slot::undelivered) is wired, or it feeds such a consumer, and only the time to save
    /// what it had not handled was left of the grace period.
    TimeToSave,
}

impl fmt::Display for Forced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::GracePeriodOver => f.write_str("grace period over"),
            Self::SecondSignal(signal) => write!(f, "second signal ({signal})"),
            Self::TimeToSave => f.write_str("time to save undelivered messages"),
        }
    }
}

impl Cause {
    /// The failure of `worker`, which is a panic if the error is a caught one.
    pub(crate) fn failure(worker: &str, error: Error) -> Self {
        let worker = worker.into();
        match error.downcast_ref::<Panicked>() {
            Some(panic) => Self::Panicked {
                worker,
                panic: panic.clone(),
            },
            None => Self::Failed { worker, error },
        }
    }

    /// The same cause, as the parent group sees it.
    pub(crate) fn below(&self, group: &str) -> Self {
        let nested = |worker: &str| format!("{group}/{worker}").into();
        match self.clone() {
            Self::Failed { worker, error } => Self::Failed {
                worker: nested(&worker),
                error,
            },
            Self::Panicked { worker, panic } => Self::Panicked {
                worker: nested(&worker),
                panic,
            },
            Self::StartupFailed { worker, error } => Self::StartupFailed {
                worker: nested(&worker),
                error,
            },
            Self::WorkerEnded(worker) => Self::WorkerEnded(nested(&worker)),
            other => other,
        }
    }

    /// The error of a failure.
    pub(crate) fn error(&self) -> Option<Error> {
        match self {
            Self::Failed { error, .. } | Self::StartupFailed { error, .. } => Some(error.clone()),
            Self::Panicked { panic, .. } => Some(panic.clone().into()),
            _ => None,
        }
    }

    /// The path of the worker that failed.
    pub(crate) fn worker(&self) -> Option<&str> {
        match self {
            Self::Failed { worker, .. }
            | Self::StartupFailed { worker, .. }
            | Self::Panicked { worker, .. } => Some(worker),
            _ => None,
        }
    }

    /// The kind of cause as a word, for machines: `stopped`, `finished`, `worker_ended`, `signal`, `bailed_out`, `failed`,
    /// `panicked`, `startup_failed`, `not_started` or `abandoned`.
    #[must_use]
    pub const fn kind_name(&self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Finished => "finished",
            Self::WorkerEnded(_) => "worker_ended",
            Self::Signal(_) => "signal",
            Self::BailedOut { .. } => "bailed_out",
            Self::Failed { .. } => "failed",
            Self::Panicked { .. } => "panicked",
            Self::StartupFailed { .. } => "startup_failed",
            Self::NotStarted => "not_started",
            Self::Abandoned => "abandoned",
        }
    }

    /// Whether this is a failure: an error, a panic or a failed start.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(
            self,
            Self::Failed { .. } | Self::Panicked { .. } | Self::StartupFailed { .. }
        )
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopped => f.write_str("asked to stop"),
            Self::Finished => f.write_str("done"),
            Self::WorkerEnded(worker) => write!(f, "`{worker}` ended"),
            Self::Signal(signal) => write!(f, "by {signal}"),
            Self::BailedOut { reason, .. } => write!(f, "bailed out: {reason}"),
            Self::Failed { worker, error } => write!(f, "`{worker}` failed: {error:#}"),
            Self::Panicked { worker, panic } => write!(f, "`{worker}` {panic}"),
            Self::StartupFailed { worker, error } => {
                write!(f, "`{worker}` failed to start: {error:#}")
            }
            Self::NotStarted => f.write_str("never started"),
            Self::Abandoned => f.write_str("its runtime went away"),
        }
    }
}
