//! The return types of a stub.

use crate::error::Error;
use crate::state::Nothing;

/// A type that the closure of a [stub](crate::test::Kit::stub) may return: `()`, an `Option`, a `Vec`, an array, or
/// a `Result` of one of them.
#[diagnostic::on_unimplemented(
    message = "a stub does not return `{Self}`",
    label = "this is `{Self}`",
    note = "it returns `()`, `Option<T>`, `Vec<T>`, `[T; N]`, or a `Result` of one of them"
)]
pub trait Emission: Sealed {
    /// The type of the emitted messages.
    type Output: Send + 'static;

    /// Returns all messages.
    ///
    /// # Errors
    ///
    /// The error of the `Result`.
    fn emission(self) -> Result<Vec<Self::Output>, Error>;
}

/// Only fluid implements [`Emission`].
pub trait Sealed {}

impl Sealed for () {}

impl<T: Send + 'static> Sealed for Option<T> {}

impl<T: Send + 'static> Sealed for Vec<T> {}

impl<T: Send + 'static, const N: usize> Sealed for [T; N] {}

impl<T: Emission, E: Into<Error>> Sealed for Result<T, E> {}

#[diagnostic::do_not_recommend]
impl Emission for () {
    type Output = Nothing;

    fn emission(self) -> Result<Vec<Nothing>, Error> {
        Ok(Vec::new())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Emission for Option<T> {
    type Output = T;

    fn emission(self) -> Result<Vec<T>, Error> {
        Ok(self.into_iter().collect())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Emission for Vec<T> {
    type Output = T;

    fn emission(self) -> Result<Vec<T>, Error> {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static, const N: usize> Emission for [T; N] {
    type Output = T;

    fn emission(self) -> Result<Vec<T>, Error> {
        Ok(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Emission, E: Into<Error>> Emission for Result<T, E> {
    type Output = T::Output;

    fn emission(self) -> Result<Vec<T::Output>, Error> {
        self.map_err(Into::into)?.emission()
    }
}
