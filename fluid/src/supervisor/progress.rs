//! What a group that stops waits for, once a second in the log.

use std::fmt::Write;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Level;

use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;

/// The time between two records.
const PERIOD: Duration = Duration::from_secs(1);

/// At most so many members are named in one record.
const NAMED: usize = 10;

impl Supervisor {
    /// Lets the progress of the stop be logged after a second. The members of a nested group are named by that group.
    pub(super) fn log_progress_later(&mut self, now: Instant) {
        self.deadlines.set(now + PERIOD, Deadline::Progress, 0);
    }

    /// Logs which members have not ended.
    pub(super) fn log_progress(&mut self, now: Instant) {
        self.log_progress_later(now);
        if tracing::enabled!(Level::INFO) {
            let left = self.node.stop_by();
            let left = left.map(|at| at.saturating_duration_since(now));
            tracing::info!(
                group = &*self.node.path(),
                waiting_for = self.waiting_for(),
                grace_left = left.map(|left| left.as_secs_f64()),
                "stopping"
            );
        }
    }

    /// The members that have not ended, with the number of messages in their queues.
    fn waiting_for(&self) -> String {
        let mut text = String::new();
        if self.announcement.is_some() {
            text.push_str("on_stopping");
        }
        let live = self.members.values().filter(|member| !member.ended);
        for (at, member) in live.enumerate() {
            if at == NAMED {
                let _ = write!(text, " and {} more", self.drain.live() - NAMED);
                break;
            }
            let separator = if text.is_empty() { "" } else { ", " };
            let _ = write!(text, "{separator}{}", member.node.path());
            let queued = member.node.queue_control.as_ref();
            let queued = queued.map_or(0, |queue| queue.queue_size());
            if queued > 0 {
                let _ = write!(text, " ({queued} queued)");
            }
        }
        text
    }
}
