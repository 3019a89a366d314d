//! The rules of a graph that need types: each a bound whose failure reads as the message.
//!
//! `workers!` emits a call for each edge and each worker, at the user's own token. Nothing here does
//! anything when it runs.

use crate::error::{Error, Nothing};
use crate::worker::{Port, Worker};

/// What is sent over an edge is what its consumer consumes.
#[diagnostic::on_unimplemented(
    message = "`{W}` does not consume `{Self}`",
    label = "this worker is sent `{Self}`, and consumes `{M}`",
    note = "the two ends of an edge must agree: let the worker before it emit `{M}`, or this one consume `{Self}`"
)]
pub trait IsConsumedBy<W, M> {}

impl<W, T> IsConsumedBy<W, T> for T {}

/// A worker that needs no feeding.
#[diagnostic::on_unimplemented(
    message = "nothing feeds `{W}`",
    label = "this worker consumes `{Self}`, and no edge ends at it",
    note = "draw an edge to it, or write `pub` before its name if messages come from outside the group"
)]
pub trait NeedsNoFeeding<W> {}

impl<W> NeedsNoFeeding<W> for Nothing {}

/// A worker whose output need not be wired.
#[diagnostic::on_unimplemented(
    message = "the output of `{W}` goes nowhere",
    label = "this worker emits `{Self}`, and no edge starts at it",
    note = "draw an edge from it, or throw its output away on purpose with `=> _`"
)]
pub trait NeedsNoEdge<W> {}

impl<W> NeedsNoEdge<W> for Nothing {}

/// An error that fluid can carry.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that fluid can carry",
    label = "this function returns the error `{Self}`",
    note = "implement `std::error::Error` for it (with `Send + Sync + 'static`), or return `fluid::Error`"
)]
pub trait IsCarried: Into<Error> {}

impl<E: Into<Error>> IsCarried for E {}

/// The edge from the default port of `A` to `B`.
pub fn edge<A: Worker, B: Worker>()
where
    A::Output: IsConsumedBy<B, B::Message>,
{
}

/// The edge from a named port of `A` to `B`.
pub fn port_edge<A: Worker, B: Worker, T>(_: fn() -> Port<A, T>)
where
    T: IsConsumedBy<B, B::Message>,
{
}

/// No edge ends at `W`.
pub fn fed_by_nothing<W: Worker>()
where
    W::Message: NeedsNoFeeding<W>,
{
}

/// No edge starts at `W`.
pub fn feeds_nothing<W: Worker>()
where
    W::Output: NeedsNoEdge<W>,
{
}

/// A function's error.
pub fn carried<E: IsCarried>(error: E) -> Error {
    error.into()
}
