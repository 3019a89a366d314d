//! The queue between those who send to a consumer and the consumer itself.

pub(crate) mod adapt;
mod adapter;
mod channel;
mod output;
mod output_buffer;
mod reply;
mod reply_slot;
mod sender;

pub(crate) use channel::Batching;
pub use channel::Queue;
pub(crate) use channel::Shared;
pub(crate) use channel::{Channel, Owner, QueueControl};
pub(crate) use output::Leaving;
pub use output::Output;
pub(crate) use output::Tally;
pub use reply::{AskError, Reply};
pub(crate) use reply::{NoReply, discard};
#[cfg(all(test, fluid_loom))]
pub(crate) use sender::block_on;
pub use sender::{MessageProducer, SendError, Sender, TrySendError};
pub(crate) use sender::{SendOrigin, own_thread};
