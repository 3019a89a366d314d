//! The error that every worker may return, and the failures that are not the user's own.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::catch::{DropCaught, catch_now};
use crate::state::State;

/// Any error, ready to be shared.
///
/// A worker returns it, and every waiter for its exit sees the same one, so it is cheap to clone.
/// Everything that converts into a boxed standard error converts into it: any
/// [`std::error::Error`], a `String`, a `&str`, and the error types of the crates that wrap them.
///
/// `{}` prints the message, `{:#}` the message and its whole chain of sources.
///
/// ```
/// fn parse(text: &str) -> Result<u16, fluid::Error> {
///     Ok(text.parse::<u16>()?)
/// }
///
/// let error = parse("many").unwrap_err();
/// assert_eq!(error.to_string(), "invalid digit found in string");
/// assert!(error.downcast_ref::<std::num::ParseIntError>().is_some());
/// ```
///
/// A panic while the error is printed becomes a part of the text. A panic of its `drop` is logged.
#[derive(Clone)]
pub struct Error(Arc<DropCaught<BoxError>>);

type BoxError = Box<dyn StdError + Send + Sync + 'static>;

impl Error {
    /// The error beneath, as the standard library sees it.
    #[must_use]
    pub fn as_std(&self) -> &(dyn StdError + Send + Sync + 'static) {
        &***self.0
    }

    /// The error beneath, if it is an `E`.
    #[must_use]
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        self.as_std().downcast_ref()
    }
}

impl<E: Into<Box<dyn StdError + Send + Sync>>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Arc::new(DropCaught::new(error.into())))
    }
}

/// Calls `print`, and prints its failure or panic instead.
fn print(
    f: &mut fmt::Formatter<'_>,
    print: impl FnOnce(&mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    match catch_now(|| print(f)) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(fmt::Error)) => f.write_str("an error that cannot be printed"),
        Err(panicked) => write!(f, "an error that cannot be printed: it {panicked}"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, |f| {
            write!(f, "{}", self.as_std())?;
            let mut source = self.as_std().source().filter(|_| f.alternate());
            while let Some(error) = source {
                write!(f, ": {error}")?;
                source = error.source();
            }
            Ok(())
        })
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        print(f, |f| fmt::Debug::fmt(self.as_std(), f))
    }
}

/// A panic that was caught in a worker, a callback or a handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Panicked {
    message: String,
    location: Option<String>,
}

impl Panicked {
    pub(crate) fn new(payload: &(dyn Any + Send), location: Option<String>) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(ToString::to_string)
            .or_else(|| payload.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a value that is not text".to_owned());
        Self { message, location }
    }

    /// What was given to `panic!`.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it panicked, as `file:line:column`.
    #[must_use]
    pub fn location(&self) -> Option<&str> {
        self.location.as_deref()
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)?;
        match &self.location {
            Some(location) => write!(f, " (at {location})"),
            None => Ok(()),
        }
    }
}

impl StdError for Panicked {}

/// A call that took longer than its worker's `timeout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimedOut {
    after: Duration,
}

impl TimedOut {
    pub(crate) const fn new(after: Duration) -> Self {
        Self { after }
    }

    /// The limit that was passed.
    #[must_use]
    pub const fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the call took longer than its timeout of {:?}",
            self.after
        )
    }
}

impl StdError for TimedOut {}

/// What a worker failed with whose [`on_stall`](crate::Options::on_stall) is `"restart"`, and which gave no sign of
/// life for as long as its [`stall`](crate::Options::stall).
///
/// If the call came back with an error of its own before it could be cut off, that is the
/// [source](std::error::Error::source).
#[derive(Clone, Debug)]
pub struct Stalled {
    worker: Arc<str>,
    after: Duration,
    error: Option<Error>,
}

impl Stalled {
    pub(crate) const fn new(worker: Arc<str>, after: Duration, error: Option<Error>) -> Self {
        Self {
            worker,
            after,
            error,
        }
    }

    /// The name of the worker, below those of nested groups, as in log records.
    #[must_use]
    pub fn worker(&self) -> &str {
        &self.worker
    }

    /// The limit that was passed.
    #[must_use]
    pub const fn after(&self) -> Duration {
        self.after
    }
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { worker, after, .. } = self;
        write!(
            f,
            "`{worker}` stalled: it gave no sign of life for {after:?}"
        )
    }
}

impl StdError for Stalled {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.as_ref().map(|error| error.as_std() as _)
    }
}

/// A worker or a callback was not added to a running group, because that is stopping or has ended.
///
/// What was to be added is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddError {
    /// The name that was asked for.
    pub worker: Box<str>,
    /// The name of the group.
    pub group: Box<str>,
    /// The state of the group: [`State::Stopping`] or a later one.
    pub state: State,
}

impl fmt::Display for AddError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            worker,
            group,
            state,
        } = self;
        write!(
            f,
            "`{worker}` was not added: the group `{group}` is {state}"
        )
    }
}

impl StdError for AddError {}

/// Workers were not added to a group. See [`GroupHandle::extend`](crate::GroupHandle::extend).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExtendError {
    /// The group is stopping or has ended.
    Stopping(AddError),
    /// The workers of these names feed each other in a circle of edges that wait for room.
    Cycle(Box<str>),
    /// A worker that stops last ([`StopOrder::Last`](crate::StopOrder::Last)) feeds one that stops before it.
    Reversed {
        /// The name of the worker.
        last: Box<str>,
        /// The name of the consumer.
        fed: Box<str>,
    },
}

impl fmt::Display for ExtendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stopping(error) => write!(f, "{error}"),
            Self::Reversed { last, fed } => {
                write!(
                    f,
                    "`{last}` stops last, and feeds `{fed}`, which stops before it"
                )
            }
            Self::Cycle(workers) => {
                write!(f, "these workers feed each other in a circle: {workers}")
            }
        }
    }
}

impl StdError for ExtendError {}

/// The consumer that was looked for was not found in the group. See
/// [`GroupHandle::consumer`](crate::GroupHandle::consumer).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LookupError {
    /// The group has no member of this name.
    NoSuchWorker {
        /// The path that was asked for.
        worker: Box<str>,
        /// The name of the group.
        group: Box<str>,
    },
    /// The member has no queue.
    NoConsumer {
        /// The path of the member.
        worker: Box<str>,
    },
    /// The consumer takes messages of another type.
    OtherMessage {
        /// The path of the consumer.
        worker: Box<str>,
        /// The type that was asked for.
        expected: &'static str,
        /// The type of its messages.
        consumes: &'static str,
    },
}

impl fmt::Display for LookupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchWorker { worker, group } => {
                write!(f, "there is no worker `{worker}` in the group `{group}`")
            }
            Self::NoConsumer { worker } => {
                write!(f, "`{worker}` has no queue: it is no consumer")
            }
            Self::OtherMessage {
                worker,
                expected,
                consumes,
            } => write!(f, "`{worker}` consumes `{consumes}`, and not `{expected}`"),
        }
    }
}

impl StdError for LookupError {}
