//! What the loops call: one call of a worker's function.

use std::future::Future;

use crate::error::Error;
use crate::node::context::Context;
use crate::worker::downstream::Downstream;
use crate::worker::{Io, Worker};

/// One call of a worker's function. The macros implement it; the loops call it.
///
/// It knows nothing of queues, edges and policies, so one generated body serves all of them.
pub trait Stage: Worker {
    /// What one call is given: a message, or `()` for a worker without a queue.
    type Input;

    /// What one call emits: none, one or several of the worker's output.
    type Emission: IntoIterator<Item = Self::Output, IntoIter: Send> + Send;

    /// Which loop makes the calls: [`EachMessage`](crate::by_hand::EachMessage), [`EachBatch`](crate::by_hand::EachBatch) or
    /// [`EachBeat`](crate::by_hand::EachBeat).
    type Calls: Calls<Self>;

    /// Calls the function.
    fn call(
        &mut self,
        input: Self::Input,
        ctx: &Context,
        ports: &Self::Ports,
    ) -> impl Future<Output = Result<Self::Emission, Error>> + Send;
}

/// How the calls of a stage are made.
pub trait Calls<S: Stage>: Sealed {
    /// Makes them, until the worker should end. What they emit goes downstream.
    #[doc(hidden)]
    fn make<N: Downstream<S::Output>>(
        stage: &mut S,
        ctx: &Context,
        io: &mut Io<S>,
        downstream: &mut N,
    ) -> impl Future<Output = Result<(), Error>> + Send;
}

/// Only fluid implements [`Calls`] and [`FunctionInput`](crate::by_hand::FunctionInput).
pub trait Sealed {}
