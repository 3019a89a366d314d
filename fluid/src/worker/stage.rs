//! One call of a worker's function, as the runtime makes it.

use std::future::Future;

use crate::error::Error;
use crate::node::context::Context;
use crate::worker::Worker;
use crate::worker::loops::{Calls, Takes};

/// One call of a worker's function. The macros implement it; a loop ([`Calls`]) makes the calls.
///
/// It knows nothing of queues, edges and policies, so one generated body serves all of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes its own calls",
    label = "an option of the calls that fluid makes",
    note = "a worker written by hand and a nested group have a loop of their own: set it there"
)]
pub trait Stage: Worker {
    /// What one call is given: a message, several of them, or `()` for a worker without a queue.
    type Input: Send;

    /// What one call emits: none, one or several of the worker's output.
    type Emission: IntoIterator<Item = Self::Output, IntoIter: Send> + Send;

    /// Which loop makes the calls: [`EachMessage`](crate::EachMessage), [`EachBatch`](crate::EachBatch) or
    /// [`EachBeat`](crate::EachBeat).
    type Calls: Calls<Self> + Takes<Self::Message, Input = Self::Input>;

    /// Calls the function.
    fn call(
        &mut self,
        input: Self::Input,
        ctx: &Context,
        ports: &Self::Ports,
    ) -> impl Future<Output = Result<Self::Emission, Error>> + Send;
}
