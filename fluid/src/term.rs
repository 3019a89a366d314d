//! One life of a member: until when it lasts, and what comes after it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::lock::lock;
use crate::pulse::Pulse;
use crate::signal::{Signal, Signals};
use crate::sync::{Mutex, OnceLock};

/// One life, as the member itself and its group see it. A restart begins another one.
#[derive(Debug, Default)]
pub(crate) struct Term {
    /// What is asked of the life.
    asked: Signals,
    /// What is known of few lives.
    rare: OnceLock<Box<Rare>>,
}

/// What is known of a life that was cut off, or of which signs are looked at. It is apart, since most lives need no
/// room for it.
#[derive(Debug, Default)]
struct Rare {
    /// By when it must have obeyed, or is stuck.
    cut_until: OnceLock<Instant>,
    /// The signs of life of each of its lanes.
    pulses: Mutex<Vec<Arc<Pulse>>>,
}

impl Term {
    /// The life should end: the member stops, or is to be made anew.
    pub(crate) const fn over(&self) -> Signal<'_> {
        self.asked.signal(0)
    }

    /// Another life is to follow it.
    pub(crate) const fn recycled(&self) -> Signal<'_> {
        self.asked.signal(1)
    }

    /// The life is cut off where it awaits.
    pub(crate) const fn cut_off(&self) -> Signal<'_> {
        self.asked.signal(2)
    }

    /// Asks the life to end, because another one is to follow.
    pub(crate) fn recycle(&self) {
        self.recycled().raise();
        self.over().raise();
    }

    /// Lets the life last no longer than until `until`.
    pub(crate) fn cut(&self, until: Instant) {
        let _ = self.rare().cut_until.set(until);
        self.cut_off().raise();
    }

    /// Lets the signs of life of a lane be looked at.
    pub(crate) fn feel(&self, limit: Duration) -> Arc<Pulse> {
        let pulse = Arc::new(Pulse::new(limit));
        lock(&self.rare().pulses).push(Arc::clone(&pulse));
        pulse
    }

    pub(crate) fn pulses(&self) -> Vec<Arc<Pulse>> {
        let rare = self.rare.get();
        rare.map_or_else(Vec::new, |rare| lock(&rare.pulses).clone())
    }

    pub(crate) fn cut_until(&self) -> Option<Instant> {
        self.rare.get()?.cut_until.get().copied()
    }

    fn rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }
}
