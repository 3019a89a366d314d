//! The rules about the two ends of an edge: both are workers, the first one emits, and the second one consumes.
//!
//! `workers!` calls the methods of [`HasNoSlot`] on the slot of a field, which return it. The slot of a worker without
//! output, or without messages, has an inherent method of the same name, which is found first and returns another type.
//! A rule is then checked on what was returned. If the rule fails, the type that it passes on is unknown, and so the
//! compiler reports no further errors about the edge.

use std::marker::PhantomData;

use crate::group::slot::{MemberSlot, Slot};
use crate::state::Nothing;
use crate::worker::Worker;
use crate::worker::loops::EachBatch;
use crate::worker::stage::Stage;

use super::BatchSlot;

/// Implemented for every type, whether it is a slot or not.
#[doc(hidden)]
pub trait HasNoSlot {
    /// What an edge starts at.
    fn start_of_edge(&self) -> &Self {
        self
    }

    /// What an edge ends at.
    fn end_of_edge(&self) -> &Self {
        self
    }

    /// What a fused edge calls.
    fn callee(&self) -> &Self {
        self
    }

    /// Whether the member consumes messages.
    fn consumption(&self) -> Self::Consumption
    where
        Self: MemberSlot,
    {
        Self::CONSUMPTION
    }

    /// Whether the member emits messages.
    fn emission(&self) -> Self::Emission
    where
        Self: MemberSlot,
    {
        Self::EMISSION
    }

    /// The message type of the member.
    fn message_type(&self) -> PhantomData<Self::Message>
    where
        Self: MemberSlot,
    {
        PhantomData
    }

    /// The output type of the member.
    fn output_type(&self) -> PhantomData<Self::Output>
    where
        Self: MemberSlot,
    {
        PhantomData
    }
}

impl<T> HasNoSlot for T {}

/// The slot of a worker that emits nothing.
#[derive(Debug)]
pub struct SilentSlot<W>(PhantomData<fn(W)>);

/// The slot of a worker that consumes nothing.
#[derive(Debug)]
pub struct SourceSlot<W>(PhantomData<fn(W)>);

impl<W: Worker<Output = Nothing>> Slot<W> {
    #[doc(hidden)]
    #[must_use]
    pub fn start_of_edge(&self) -> SilentSlot<W> {
        SilentSlot(PhantomData)
    }
}

impl<W: Worker<Message = Nothing>> Slot<W> {
    #[doc(hidden)]
    #[must_use]
    pub fn end_of_edge(&self) -> SourceSlot<W> {
        SourceSlot(PhantomData)
    }
}

impl<W: Stage<Calls = EachBatch>> Slot<W> {
    #[doc(hidden)]
    #[must_use]
    pub fn callee(&self) -> BatchSlot<W> {
        BatchSlot::new()
    }
}

/// The slot of a worker that emits messages.
#[diagnostic::on_unimplemented(
    message = "`{W}` emits nothing",
    label = "no edge starts at a worker that emits nothing",
    note = "let its function return what is to be sent over the edge"
)]
pub trait StartsEdge<W, Passed>: Sized {
    /// Checks the start of an edge.
    #[doc(hidden)]
    fn start(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> StartsEdge<W, &'s Slot<S>> for &'s Slot<S> {
    fn start(self) -> &'s Slot<S> {
        self
    }
}

/// The slot of a worker that consumes messages.
#[diagnostic::on_unimplemented(
    message = "`{W}` consumes nothing: no edge ends at a `#[worker]`",
    label = "`{W}` takes no message: write `#[consumer]` at its function, and let it take one"
)]
pub trait EndsEdge<W, Passed>: Sized {
    /// Checks the end of an edge.
    #[doc(hidden)]
    fn end(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> EndsEdge<W, &'s Slot<S>> for &'s Slot<S> {
    fn end(self) -> &'s Slot<S> {
        self
    }
}

/// The slot of a worker with the port `failed`.
#[diagnostic::on_unimplemented(
    message = "`{W}` consumes nothing, and so has no port `failed`",
    label = "only a consumer has the port `failed`, for messages that it gave up"
)]
pub trait HasFailed<W, Passed>: Sized {
    /// Checks the worker at whose port `failed` an edge starts.
    #[doc(hidden)]
    fn with_failed(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> HasFailed<W, &'s Slot<S>> for &'s Slot<S> {
    fn with_failed(self) -> &'s Slot<S> {
        self
    }
}

/// The slot of a worker with the port `undelivered`.
#[diagnostic::on_unimplemented(
    message = "`{W}` is no consumer, and has no port `undelivered`",
    label = "only a consumer has messages that it accepted and did not handle"
)]
pub trait HasUndelivered<W, Passed>: Sized {
    /// Checks the worker at whose port `undelivered` an edge starts.
    #[doc(hidden)]
    fn with_undelivered(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> HasUndelivered<W, &'s Slot<S>> for &'s Slot<S> {
    fn with_undelivered(self) -> &'s Slot<S> {
        self
    }
}

/// Like [`StartsEdge`], for a field with an expression, which may be a group.
#[diagnostic::on_unimplemented(
    message = "no edge starts at `{W}`",
    label = "`{W}` is a group, which has no output of its own, or it emits nothing",
    note = "draw the edge inside that group, from one worker to another"
)]
pub trait StartsEdgeOfAny<W, Passed>: Sized {
    /// Checks the start of an edge.
    #[doc(hidden)]
    fn start(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> StartsEdgeOfAny<W, &'s Slot<S>> for &'s Slot<S> {
    fn start(self) -> &'s Slot<S> {
        self
    }
}

/// Like [`EndsEdge`], for a field with an expression, which may be a group.
#[diagnostic::on_unimplemented(
    message = "no edge ends at `{W}`",
    label = "`{W}` is a group, which has no queue of its own, or it consumes nothing",
    note = "draw the edge inside that group, or send to one of its `pub` consumers with the group's handle"
)]
pub trait EndsEdgeOfAny<W, Passed>: Sized {
    /// Checks the end of an edge.
    #[doc(hidden)]
    fn end(self) -> Passed;
}

#[diagnostic::do_not_recommend]
impl<'s, W, S: Worker> EndsEdgeOfAny<W, &'s Slot<S>> for &'s Slot<S> {
    fn end(self) -> &'s Slot<S> {
        self
    }
}
