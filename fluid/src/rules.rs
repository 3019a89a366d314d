//! The rules of a graph that need types. Each rule is a bound whose failure reads as the message for the user.
//!
//! `workers!` emits a call for each edge and each worker, with the span of the user's own token. The calls do
//! nothing at run time.

mod broken;
mod code;
mod emitted;
mod outside;
mod port;
mod send;

pub use broken::{NotUnderstood, not_understood};
pub use code::{IsKey, judged, weight};
pub use emitted::{Any, EmittedType, IsNoResult, emitted};
pub use outside::IsSentFromOutside;
pub use port::{HasNoPorts, NoEdges, Wires};
pub use send::{IsConfiguration, IsMessage, IsResource, IsState};

use crate::error::Error;
use crate::state::Nothing;
use crate::worker::Worker;
use crate::worker::loops::EachBatch;
use crate::worker::stage::Stage;

/// A type that is never a message. It gives a trait a second implementation, so that more than one `M` is
/// possible for a `T`. With a single implementation, the compiler would infer `M` before it looks at the consumer.
/// The error would then be a type mismatch and not the message of the rule.
#[derive(Debug)]
pub struct Other<T>(T);

/// The kind of an edge: what is emitted is sent.
#[derive(Debug)]
pub struct Unchanged;

/// The kind of an edge: what an adapter returns is sent.
#[derive(Debug)]
pub struct Adapted;

/// A worker that can be the source of a fused edge.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot call others over a fused edge",
    label = "this worker makes its own calls, and sends what it emits itself",
    note = "before `->` stands what `#[worker]` or `#[consumer]` makes of a function\nfor a worker written by hand, write `=>`"
)]
pub trait CanCall: Stage {}

#[diagnostic::do_not_recommend]
impl<W: Stage> CanCall for W {}

/// The result of an adapter: the message type of the consumer, or an `Option` or a `Vec` of it.
#[diagnostic::on_unimplemented(
    message = "this adapter gives `{Self}`, which `{W}` does not consume",
    label = "`{W}` consumes `{M}`",
    note = "an adapter gives what the worker at the end of its edge consumes, or an `Option` or a `Vec` of it"
)]
pub trait IsAdaptedTo<W, M, Kind = Adapted>: Sized {
    #[doc(hidden)]
    const AT_MOST_ONE: bool;

    #[doc(hidden)]
    fn messages(self) -> impl Iterator<Item = M> + Send + use<Self, W, M, Kind>;
}

#[diagnostic::do_not_recommend]
impl<W, M: Send> IsAdaptedTo<W, M, Adapted> for M {
    const AT_MOST_ONE: bool = true;

    fn messages(self) -> impl Iterator<Item = M> + Send + use<W, M> {
        std::iter::once(self)
    }
}

#[diagnostic::do_not_recommend]
impl<W, M: Send> IsAdaptedTo<W, M, Adapted> for Option<M> {
    const AT_MOST_ONE: bool = true;

    fn messages(self) -> impl Iterator<Item = M> + Send + use<W, M> {
        self.into_iter()
    }
}

#[diagnostic::do_not_recommend]
impl<W, M: Send> IsAdaptedTo<W, M, Adapted> for Vec<M> {
    const AT_MOST_ONE: bool = false;

    fn messages(self) -> impl Iterator<Item = M> + Send + use<W, M> {
        self.into_iter()
    }
}

/// A second implementation, so that the compiler infers no `M`. See [`Other`].
#[diagnostic::do_not_recommend]
impl<W, M: Send> IsAdaptedTo<W, Other<M>, Adapted> for M {
    const AT_MOST_ONE: bool = true;

    fn messages(self) -> impl Iterator<Item = Other<M>> + Send + use<W, M> {
        std::iter::empty()
    }
}

/// An edge without an adapter is the matter of `IsConsumedBy`.
#[diagnostic::do_not_recommend]
impl<W, M: Send, T> IsAdaptedTo<W, M, Unchanged> for T {
    const AT_MOST_ONE: bool = true;

    fn messages(self) -> impl Iterator<Item = M> + Send + use<W, M, T> {
        std::iter::empty()
    }
}

/// A worker that takes several messages in one call.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no batches",
    label = "this option is about batches, and the function takes one message at a time",
    note = "let it take a `Vec` of messages, and write `#[consumer(batch = 100)]` there"
)]
pub trait TakesBatches {
    /// Checks a worker on which an option about batches is set.
    #[doc(hidden)]
    fn takes_batches() {}
}

#[diagnostic::do_not_recommend]
impl<W: Stage<Calls = EachBatch>> TakesBatches for W {}

/// A worker that makes calls; a group makes none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes no calls that could stall",
    label = "this option is about the calls of a worker, and this is a group",
    note = "write it at the workers of that group: `#[worker(stall = \"30s\")]`"
)]
pub trait MakesCalls {
    /// Checks a member on which an option about stalls is set.
    #[doc(hidden)]
    fn makes_calls() {}
}

#[diagnostic::do_not_recommend]
impl<W: Worker> MakesCalls for W {}

/// A message type whose worker needs no edge that feeds it: only [`Nothing`].
#[diagnostic::on_unimplemented(
    message = "nothing feeds `{W}`",
    label = "this worker consumes `{Self}`, and no edge ends at it",
    note = "draw an edge to it, or write `pub` before its name if messages come from outside the group"
)]
pub trait NeedsNoFeeding<W> {
    /// Checks a worker at which no edge ends.
    #[doc(hidden)]
    fn fed_by_nothing() {}
}

#[diagnostic::do_not_recommend]
impl<W> NeedsNoFeeding<W> for Nothing {}

/// An output type whose worker needs no edge: only [`Nothing`].
#[diagnostic::on_unimplemented(
    message = "the output of `{W}` goes nowhere",
    label = "this worker emits `{Self}`, and no edge starts at it",
    note = "draw an edge from it, or throw its output away on purpose with `=> _`"
)]
pub trait NeedsNoEdge<W> {
    /// Checks a worker at which no edge starts.
    #[doc(hidden)]
    fn feeds_nothing() {}
}

#[diagnostic::do_not_recommend]
impl<W> NeedsNoEdge<W> for Nothing {}

/// An error type that converts into [`Error`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error that fluid can carry",
    label = "this function returns the error `{Self}`",
    note = "implement `std::error::Error` for it (with `Send + Sync + 'static`), or return `fluid::Error`"
)]
pub trait IsCarried {
    /// Converts the error of a function.
    #[doc(hidden)]
    fn carried(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> IsCarried for E {
    fn carried(self) -> Error {
        self.into()
    }
}

/// A worker whose calls fluid makes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes its own calls",
    label = "this option is about the calls that fluid makes",
    note = "a worker written by hand and a nested group make their own calls: set it there"
)]
pub trait IsCalledByFluid {
    /// Checks a worker on which an option about its calls is set.
    #[doc(hidden)]
    fn called_by_fluid() {}
}

#[diagnostic::do_not_recommend]
impl<W: Stage> IsCalledByFluid for W {}
