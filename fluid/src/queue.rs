//! The queue between senders and a consumer, and its ends.

pub(crate) mod adapter;
mod channel;
mod output;
mod output_buffer;
mod reply;
mod reply_slot;
mod saver;
mod send_error;
mod sender;

pub(crate) use channel::Batching;
pub use channel::Queue;
pub(crate) use channel::{Channel, Owner, QueueControl};
pub(crate) use output::Leaving;
pub use output::Output;
pub(crate) use output::Tally;
pub use reply::{AskError, Reply};
pub(crate) use reply::{NoReply, discard};
pub use send_error::{SendError, TrySendError};
pub(crate) use sender::SendOrigin;
pub use sender::{MessageProducer, Sender};
