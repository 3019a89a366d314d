//! The rules about what a member consumes and emits, and about the options that only some members have.
//!
//! `workers!` checks a rule on what the methods of [`HasNoSlot`](super::HasNoSlot) return for the slot of a field. The slot
//! of a worker without messages, or without output, has an inherent method of the same name, which is found first.

use std::marker::PhantomData;

use crate::group::slot::Slot;
use crate::state::Nothing;
use crate::worker::Worker;
use crate::worker::loops::EachBatch;
use crate::worker::stage::Stage;

/// The kind of a member that consumes messages.
#[derive(Debug)]
pub struct Consuming;

/// The kind of a member that consumes nothing.
#[derive(Debug)]
pub struct ConsumingNothing;

/// The kind of a member that emits messages.
#[derive(Debug)]
pub struct Emitting;

/// The kind of a member that emits nothing.
#[derive(Debug)]
pub struct EmittingNothing;

impl<W: Worker<Message = Nothing>> Slot<W> {
    #[doc(hidden)]
    #[must_use]
    pub fn consumption(&self) -> ConsumingNothing {
        ConsumingNothing
    }
}

impl<W: Worker<Output = Nothing>> Slot<W> {
    #[doc(hidden)]
    #[must_use]
    pub fn emission(&self) -> EmittingNothing {
        EmittingNothing
    }
}

/// A member that needs no edge that feeds it.
#[diagnostic::on_unimplemented(
    message = "nothing feeds `{W}`",
    label = "this worker consumes `{M}`, and no edge ends at it",
    note = "draw an edge to it, or write `pub` before its name if messages come from outside the group"
)]
pub trait NeedsNoFeeding<W, M>: Sized {
    /// Checks a member at which no edge ends.
    #[doc(hidden)]
    fn fed_by_nothing(_: PhantomData<M>, _: Self) {}
}

#[diagnostic::do_not_recommend]
impl<W, M> NeedsNoFeeding<W, M> for ConsumingNothing {}

/// A member that needs no edge that starts at it.
#[diagnostic::on_unimplemented(
    message = "the output of `{W}` goes nowhere",
    label = "this worker emits `{T}`, and no edge starts at it",
    note = "draw an edge from it, or throw its output away on purpose with `=> _`"
)]
pub trait NeedsNoEdge<W, T>: Sized {
    /// Checks a member at which no edge starts.
    #[doc(hidden)]
    fn feeds_nothing(_: PhantomData<T>, _: Self) {}
}

#[diagnostic::do_not_recommend]
impl<W, T> NeedsNoEdge<W, T> for EmittingNothing {}

/// A member on whose field an option of consumers may be set. The type `Opt` has the name of the option.
#[diagnostic::on_unimplemented(
    message = "`{Opt}` is an option of consumers, and `{W}` is none",
    label = "`{W}` has no queue: remove `{Opt}`, or write `#[consumer]` at its function"
)]
pub trait IsConsumer<W, Opt>: Sized {
    /// Checks a member on whose field the option is set.
    #[doc(hidden)]
    fn of_a_consumer(self) {}
}

#[diagnostic::do_not_recommend]
impl<W, Opt> IsConsumer<W, Opt> for Consuming {}

/// A member on whose field an option of workers without messages may be set.
#[diagnostic::on_unimplemented(
    message = "`{Opt}` is not for consumers, and `{W}` is one",
    label = "`{W}` is called for each message: remove `{Opt}`"
)]
pub trait IsNoConsumer<W, Opt>: Sized {
    /// Checks a member on whose field the option is set.
    #[doc(hidden)]
    fn of_no_consumer(self) {}
}

#[diagnostic::do_not_recommend]
impl<W, Opt> IsNoConsumer<W, Opt> for ConsumingNothing {}

/// A member that can be `pub`.
#[diagnostic::on_unimplemented(
    message = "`pub` means that messages may come from outside, and `{W}` consumes none: remove `pub`",
    label = "`{W}` is a group, or consumes no messages: remove `pub`"
)]
pub trait CanBePublic<W>: Sized {
    /// Checks a member with `pub` before its name.
    #[doc(hidden)]
    fn can_be_public(self) {}
}

#[diagnostic::do_not_recommend]
impl<W> CanBePublic<W> for Consuming {}

/// A worker that takes several messages in one call.
#[diagnostic::on_unimplemented(
    message = "`{W}` takes no batches",
    label = "this option is about batches, and the function of `{W}` takes one message at a time",
    note = "let it take a `Vec` of messages, and write `#[consumer(batch = 100)]` there"
)]
pub trait TakesBatches<W>: Sized {
    /// Checks a worker on which an option about batches is set.
    #[doc(hidden)]
    fn takes_batches(self) {}
}

#[diagnostic::do_not_recommend]
impl<W, S: Stage<Calls = EachBatch>> TakesBatches<W> for &Slot<S> {}

/// A worker that makes calls; a group makes none.
#[diagnostic::on_unimplemented(
    message = "`{W}` makes no calls that could stall",
    label = "this option is about the calls of a worker, and `{W}` is a group",
    note = "write it at the workers of that group: `#[worker(stall = \"30s\")]`"
)]
pub trait MakesCalls<W>: Sized {
    /// Checks a member on which an option about stalls is set.
    #[doc(hidden)]
    fn makes_calls(self) {}
}

#[diagnostic::do_not_recommend]
impl<W, S: Worker> MakesCalls<W> for &Slot<S> {}

/// A worker whose calls fluid makes.
#[diagnostic::on_unimplemented(
    message = "`{W}` makes its own calls",
    label = "this option is about the calls that fluid makes",
    note = "a worker written by hand and a nested group make their own calls: set it there"
)]
pub trait IsCalledByFluid<W>: Sized {
    /// Checks a worker on which an option about its calls is set.
    #[doc(hidden)]
    fn called_by_fluid(self) {}
}

#[diagnostic::do_not_recommend]
impl<W, S: Stage> IsCalledByFluid<W> for &Slot<S> {}
