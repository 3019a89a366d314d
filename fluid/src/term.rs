//! One life of a member: until when it lasts, and what comes after it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::lock::lock;
use crate::pulse::Pulse;
use crate::signal::Signal;
use crate::sync::{Mutex, OnceLock};

/// One life, as the member itself and its group see it. A restart begins another one.
#[derive(Debug, Default)]
pub(crate) struct Term {
    /// The life should end: the member stops, or is to be made anew.
    pub(crate) over: Signal,
    /// Another life is to follow it.
    pub(crate) recycled: Signal,
    /// The life is cut off where it awaits.
    pub(crate) cut: Signal,
    /// By when it must have obeyed `cut`, or is stuck.
    cut_until: OnceLock<Instant>,
    /// The signs of life of each of its lanes, if they are looked at.
    pulses: Mutex<Vec<Arc<Pulse>>>,
}

impl Term {
    /// Asks the life to end, because another one is to follow.
    pub(crate) fn recycle(&self) {
        self.recycled.raise();
        self.over.raise();
    }

    /// Lets the life last no longer than until `until`.
    pub(crate) fn cut(&self, until: Instant) {
        let _ = self.cut_until.set(until);
        self.cut.raise();
    }

    /// Lets the signs of life of a lane be looked at.
    pub(crate) fn feel(&self, limit: Duration) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse::new(limit));
        lock(&self.pulses).push(Arc::clone(&pulse));
        pulse
    }

    pub(crate) fn pulses(&self) -> Vec<Arc<Pulse>> {
        lock(&self.pulses).clone()
    }

    pub(crate) fn cut_until(&self) -> Option<Instant> {
        self.cut_until.get().copied()
    }
}
