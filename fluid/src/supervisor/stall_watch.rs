//! Checks the stall monitors of the members.

use std::time::Duration;

use tokio::time::Instant;

use crate::node::{MemberId, Node};
use crate::options::OnStall;
use crate::state::Kind;
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::time::stall::StallEvent;

impl Supervisor {
    /// Checks whether a member stalls, and sets the deadline of the next check.
    pub(super) fn check_stall(&mut self, id: MemberId, now: Instant) {
        if let Some(member) = self.members.get(&id)
            && let Some(limit) = member.stall_limit()
        {
            let again = check_lanes(&member.node, now + limit);
            self.deadlines.set(again, Deadline::Stall, id);
        }
    }
}

/// Checks each lane. Returns when to check again, no later than `latest`.
fn check_lanes(node: &Node, latest: Instant) -> Instant {
    let abort = node.options.on_stall == OnStall::Restart;
    let mut again = latest;
    for monitor in node.run_control().stall_monitors() {
        let (observation, event) = monitor.check(abort);
        again = again.min(observation.observe_again);
        let Some(event) = event else { continue };
        log(node, event, observation.silent());
        if event == StallEvent::Stalled {
            if abort && node.kind == Kind::Worker {
                // The incarnation ends with the call that stalls. A call that blocks its thread may read this.
                node.run_control().stop_requested().raise();
            }
            node.stall();
        }
    }
    again
}

fn log(node: &Node, event: StallEvent, silent: Duration) {
    let worker = &*node.path();
    match event {
        StallEvent::Stalled => tracing::warn!(worker, ?silent, "stalled: no sign of life"),
        StallEvent::Blocked => tracing::warn!(worker, ?silent, "stalled: it blocks its thread"),
    }
}
