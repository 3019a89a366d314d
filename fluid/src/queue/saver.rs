//! The port `undelivered` of a consumer.

use crate::catch::catch_now;
use crate::queue::channel::Channel;
use crate::queue::output::Output;
use crate::queue::{TrySendError, discard};
use crate::sync::atomic::{AtomicU64, Ordering};

/// Where messages go that a consumer accepted and did not handle. Its methods never wait.
///
/// A trait, because the type of messages that can be sent is bounded, and the queue drops messages of any type.
pub(crate) trait Saver<M>: Send + Sync {
    /// Sends a message, or discards it if that fails.
    fn save(&self, message: M);

    /// How many messages were sent.
    fn saved(&self) -> u64;
}

/// The port `undelivered`. The queues behind it accept messages beyond their capacity.
struct SavingPort<M> {
    output: Output<M>,
    saved: AtomicU64,
}

impl<M: Send + 'static> Saver<M> for SavingPort<M> {
    fn save(&self, message: M) {
        // The adapter of the edge, and the key of the consumer behind it, are code of the user.
        match catch_now(|| self.output.try_send(message)) {
            Ok(Ok(())) => {
                self.saved.fetch_add(1, Ordering::Relaxed);
            }
            Ok(Err(TrySendError::Full(refused) | TrySendError::Closed(refused))) => {
                discard(refused.message);
            }
            Err(panicked) => tracing::error!(%panicked, "an undelivered message was not saved"),
        }
    }

    fn saved(&self) -> u64 {
        self.saved.load(Ordering::Relaxed)
    }
}

impl<M: Send + 'static> Channel<M> {
    /// Sends through `port` from now on what the consumer accepted and does not handle.
    pub(crate) fn save_through(&self, port: Output<M>) {
        self.set_saver(SavingPort {
            output: port,
            saved: AtomicU64::new(0),
        });
    }
}
