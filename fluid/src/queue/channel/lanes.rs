//! The queues of a consumer with lanes whose messages have a key.

use std::sync::Arc;

use super::Channel;
use crate::options::Options;

/// Returns the key of a message, as a number.
pub(crate) type Key<M> = fn(&M) -> u64;

/// A queue for each lane. All messages of one key go to the same queue, so they are handled one after the other, in
/// the order in which they came.
pub(super) struct Lanes<M> {
    key: Key<M>,
    pub(super) queues: Box<[Arc<Channel<M>>]>,
}

impl<M> Lanes<M> {
    /// The lanes share the capacity equally.
    pub(super) fn new(worker: &Arc<str>, options: &Options, key: Key<M>) -> Self {
        let capacity = match options.capacity {
            usize::MAX => usize::MAX,
            bounded => bounded.div_ceil(options.concurrency),
        };
        let single = Options {
            capacity,
            concurrency: 1,
            ..*options
        };
        let lane = |_| Arc::new(Channel::single(Arc::clone(worker), &single, None));
        Self {
            key,
            queues: (0..options.concurrency).map(lane).collect(),
        }
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

    /// This queue and those of its lanes.
    pub(super) fn all(&self) -> impl Iterator<Item = &Self> {
        let lanes = self.lanes.iter().flat_map(|lanes| &lanes.queues);
        std::iter::once(self).chain(lanes.map(|lane| &**lane))
    }

    /// The queues into which messages go: this one, or those of its lanes.
    pub(super) fn inputs(&self) -> impl Iterator<Item = &Self> {
        self.all().skip(usize::from(self.has_lanes()))
    }
}
