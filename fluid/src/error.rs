//! The error that every worker may return, and the failures that are not the user's own.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use crate::dropping::DropCaught;
use crate::sync::catch::catch_now;

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
/// An error whose own methods panic does no harm to the runtime: a panic while it is printed stands in the text, and one
/// while it is dropped is logged.
#[derive(Clone)]
pub struct Error(Arc<DropCaught<Boxed>>);

type Boxed = Box<dyn StdError + Send + Sync + 'static>;

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

    /// The message; and those of its sources, if the `whole` chain is asked for.
    fn text(&self, whole: bool) -> Result<String, fmt::Error> {
        let mut text = String::new();
        write!(text, "{}", self.as_std())?;
        let mut source = self.as_std().source().filter(|_| whole);
        while let Some(error) = source {
            write!(text, ": {error}")?;
            source = error.source();
        }
        Ok(text)
    }
}

impl<E: Into<Boxed>> From<E> for Error {
    fn from(error: E) -> Self {
        Self(Arc::new(DropCaught::new(error.into())))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not straight to where it goes, so that an error that comes back is one of the text itself.
        match catch_now(|| self.text(f.alternate())) {
            Ok(Ok(text)) => f.write_str(&text),
            Ok(Err(fmt::Error)) => f.write_str("an error that cannot be printed"),
            Err(panicked) => write!(f, "an error that cannot be printed: it {panicked}"),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match catch_now(|| fmt::Debug::fmt(self.as_std(), f)) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(fmt::Error)) => f.write_str("an error that cannot be printed"),
            Err(panicked) => write!(f, "an error that cannot be printed: it {panicked}"),
        }
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

    /// The name of the worker.
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

/// The uninhabited type of a worker's missing side: what a source consumes, what a sink emits.
///
/// ```
/// use fluid::{Context, Error, Io, Nothing, Worker};
///
/// struct Idle;
///
/// impl Worker for Idle {
///     type Message = Nothing;
///     type Output = Nothing;
///     type Ports = ();
///
///     async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
///         ctx.stopping().await;
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nothing {}
