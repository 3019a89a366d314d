//! One life of a member: until when it lasts, and what comes after it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::sync::lock::lock;
use crate::sync::signal::{Signal, Signals};
use crate::sync::{Mutex, OnceLock};
use crate::time::stall::Pulse;

/// One life, as the member itself and its group see it. A restart begins another one.
#[derive(Debug, Default)]
pub(crate) struct RunControl {
    /// What is asked of the life.
    asked: Signals,
    /// What is known of few lives.
    cold: OnceLock<Box<Cold>>,
}

/// What is known of a life that was cut off, or of which signs are looked at. It is apart, since most lives need no
/// room for it.
#[derive(Debug, Default)]
struct Cold {
    /// By when it must have obeyed, or is stuck.
    abort_deadline: OnceLock<Instant>,
    /// The signs of life of each of its lanes.
    pulses: Mutex<Vec<Arc<Pulse>>>,
}

impl RunControl {
    /// The life should end: the member stops, or is to be made anew.
    pub(crate) const fn stop_requested(&self) -> Signal<'_> {
        self.asked.signal(0)
    }

    /// Another life is to follow it.
    pub(crate) const fn restart_requested(&self) -> Signal<'_> {
        self.asked.signal(1)
    }

    /// The life is cut off where it awaits.
    pub(crate) const fn cut_off(&self) -> Signal<'_> {
        self.asked.signal(2)
    }

    /// Asks the life to end, and no other one is to follow.
    pub(crate) fn stop(&self) {
        if !self.stop_requested().raise() {
            // It was to end already, and must be polled all the same: what it waits for may be useless now.
            self.stopped().raise();
        }
    }

    /// The worker stops, and the life was to end already.
    const fn stopped(&self) -> Signal<'_> {
        self.asked.signal(3)
    }

    /// Asks the life to end, because another one is to follow.
    pub(crate) fn request_restart(&self) {
        self.restart_requested().raise();
        self.stop_requested().raise();
    }

    /// Lets the life last no longer than until `until`.
    pub(crate) fn abort(&self, until: Instant) {
        let _ = self.cold().abort_deadline.set(until);
        self.cut_off().raise();
    }

    /// Lets the signs of life of a lane be looked at.
    pub(crate) fn feel(&self, limit: Duration) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse::new(limit));
        lock(&self.cold().pulses).push(Arc::clone(&pulse));
        pulse
    }

    pub(crate) fn pulses(&self) -> Vec<Arc<Pulse>> {
        let cold = self.cold.get();
        cold.map_or_else(Vec::new, |cold| lock(&cold.pulses).clone())
    }

    pub(crate) fn abort_deadline(&self) -> Option<Instant> {
        self.cold.get()?.abort_deadline.get().copied()
    }

    fn cold(&self) -> &Cold {
        self.cold.get_or_init(Box::default)
    }
}
