//! Events that a member reports to its group.

use std::any::Any;
use std::sync::Arc;

use super::{MemberId, Node};
use crate::node::directive::{Directive, RunEnded, RunStats};
use crate::report::cause::Cause;
use crate::sync::flag::until;
use crate::sync::oneshot;

/// An event of a member.
pub(crate) enum MemberEvent {
    /// It has started, for the first time or after a restart.
    Started,
    /// It has failed, and its `on_shutdown` runs.
    Failing,
    /// An incarnation has ended, and the member waits for a directive.
    RunEnded(Box<RunEnded>),
    /// It has ended, and its exit is set.
    Ended,
    /// It was asked to stop. Its group decides when it stops.
    StopRequested,
}

/// The receiver of a member's events: the supervisor of its group.
pub(crate) trait Parent: Any + Send + Sync {
    /// Reports an event. Has no effect if the group has ended.
    fn notify(&self, member: MemberId, event: MemberEvent);
}

impl Node {
    /// The group that it is a member of, and the receiver of its events there. `None` for a root, and if the group was
    /// dropped.
    pub(crate) fn parent(&self) -> Option<(Arc<Self>, &dyn Any)> {
        let parent: &dyn Parent = &*self.membership.get()?.parent;
        Some((self.group()?, parent))
    }

    /// Reports an event to the group. Has no effect if the node is no member of a group, or the group has ended.
    fn notify(&self, event: MemberEvent) {
        if let Some(membership) = self.membership.get() {
            membership.parent.notify(membership.member, event);
        }
    }

    /// Reports that the member has started.
    pub(crate) fn notify_started(&self) {
        self.notify(MemberEvent::Started);
    }

    /// Reports that the member has failed. From now on, the time for its hooks is limited.
    pub(crate) fn notify_failing(&self) {
        self.notify(MemberEvent::Failing);
    }

    /// Reports the end of an incarnation. Returns the receiver of the directive.
    pub(crate) fn notify_run_ended(
        &self,
        failure: Option<Cause>,
        run_stats: RunStats,
    ) -> oneshot::Receiver<Directive> {
        let (directive, receiver) = oneshot::channel();
        let ended = RunEnded {
            failure,
            run_stats,
            directive,
        };
        self.notify(MemberEvent::RunEnded(Box::new(ended)));
        receiver
    }

    /// Reports the end of an incarnation and waits for the directive. Returns `None` if the member is forced to
    /// stop, or its supervisor is gone.
    pub(crate) async fn next_directive(
        &self,
        failure: Option<Cause>,
        run_stats: RunStats,
    ) -> Option<Directive> {
        until(self.forced(), self.notify_run_ended(failure, run_stats))
            .await?
            .ok()
    }

    /// Reports the request to stop. The group decides when the member stops.
    pub(super) fn notify_stop_requested(&self) {
        self.notify(MemberEvent::StopRequested);
    }

    /// Reports that the member has ended. Its exit must be set.
    pub(crate) fn notify_ended(&self) {
        self.notify(MemberEvent::Ended);
    }
}
