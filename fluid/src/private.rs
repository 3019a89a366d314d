//! Items that only the expansions of the macros use.

pub use std::sync::Arc;

pub use crate::error::Error;
pub use crate::graph::{
    EdgeKind, Form, Graph, GraphCallback, GraphEdge, GraphResource, GraphWorker, List, Location,
};
pub use crate::group::callback::Callback;
pub use crate::group::declared::Declared;
pub use crate::group::handle::GroupHandle;
pub use crate::group::ingress::HasKey;
pub use crate::group::on_signal::UnixSignal;
pub use crate::group::resources::resource;
pub use crate::group::slot::{HandleOf, Member, MemberSlot};
pub use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
pub use crate::group::workers::Workers;
pub use crate::node::context::Context;
pub use crate::options::given::Given;
pub use crate::options::restart::Restart;
pub use crate::options::{
    Missed, OnError, OnExit, OnLost, OnStall, Options, Overflow, Pace, RetryIn, StopOrder,
};
pub use crate::queue::Output;
pub use crate::report::exit::Exit;
pub use crate::state::Nothing;
pub use crate::worker::downstream::PortOutput;
pub use crate::worker::function::{
    Call, Called, Copying, Function, Key, PerBatch, PerBeat, PerMessage, PortsOf, Weight,
};
pub use crate::worker::return_value::{
    emits_each, emits_none, emits_one, tries_each, tries_none, tries_one,
};
pub use crate::worker::{Port, Worker};
pub use std::vec::Vec;

pub use crate::__start_methods as start_methods;

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

/// The output of a worker that emits nothing.
pub type Silent = Option<Nothing>;

/// The methods that start a group that `workers!` declares, with this visibility and this handle. They stand here
/// and not in the expansion, because they are the same for every group, and because a feature decides about `run` and
/// `main`. The compiler reports errors about `self` where it is written, and so at the group.
#[doc(hidden)]
#[macro_export]
macro_rules! __start_methods {
    ($vis:vis $self:ident -> $handle:ty) => {
        /// Starts the group. See [`Workers::startup`](::fluid::Workers::startup).
        ///
        /// # Errors
        ///
        /// The exit, if the group did not start.
        #[allow(dead_code)]
        $vis async fn startup($self) -> ::core::result::Result<$handle, $crate::Exit> {
            $self.0.startup().await
        }

        /// Starts the group, runs `block`, and shuts the group down, whatever the block did. See
        /// [`Workers::scope`](::fluid::Workers::scope).
        ///
        /// # Errors
        ///
        /// The exit, if the group did not start.
        #[allow(dead_code)]
        $vis async fn scope<BlockOutput, BlockFuture>(
            $self,
            block: impl ::core::ops::FnOnce($handle) -> BlockFuture,
        ) -> ::core::result::Result<(BlockOutput, $crate::Exit), $crate::Exit>
        where
            BlockFuture: ::core::future::Future<Output = BlockOutput>,
        {
            $self.0.scope(block).await
        }

        $crate::__process!($vis $self);
    };
}

/// The methods `run` and `main`. Without the feature `process` there are none.
#[cfg(feature = "process")]
#[doc(hidden)]
#[macro_export]
macro_rules! __process {
    ($vis:vis $self:ident) => {
        /// Runs the group until it ends or a signal stops it. See [`Workers::run`](::fluid::Workers::run).
        #[allow(dead_code)]
        $vis async fn run($self) -> $crate::Exit {
            $self.0.run().await
        }

        /// Builds a runtime and runs the group on it. See [`Workers::main`](::fluid::Workers::main).
        #[allow(dead_code)]
        $vis fn main($self) -> $crate::Exit {
            $self.0.main()
        }
    };
}

/// Nothing: see the other definition.
#[cfg(not(feature = "process"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __process {
    ($vis:vis $self:ident) => {};
}
