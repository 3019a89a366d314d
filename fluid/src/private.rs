//! What the macros' expansions call, and nobody else.

pub use std::sync::Arc;

pub use crate::error::Error;
pub use crate::graph::{
    EdgeKind, Form, Graph, GraphCallback, GraphEdge, GraphResource, GraphWorker, List, Location,
};
pub use crate::group::callback::Callback;
pub use crate::group::handle::GroupHandle;
pub use crate::group::ingress::{Ingress, IngressKey, IngressSource};
pub use crate::group::slot::Member;
pub use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
pub use crate::group::workers::Workers;
pub use crate::node::context::Context;
pub use crate::options::restart::Restart;
pub use crate::options::{OnError, OnExit, OnLost, OnStall, Options, Overflow, Pace};
pub use crate::queue::Output;
pub use crate::report::exit::Exit;
pub use crate::state::Nothing;
pub use crate::worker::downstream::PortOutput;
pub use crate::worker::function::{Call, Called, Function, Taken};
pub use crate::worker::loops::{EachBatch, EachBeat, EachMessage};
pub use crate::worker::return_value::{
    emits_each, emits_none, emits_one, tries_each, tries_none, tries_one,
};
pub use crate::worker::{Port, Worker};
pub use std::vec::Vec;

pub use crate::__process as process;

/// The loop of a worker that is a [`Stage`](crate::by_hand::Stage) by hand, for the sake of hooks.
///
/// # Errors
///
/// The first failure of a call that the worker's policy does not skip.
pub async fn run<S: crate::by_hand::Stage>(
    stage: &mut S,
    ctx: &Context,
    io: &mut crate::by_hand::Io<S>,
) -> Result<(), Error> {
    crate::worker::loops::run(stage, ctx, io).await
}

/// A worker that `make` makes, anew each time, of what it is given to share.
pub fn made<R, W>(shared: R, make: fn(&R) -> W) -> impl FnMut() -> W {
    move || make(&shared)
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

/// The methods `run` and `main` of a group that `workers!` declares, with this visibility. Without the feature `process`
/// there are none.
#[cfg(feature = "process")]
#[doc(hidden)]
#[macro_export]
macro_rules! __process {
    ($vis:vis fn) => {
        /// Runs the group until it ends or a signal stops it. See [`Workers::run`](::fluid::Workers::run).
        $vis async fn run(self) -> $crate::Exit {
            self.workers.run().await
        }

        /// Builds a runtime and runs the group on it. See [`Workers::main`](::fluid::Workers::main).
        $vis fn main(self) -> $crate::Exit {
            self.workers.main()
        }
    };
}

/// Nothing: see the other definition.
#[cfg(not(feature = "process"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __process {
    ($vis:vis fn) => {};
}
