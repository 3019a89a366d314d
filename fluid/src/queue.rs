//! The queue between those who send to a consumer and the consumer itself.

mod adapted;
mod channel;
mod lot;
mod output;
mod reply;
mod sender;

pub(crate) use channel::Batching;
pub use channel::Queue;
pub(crate) use channel::Shared;
pub(crate) use channel::{Channel, Intake};
pub(crate) use output::Leaving;
pub use output::Output;
pub(crate) use output::Tally;
pub(crate) use reply::discard;
pub use reply::{AskError, Reply};
#[cfg(all(test, fluid_loom))]
pub(crate) use sender::block_on;
pub(crate) use sender::{Inlet, own_thread};
pub use sender::{MessageProducer, SendError, Sender, TrySendError};
