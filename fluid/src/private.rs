//! What the macros' expansions call, and nobody else.

pub use std::sync::Arc;

pub use crate::declared::Declared;
pub use crate::error::{Error, Nothing};
pub use crate::graph::{
    EdgeKind, Form, Graph, GraphCallback, GraphEdge, GraphResource, GraphWorker, List, Place,
};
pub use crate::group::callback::Callback;
pub use crate::group::handle::GroupHandle;
pub use crate::group::slot::Member;
pub use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
pub use crate::group::workers::Workers;
pub use crate::node::context::Context;
pub use crate::options::restart::Restart;
pub use crate::options::{OnError, OnExit, OnStall, Options, Overflow, Pace};
pub use crate::queue::Output;
pub use crate::report::exit::Exit;
pub use crate::resources::{Share, resource};
pub use crate::worker::downstream::PortOutput;
pub use crate::worker::function::{
    Call, Called, Copying, Function, Key, PerBatch, PerBeat, PerMessage, PortsOf, Weight,
};
pub use crate::worker::return_value::{
    emits_each, emits_none, emits_one, tries_each, tries_none, tries_one,
};
pub use crate::worker::{Port, Worker};
pub use std::vec::Vec;

/// The loop of a worker that is a [`Stage`](crate::Stage) by hand, for the sake of hooks.
///
/// # Errors
///
/// The first failure of a call that the worker's policy does not skip.
pub async fn run<S: crate::Stage>(
    stage: &mut S,
    ctx: &Context,
    io: &mut crate::Io<S>,
) -> Result<(), Error> {
    crate::worker::stage::run(stage, ctx, io).await
}

/// The output of a worker that emits nothing.
pub type Silent = Option<Nothing>;
