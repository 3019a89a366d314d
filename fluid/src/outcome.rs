//! What a callback or a hook may return.

use crate::error::Error;

/// What a callback or a hook may return: `()`, or a `Result` whose error fluid can carry.
#[diagnostic::on_unimplemented(
    message = "a callback returns `()` or a `Result`, not `{Self}`",
    label = "this is `{Self}`",
    note = "if its value does not matter, throw it away: `drop(…)`"
)]
pub trait Outcome {
    /// Whether it went well.
    ///
    /// # Errors
    ///
    /// The error of the `Result`.
    fn outcome(self) -> Result<(), Error>;
}

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
