//! A member of a group, as its supervisor sees it.

use std::sync::Arc;
use std::time::Duration;

use crate::lifecycle::launch::Launch;
use crate::node::directive::{Backoff, Directive};
use crate::node::{MemberId, Node};
use crate::options::{OnError, OnExit, Options};
use crate::queue::NoReply;
use crate::report::exit::Cause;
use crate::state::Kind;
use crate::supervisor::deferred_drop::DeferredDrop;
use crate::sync::oneshot;

/// Where a member is between two lives.
pub(super) enum Phase {
    /// It lives, or has not been launched.
    Living,
    /// Its present life should end, and another one is to follow.
    Ending,
    /// That took too long, and the life was cut off.
    Cut,
    /// Its life has ended, and it waits for what comes.
    AwaitingRestart(Box<AwaitingRestart>),
}

/// A member that waits for its next life.
pub(super) struct AwaitingRestart {
    pub(super) order: oneshot::Sender<Directive>,
    /// How its last life failed, if it did.
    pub(super) failure: Option<Cause>,
    /// How long it rests after that failure.
    pub(super) pause: Duration,
    /// Its lives achieve nothing.
    pub(super) tried_enough: bool,
    /// It is restarted for itself, when its rest is over.
    pub(super) resting: bool,
}

/// Of a member's options those that its supervisor looks at.
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

/// A member, and where it stands in its group's start and stop. What only a failure needs is apart, since most
/// members never fail.
pub(crate) struct Entry {
    pub(super) id: MemberId,
    pub(super) node: Arc<Node>,
    /// Of a group, which has no options of its own.
    policy: Option<Box<Policy>>,
    /// Until it is launched.
    pub(super) launch: Option<Box<dyn Launch>>,
    /// It has been launched and has not started.
    pub(super) starting: bool,
    pub(super) asked: bool,
    pub(super) forced: bool,
    pub(super) removed: bool,
    /// Whether it came when the group was running.
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
            phase: Phase::Living,
            backoff: None,
        }
    }

    /// How it is supervised.
    pub(super) fn policy(&self) -> Policy {
        let own = || Policy::of(&self.node.options);
        self.policy.as_deref().copied().unwrap_or_else(own)
    }

    /// How long a call may give no sign of progress. The members of a nested group are watched by that group.
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
    pub(super) fn lives_on(&self) -> bool {
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
