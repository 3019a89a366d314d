//! Looks at the signs of life of those members that have a `stall`.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::node::{MemberId, Node};
use crate::options::OnStall;
use crate::state::Kind;
use crate::supervisor::Supervisor;
use crate::supervisor::entry::Entry;
use crate::time::stall::{News, Pulse, SeenSigns};

/// When to look at whom: at the moment at which a stall could have come true.
#[derive(Default)]
pub(super) struct Watch(BTreeSet<(Instant, MemberId)>);

impl Watch {
    pub(super) fn next(&self) -> Option<Instant> {
        self.0.first().map(|&(at, _)| at)
    }

    /// A member has been launched.
    pub(super) fn begin(&mut self, member: &Entry) {
        // What is in a nested group is looked at by that group.
        if member.node.kind != Kind::Group
            && let Some(limit) = member.policy().stall
        {
            self.0.insert((Instant::now() + limit, member.id));
        }
    }

    pub(super) fn forget(&mut self, id: MemberId) {
        self.0.retain(|&(_, member)| member != id);
    }
}

impl Supervisor {
    /// Looks at those whose time it is.
    pub(super) fn look(&mut self, now: Instant) {
        while let Some(&(at, id)) = self.watch.0.first()
            && at <= now
        {
            self.watch.0.pop_first();
            if let Some(member) = self.members.get(&id)
                && let Some(limit) = member.policy().stall
            {
                let again = look_at(&member.node, now + limit);
                self.watch.0.insert((again, id));
            }
        }
    }
}

/// Looks at each lane. Returns when to look again, at the latest.
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
    let worker = &**node.name();
    match news {
        News::Stalls => tracing::warn!(worker, ?silent, "stalled: no sign of life"),
        News::Blocks => tracing::warn!(worker, ?silent, "stalled: it blocks its thread"),
    }
}

fn answer(node: &Node, pulse: &Pulse, seen: &SeenSigns) {
    if node.options.on_stall == OnStall::Restart && pulse.doom(seen) && node.kind == Kind::Worker {
        // Its life ends with the call that stalled. If that blocks its thread, it may look at this.
        node.run_control().stop_requested().raise();
    }
    node.stall();
}
