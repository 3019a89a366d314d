//! What a member reports to its group.

use super::{MemberId, Node};
use crate::node::directive::{Directive, RunEnded, RunStats};
use crate::report::exit::Cause;
use crate::sync::oneshot;
use crate::sync::signal::until;

/// What happens to a member of a group.
pub(crate) enum MemberEvent {
    /// It has started, or has started again after a restart.
    Started,
    /// It has failed, and its `on_shutdown` is being called.
    Failing,
    /// One incarnation has ended, and it waits for a directive.
    RunEnded(Box<RunEnded>),
    /// It has ended, and has its exit.
    Ended,
    /// It was asked to stop: its group decides when its turn comes.
    StopRequested,
}

/// A group, as its members see it.
pub(crate) trait Parent: Send + Sync {
    /// Has no effect if the group has ended.
    fn notify(&self, member: MemberId, event: MemberEvent);
}

impl Node {
    /// Has no effect if it stands in no group, or the group has ended.
    fn notify(&self, event: MemberEvent) {
        if let Some(membership) = self.membership.get() {
            membership.parent.notify(membership.member, event);
        }
    }

    /// It has started.
    pub(crate) fn tell_started(&self) {
        self.notify(MemberEvent::Started);
    }

    /// It has failed, its own hooks are called, and it has its time to end.
    pub(crate) fn tell_failing(&self) {
        self.notify(MemberEvent::Failing);
    }

    /// One life has ended, and it waits for what comes.
    pub(crate) fn tell_down(
        &self,
        failure: Option<Cause>,
        run_stats: RunStats,
    ) -> oneshot::Receiver<Directive> {
        let (order, ordered) = oneshot::channel();
        let down = RunEnded {
            failure,
            run_stats,
            order,
        };
        self.notify(MemberEvent::RunEnded(Box::new(down)));
        ordered
    }

    /// The same, and waits. Nothing, if it is forced to end, or no one is left to say what comes.
    pub(crate) async fn next_life(
        &self,
        failure: Option<Cause>,
        run_stats: RunStats,
    ) -> Option<Directive> {
        until(self.forced(), self.tell_down(failure, run_stats))
            .await?
            .ok()
    }

    /// It is to stop: its group decides when its turn comes.
    pub(super) fn tell_stop(&self) {
        self.notify(MemberEvent::StopRequested);
    }

    /// It has ended, and holds its exit.
    pub(crate) fn tell_ended(&self) {
        self.notify(MemberEvent::Ended);
    }
}
