//! What the macros' expansions call, and nobody else.

pub use std::sync::Arc;

pub use crate::callback::Callback;
pub use crate::context::Context;
pub use crate::error::{Error, Nothing};
pub use crate::exit::Exit;
pub use crate::graph::{
    EdgeKind, Form, Graph, GraphCallback, GraphEdge, GraphResource, GraphWorker, List, Place,
};
pub use crate::group::GroupHandle;
pub use crate::handle::ConsumerHandle;
pub use crate::onward::Own;
pub use crate::options::{OnError, OnExit, Options, Overflow, Pace};
pub use crate::queue::Output;
pub use crate::seat::Member;
pub use crate::stage::{EachBatch, EachBeat, EachMessage, Stage};
pub use crate::strategy::Restart;
pub use crate::worker::{Io, Port, Worker};
pub use crate::workers::Workers;
pub use std::vec::Vec;

/// The future of a worker's `run`.
pub trait Running: Future<Output = Result<(), Error>> + Send {}

impl<F: Future<Output = Result<(), Error>> + Send> Running for F {}

/// The loop of a worker that is made of a function. That its future is `Send` is said here, where every
/// worker is: a worker that is not is one mistake, told at what it holds.
pub fn run<S: Stage>(stage: &mut S, ctx: &Context, io: &mut Io<S>) -> impl Running {
    crate::stage::run(stage, ctx, io)
}

/// Gives a worker's field what the group's shorthand `{ name }` names: the shared resource itself, or,
/// if the field is configuration, a clone of it.
pub trait Share<T> {
    fn share(&self) -> T;
}

impl<T: ?Sized> Share<Arc<T>> for Arc<T> {
    fn share(&self) -> Arc<T> {
        Arc::clone(self)
    }
}

impl<T: Clone> Share<T> for Arc<T> {
    fn share(&self) -> T {
        T::clone(self)
    }
}
