//! The supervisor's record of one member.

use std::sync::Arc;
use std::time::Duration;

use crate::lifecycle::launch::Launch;
use crate::node::directive::{Backoff, Directive};
use crate::node::{MemberId, Node};
use crate::options::{OnError, OnExit, Options};
use crate::queue::NoReply;
use crate::report::cause::Cause;
use crate::state::Kind;
use crate::supervisor::deferred_drop::DeferredDrop;
use crate::sync::oneshot;

/// Where a member is between two incarnations.
pub(super) enum Phase {
    /// It runs, or has not been launched.
    Active,
    /// Its incarnation should end, and a directive follows.
    Ending,
    /// Its incarnation did not end in time and was aborted.
    Aborted,
    /// Its incarnation has ended, and it waits for a directive.
    AwaitingRestart(Box<AwaitingRestart>),
}

/// A member that waits for a directive.
pub(super) struct AwaitingRestart {
    pub(super) order: oneshot::Sender<Directive>,
    /// The failure of its last incarnation. `None` if it did not fail.
    pub(super) failure: Option<Cause>,
    /// The backoff after that failure.
    pub(super) pause: Duration,
    /// Whether its last incarnations handled no message, so that another one has no use.
    pub(super) tried_enough: bool,
    /// Whether it is restarted alone, at the end of its backoff.
    pub(super) resting: bool,
}

/// The options of a member that its supervisor reads.
#[derive(Clone, Copy)]
pub(crate) struct Policy {
    pub(super) on_error: Option<OnError>,
    pub(super) on_exit: OnExit,
    pub(super) grace: Option<Duration>,
    pub(super) stall: Option<Duration>,
}

impl Policy {
    pub(crate) const fn of(options: &Options) -> Self {
        Self {
            on_error: options.on_error,
            on_exit: options.on_exit,
            grace: options.grace,
            stall: options.stall,
        }
    }
}

/// A member, and its progress in the start and the stop of its group. State that only a failure needs is boxed,
/// because most members never fail.
pub(crate) struct Entry {
    pub(super) id: MemberId,
    pub(super) node: Arc<Node>,
    /// The policy of a nested group. `None` for a worker, whose node has its options.
    policy: Option<Box<Policy>>,
    /// Launches the member. `None` once it is launched.
    pub(super) launch: Option<Box<dyn Launch>>,
    /// Whether it has been launched and has not started.
    pub(super) starting: bool,
    pub(super) asked: bool,
    pub(super) forced: bool,
    pub(super) removed: bool,
    /// Whether it was added to the running group.
    pub(super) late: bool,
    pub(super) ended: bool,
    pub(super) phase: Phase,
    pub(super) backoff: Option<Box<Backoff>>,
}

impl Entry {
    pub(crate) fn new(
        id: MemberId,
        node: Arc<Node>,
        policy: Option<Policy>,
        launch: Box<dyn Launch>,
    ) -> Self {
        Self {
            id,
            node,
            policy: policy.map(Box::new),
            launch: Some(launch),
            starting: false,
            asked: false,
            forced: false,
            removed: false,
            late: false,
            ended: false,
            phase: Phase::Active,
            backoff: None,
        }
    }

    /// The options by which it is supervised.
    pub(super) fn policy(&self) -> Policy {
        let own = || Policy::of(&self.node.options);
        self.policy.as_deref().copied().unwrap_or_else(own)
    }

    /// How long a call may give no sign of life. `None` for a nested group, which watches its own members.
    pub(super) fn stall_limit(&self) -> Option<Duration> {
        let limit = self.policy().stall;
        limit.filter(|_| self.node.kind != Kind::Group)
    }

    /// Ends a member that was never started. All messages and questions in its queue are undelivered.
    pub(crate) fn never_started(&mut self, deferred: &mut DeferredDrop) {
        seal(&self.node, NoReply::Dropped, deferred);
        deferred.put(self.launch.take());
        self.node
            .finish(self.node.report(Cause::NotStarted, false, false));
    }

    /// Whether it was launched, and neither asked to stop nor ended.
    pub(super) fn is_active(&self) -> bool {
        self.launch.is_none() && !self.asked && !self.ended
    }

    pub(super) fn is_down(&self) -> bool {
        matches!(self.phase, Phase::AwaitingRestart(_))
    }

    pub(super) fn awaiting_restart(&mut self) -> Option<&mut AwaitingRestart> {
        match &mut self.phase {
            Phase::AwaitingRestart(awaiting_restart) => Some(awaiting_restart),
            _ => None,
        }
    }

    pub(crate) fn id(&self) -> MemberId {
        self.id
    }

    pub(crate) fn is(&self, node: &Arc<Node>) -> bool {
        Arc::ptr_eq(&self.node, node)
    }
}

/// Fixes the counts of a consumer that will handle no more messages. Each waiting reply slot gets `verdict`.
pub(super) fn seal(node: &Node, verdict: NoReply, deferred: &mut DeferredDrop) {
    let Some(queue_control) = &node.queue_control else {
        return;
    };
    if let Some(left) = queue_control.seal() {
        deferred.put(left);
    }
    queue_control.end_questions(verdict);
}
