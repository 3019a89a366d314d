//! Checks the signs of life of the members that have a `stall`.

use std::time::Duration;

use tokio::time::Instant;

use crate::node::{MemberId, Node};
use crate::options::OnStall;
use crate::state::Kind;
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::time::stall::{News, Pulse, SeenSigns};

impl Supervisor {
    /// Checks whether a member stalls, and sets the deadline of the next check.
    pub(super) fn look_for_stall(&mut self, id: MemberId, now: Instant) {
        if let Some(member) = self.members.get(&id)
            && let Some(limit) = member.stall_limit()
        {
            let again = look_at(&member.node, now + limit);
            self.deadlines.set(again, Deadline::Stall, id);
        }
    }
}

/// Checks each lane. Returns the time of the next check, which is at most `latest`.
fn look_at(node: &Node, latest: Instant) -> Instant {
    let pulses = node.run_control().pulses();
    let looked = pulses.iter().map(|pulse| {
        let seen = pulse.seen();
        if let Some(news) = pulse.news(&seen) {
            tell(node, news, seen.silent);
            if news == News::Stalls {
                answer(node, pulse, &seen);
            }
        }
        seen.look_again
    });
    looked.min().map_or(latest, |first| first.min(latest))
}

fn tell(node: &Node, news: News, silent: Duration) {
    let worker = &*node.path();
    match news {
        News::Stalls => tracing::warn!(worker, ?silent, "stalled: no sign of life"),
        News::Blocks => tracing::warn!(worker, ?silent, "stalled: it blocks its thread"),
    }
}

fn answer(node: &Node, pulse: &Pulse, seen: &SeenSigns) {
    if node.options.on_stall == OnStall::Restart && pulse.doom(seen) && node.kind == Kind::Worker {
        // The abort ends the incarnation with the stalled call. A worker that blocks its thread may check the stop
        // flag instead.
        node.run_control().stop_requested().raise();
    }
    node.stall();
}
