//! The requests to one incarnation of a member.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::sync::flag::{Flag, Flags};
use crate::sync::lock::lock;
use crate::sync::{Mutex, OnceLock};
use crate::time::stall::StallMonitor;

/// The requests to one incarnation, shared by the member and its group. A restart creates a new one.
#[derive(Debug, Default)]
pub(crate) struct RunControl {
    /// The flags `stop_requested`, `restart_requested` and `cut_off`.
    asked: Flags,
    /// Data that only few incarnations need, allocated on first use.
    cold: OnceLock<Box<ColdControl>>,
}

/// Data of an incarnation that was aborted or has a stall. It is allocated on first use, because most incarnations
/// do not need it.
#[derive(Debug, Default)]
struct ColdControl {
    /// The deadline after an abort. An incarnation that has not ended by then is stuck.
    abort_deadline: OnceLock<Instant>,
    /// One for each lane, if the worker has a stall.
    stall_monitors: Mutex<Vec<Arc<StallMonitor>>>,
}

impl RunControl {
    /// Raised when the incarnation is to end: the member stops or is restarted.
    pub(crate) const fn stop_requested(&self) -> Flag<'_> {
        self.asked.flag(0)
    }

    /// Raised when the incarnation is to end because of a restart.
    pub(crate) const fn restart_requested(&self) -> Flag<'_> {
        self.asked.flag(1)
    }

    /// Raised when the incarnation is aborted at its next await.
    pub(crate) const fn cut_off(&self) -> Flag<'_> {
        self.asked.flag(2)
    }

    /// Asks the incarnation to end, because the worker stops.
    pub(crate) fn stop(&self) {
        if !self.stop_requested().raise() {
            // It was asked to end before. It must be polled again: what it waits for may be useless now.
            self.stopped().raise();
        }
    }

    /// Raised if the worker stops while the incarnation was already asked to end.
    const fn stopped(&self) -> Flag<'_> {
        self.asked.flag(3)
    }

    /// Asks the incarnation to end, because a restart follows.
    pub(crate) fn request_restart(&self) {
        self.restart_requested().raise();
        self.stop_requested().raise();
    }

    /// Aborts the incarnation. If it has not ended at `until`, it is stuck.
    pub(crate) fn abort(&self, until: Instant) {
        let _ = self.cold().abort_deadline.set(until);
        self.cut_off().raise();
    }

    /// Creates the stall monitor of a lane.
    pub(crate) fn add_stall_monitor(&self, limit: Duration) -> Arc<StallMonitor> {
        let monitor = Arc::new(StallMonitor::new(limit));
        lock(&self.cold().stall_monitors).push(Arc::clone(&monitor));
        monitor
    }

    pub(crate) fn stall_monitors(&self) -> Vec<Arc<StallMonitor>> {
        let cold = self.cold.get();
        cold.map_or_else(Vec::new, |cold| lock(&cold.stall_monitors).clone())
    }

    pub(crate) fn abort_deadline(&self) -> Option<Instant> {
        self.cold.get()?.abort_deadline.get().copied()
    }

    fn cold(&self) -> &ColdControl {
        self.cold.get_or_init(Box::default)
    }
}
