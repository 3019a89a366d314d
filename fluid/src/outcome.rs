//! What a callback or a hook may return.

use crate::error::Error;

/// What a callback or a hook may return: `()`, a `Result` whose error fluid can carry, or `!`.
#[diagnostic::on_unimplemented(
    message = "a callback returns `()` or a `Result`, not `{Self}`",
    label = "this is `{Self}`",
    note = "a future does nothing until it is awaited: write `.await` behind it",
    note = "a `Result` needs an error that converts into `fluid::Error`; a `;` throws a value away: `{{ count().await; }}`"
)]
pub trait Outcome: Sealed {
    /// Whether it went well.
    ///
    /// # Errors
    ///
    /// The error of the `Result`.
    fn outcome(self) -> Result<(), Error>;
}

/// Only fluid implements [`Outcome`].
pub trait Sealed {}

impl Sealed for () {}

impl<T, E: Into<Error>> Sealed for Result<T, E> {}

impl Sealed for Never {}

#[diagnostic::do_not_recommend]
impl Outcome for () {
    fn outcome(self) -> Result<(), Error> {
        Ok(())
    }
}

#[diagnostic::do_not_recommend]
impl<T, E: Into<Error>> Outcome for Result<T, E> {
    fn outcome(self) -> Result<(), Error> {
        self.map(drop).map_err(Into::into)
    }
}

/// The return type of a function, which on stable Rust is the way to name `!`.
#[doc(hidden)]
pub trait Returns {
    #[doc(hidden)]
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

type Never = <fn() -> ! as Returns>::Output;

/// A callback that never returns, such as one that panics or ends the process.
#[diagnostic::do_not_recommend]
impl Outcome for Never {
    fn outcome(self) -> Result<(), Error> {
        self
    }
}
