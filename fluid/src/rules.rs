//! The rules of a graph that need types. Each rule is a bound whose failure reads as the message for the user.
//!
//! `workers!` emits a call for each edge and each worker, with the span of the user's own token. The calls do
//! nothing at run time.

mod broken;
mod code;
mod emitted;
mod outside;
mod port;
mod properties;
mod send;

pub use broken::{NotUnderstood, not_understood};
pub use code::{IsKey, judged, weight};
pub use emitted::{Any, EmittedType, IsNoResult, emitted};
pub use outside::IsSentFromOutside;
pub use port::{HasNoPorts, NoEdges, Wires};
pub use properties::{
    Answer, CanTimeOut, HasOneLane, HasProperties, HasRetry, HasStall, If, IsStateless,
    NeedsNoThread, No, Properties, RetriesInLane, TakesNoBatches, Yes,
};
pub use send::{IsConfiguration, IsMessage, IsResource, IsState};

use std::marker::PhantomData;

use crate::error::Error;

/// The type that implements the rules about other types. A rule says of its parameters what must hold: so the compiler
/// names the types in the words of the rule, and shows no code of theirs.
#[derive(Clone, Copy, Debug)]
pub struct Rule<X = ()>(PhantomData<X>);

/// For groups without type parameters.
pub const RULE: Rule = Rule(PhantomData);

/// For generic groups. The compiler proposes no bound that names a type without a name.
#[doc(hidden)]
#[must_use]
pub const fn rule() -> Rule<impl Sized> {
    Rule::<()>(PhantomData)
}

/// An error type that converts into [`Error`].
#[diagnostic::on_unimplemented(
    message = "`{E}` is no error that fluid can carry",
    label = "this function returns the error `{E}`",
    note = "implement `std::error::Error` for it (with `Send + Sync + 'static`), or return `fluid::Error`"
)]
pub trait IsCarried<E>: Sized {
    /// Converts the error of a function.
    #[doc(hidden)]
    fn carried(error: E) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: Into<Error>> IsCarried<E> for Rule {
    fn carried(error: E) -> Error {
        error.into()
    }
}
