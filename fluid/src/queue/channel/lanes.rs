//! The queues of a consumer with lanes whose messages have a key.

use std::sync::Arc;

use super::Channel;
use crate::options::Options;

/// Returns the key of a message, as a number.
pub(crate) type Key<M> = fn(&M) -> u64;

/// A queue for each lane. All messages of one key go to the same queue, so they are handled one after the other, in
/// the order in which they came.
pub(super) struct Lanes<M> {
    pub(super) key: Key<M>,
    pub(super) queues: Box<[Arc<Channel<M>>]>,
}

/// The capacity of one lane.
pub(super) const fn capacity(options: &Options) -> usize {
    if options.capacity == usize::MAX {
        usize::MAX
    } else {
        options.capacity.div_ceil(options.concurrency)
    }
}

impl<M> Channel<M> {
    /// The queue into which a message goes.
    pub(crate) fn of(&self, message: &M) -> &Self {
        match &self.lanes {
            None => self,
            Some(Lanes { key, queues }) => {
                let lane = key(message) % queues.len() as u64;
                &queues[lane as usize]
            }
        }
    }

    /// The queue from which a lane takes, and the lane's index in it.
    pub(super) fn lane(self: &Arc<Self>, lane: usize) -> (Arc<Self>, usize) {
        match &self.lanes {
            None => (Arc::clone(self), lane),
            Some(lanes) => (Arc::clone(&lanes.queues[lane]), 0),
        }
    }

    pub(crate) fn has_lanes(&self) -> bool {
        self.lanes.is_some()
    }
}
