//! fluid
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
mod callback;
mod catch;
mod context;
mod dispatcher;
mod error;
mod exit;
mod grace;
mod group;
mod handle;
mod ledger;
mod life;
mod lock;
mod nested;
mod node;
mod options;
mod order;
mod process;
mod queue;
#[doc(hidden)]
pub mod rule;
mod seat;
mod signal;
mod stage;
mod state;
mod status;
mod supervisor;
mod worker;
mod workers;

pub use callback::{Callback, Outcome};
pub use context::Context;
pub use dispatcher::{DispatchError, Dispatcher};
pub use error::{Error, Nothing, Panicked, TimedOut};
pub use exit::{Cause, Exit};
pub use fluid_macros::{consumer, worker, workers};
pub use group::GroupHandle;
pub use handle::{ConsumerHandle, WorkerHandle};
pub use ledger::Counts;
pub use node::Kind;
pub use options::{OnError, OnExit, Options, Overflow, Pace};
pub use queue::{AskError, MessageProducer, Output, Queue, Reply, SendError, Sender, TrySendError};
pub use seat::{Member, Seat};
pub use stage::Stage;
pub use state::State;
pub use status::Status;
pub use worker::{Io, Port, Ports, Worker};
pub use workers::Workers;
