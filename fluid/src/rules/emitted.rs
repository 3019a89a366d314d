//! The rule of what a function emits: a `Result` behind an alias reads like a message, and is none.

use std::marker::PhantomData;
use std::ops::Deref;

/// A type that is written like a message and is none.
#[diagnostic::on_unimplemented(
    message = "this is `{Self}` behind an alias, which would be sent as a message: write it out",
    label = "what a function emits is read from what is written here",
    note = "fluid answers the errors of a function whose return type is written as a `Result`"
)]
pub trait IsNoResult {}

/// What a function emits, by its type. A `Result` has an `is_no_result` of its own, which is the rule; with anything
/// else the compiler finds that of [`Any`] behind the reference.
#[derive(Debug)]
pub struct Emitted<T>(PhantomData<T>);

/// What anything but a `Result` is.
#[derive(Debug)]
pub struct Any;

/// What a function emits.
#[must_use]
pub const fn emitted<T>() -> Emitted<T> {
    Emitted(PhantomData)
}

impl<T, E> Emitted<Result<T, E>> {
    /// It is one.
    pub fn is_no_result(&self)
    where
        Result<T, E>: IsNoResult,
    {
    }
}

impl<T> Deref for Emitted<T> {
    type Target = Any;

    fn deref(&self) -> &Any {
        &Any
    }
}

impl Any {
    /// It is none.
    pub const fn is_no_result(&self) {}
}
