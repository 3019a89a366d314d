//! The rule that a function does not emit a `Result` that is hidden behind an alias.

use std::marker::PhantomData;
use std::ops::Deref;

/// A bound that `Result` fails. It is checked only for types that are written like a message type.
#[diagnostic::on_unimplemented(
    message = "this is `{Self}` behind an alias, which would be sent as a message: write it out",
    label = "what a function emits is read from what is written here",
    note = "fluid answers the errors of a function whose return type is written as a `Result`"
)]
pub trait IsNoResult {}

/// The type that a function emits. For a `Result`, the inherent method `is_no_result` is found, whose bound fails.
/// For all other types, the compiler finds the method of [`Any`] through `Deref`.
#[derive(Debug)]
pub struct EmittedType<T>(PhantomData<T>);

/// The target of `Deref` for all types.
#[derive(Debug)]
pub struct Any;

/// A value that stands for the type `T`.
#[doc(hidden)]
#[must_use]
pub const fn emitted<T>() -> EmittedType<T> {
    EmittedType(PhantomData)
}

impl<T, E> EmittedType<Result<T, E>> {
    /// Fails to compile: the type is a `Result`.
    pub fn is_no_result(&self)
    where
        Result<T, E>: IsNoResult,
    {
    }
}

impl<T> Deref for EmittedType<T> {
    type Target = Any;

    fn deref(&self) -> &Any {
        &Any
    }
}

impl Any {
    /// Compiles: the type is no `Result`.
    pub const fn is_no_result(&self) {}
}
