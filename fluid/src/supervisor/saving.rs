//! What is left at a forced end goes through the port `undelivered` to another consumer, which has the last part of the
//! grace period for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::time::Instant;

use crate::node::{MemberId, Node};
use crate::queue::NoReply;
use crate::report::cause::{Cause, Forced};
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::stop::FORCE_SLACK;

/// The part of the grace period in which undelivered messages are saved is this fraction of it.
const SHARE: u32 = 4;

impl Supervisor {
    /// Called when the stop begins. Sets the deadline after which there is only time to save what is left.
    pub(super) fn reserve_time_to_save(&mut self) {
        let early = self.forced_to_save();
        let Some(by) = self.node.stop_by().filter(|_| !early.is_empty()) else {
            return;
        };
        let left = by.saturating_duration_since(Instant::now());
        let at = by - left / SHARE;
        self.deadlines.set(at, Deadline::Save, 0);
        for id in early {
            let member = &self.members[&id];
            if member.options().grace.is_none() {
                member.node.set_stop_by(at);
            }
        }
    }

    /// Forces the consumers whose port `undelivered` is wired, and all that feeds them. All others go on.
    pub(super) fn begin_saving(&mut self, now: Instant) {
        if self.forced {
            return;
        }
        let by = self.node.stop_by().unwrap_or(now);
        // Half of the time is for consumers that end, and half for those that save.
        let patience = by.saturating_duration_since(now) / 2;
        let until = now + patience.min(FORCE_SLACK);
        let early = self.forced_to_save();
        for &id in &early {
            self.force(id, until, Forced::TimeToSave);
        }
        // As in `force_all`: closed when all are forced.
        for id in early {
            self.close_queue(id);
        }
    }

    /// The members that are forced to end when only the time to save is left: the consumers whose port `undelivered` is
    /// wired, and all members that feed them, so that none of them emits to a consumer that has ended. The consumers
    /// behind these ports are not among them, and nothing behind those.
    fn forced_to_save(&self) -> BTreeSet<MemberId> {
        let live = |wanted: fn(&Self, MemberId) -> bool| {
            let ids = self.members.keys().copied();
            ids.filter(move |id| !self.members[id].ended && wanted(self, *id))
        };
        let savers = live(|this, id| this.members[&id].node.is_saver());
        let kept = reached(savers, |id| self.drain.feeds(id).to_vec());
        let saving = live(|this, id| this.members[&id].saves());
        let mut early = reached(saving, |id| self.drain.feeders(id).collect());
        early.retain(|id| !kept.contains(id));
        early
    }

    /// Hands over what waits in the queue of a stuck member, if its port `undelivered` is wired and there is time for it.
    /// That runs code of the user, so a thread does it, and then ends the member. Returns `false` if there is nothing to
    /// hand over, or the thread does not end in time.
    pub(super) fn saves_queue_of_stuck(&mut self, id: MemberId, cause: &Cause) -> bool {
        let Some(member) = self.members.get_mut(&id) else {
            return false;
        };
        if self.forced || member.saving || !member.saves() {
            return false;
        }
        let node = Arc::clone(&member.node);
        let Some(queue_control) = &node.queue_control else {
            return false;
        };
        let Some(left) = queue_control.seal() else {
            return false;
        };
        queue_control.end_questions(NoReply::Unanswered);
        tracing::error!(worker = &*node.path(), "stuck: it blocks its thread");
        member.saving = true;
        self.deadlines
            .set(Instant::now() + FORCE_SLACK, Deadline::Stop, id);
        let handing_over = HandingOver {
            left: Some(left),
            node: Arc::clone(&node),
            cause: cause.clone(),
        };
        self.deferred.put(&node, handing_over);
        true
    }
}

/// The messages of a stuck member. When they have been handed over, it ends.
struct HandingOver {
    left: Option<Box<dyn Send>>,
    node: Arc<Node>,
    cause: Cause,
}

impl Drop for HandingOver {
    fn drop(&mut self) {
        drop(self.left.take());
        let exit = self.node.report(self.cause.clone(), true, true);
        self.node.finish(exit);
        self.node.notify_ended();
    }
}

/// The members that can be reached from some, with these.
fn reached(
    from: impl Iterator<Item = MemberId>,
    next: impl Fn(MemberId) -> Vec<MemberId>,
) -> BTreeSet<MemberId> {
    let mut reached: BTreeSet<_> = from.collect();
    let mut open: Vec<_> = reached.iter().copied().collect();
    while let Some(id) = open.pop() {
        open.extend(next(id).into_iter().filter(|&id| reached.insert(id)));
    }
    reached
}
