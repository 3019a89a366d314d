//! A member of a group, as its supervisor sees it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::lifecycle::launch::Launch;
use crate::node::directive::{Backoff, Directive};
use crate::node::{MemberId, Node};
use crate::options::Options;
use crate::queue::NoReply;
use crate::report::cause::Cause;
use crate::state::Kind;
use crate::supervisor::budget::Budget;
use crate::supervisor::deferred_drop::DeferredDrop;
use crate::sync::oneshot;

/// What the supervisor does with the current incarnation of a member.
pub(super) enum Phase {
    /// Nothing: the incarnation runs, or none does, before the launch and after the end.
    Active,
    /// It waits for the end of the incarnation, which another one follows.
    Ending,
    /// It has aborted the incarnation, which took too long to end.
    Aborted,
    /// The incarnation has ended, and the member waits for a directive.
    AwaitingRestart(Box<AwaitingRestart>),
}

/// A member whose incarnation has ended and that waits for a directive.
pub(super) struct AwaitingRestart {
    pub(super) directive: oneshot::Sender<Directive>,
    /// The failure of the incarnation. `None` if the incarnation ended because a restart was requested.
    pub(super) failure: Option<Cause>,
    /// Whether it failed too often without a handled message to be restarted for a drain.
    pub(super) exhausted: bool,
    /// Whether its own pause ends the wait. Otherwise a group restart does.
    pub(super) paused: bool,
}

/// A member, and its progress through the start and the stop of its group. Data that only a failure needs is boxed, since
/// most members never fail.
pub(crate) struct Entry {
    pub(super) id: MemberId,
    pub(super) node: Arc<Node>,
    /// The options of a nested group, whose node has none.
    options: Option<Box<Options>>,
    /// The member, until it is launched.
    pub(super) launch: Option<Box<dyn Launch>>,
    /// Whether it was launched and has not started.
    pub(super) starting: bool,
    pub(super) asked: bool,
    pub(super) forced: bool,
    pub(super) removed: bool,
    /// Whether it was added to the running group.
    pub(super) late: bool,
    pub(super) ended: bool,
    /// Whether it was given up, and a thread sends what was in its queue through the port `undelivered`.
    pub(super) saving: bool,
    pub(super) phase: Phase,
    pub(super) backoff: Option<Box<Backoff>>,
    /// Its own budget of restarts, if it has one and was restarted.
    budget: Option<Box<Budget>>,
}

/// Several members.
#[allow(clippy::vec_box, reason = "the supervisor keeps them boxed")]
pub(crate) type Entries = Vec<Box<Entry>>;

impl Entry {
    pub(crate) fn new(
        id: MemberId,
        node: Arc<Node>,
        options: Option<Options>,
        launch: Box<dyn Launch>,
    ) -> Self {
        Self {
            id,
            node,
            options: options.map(Box::new),
            launch: Some(launch),
            starting: false,
            asked: false,
            forced: false,
            removed: false,
            late: false,
            ended: false,
            saving: false,
            phase: Phase::Active,
            backoff: None,
            budget: None,
        }
    }

    /// Whether its own budget allows another restart. `None` without such a budget.
    pub(super) fn has_restart(&self) -> Option<bool> {
        let most = self.options().max_restarts?;
        let budget = self.budget.as_ref();
        Some(budget.map_or(most > 0, |budget| budget.has_left(Instant::now())))
    }

    /// Spends one restart of its own budget, if it has one.
    pub(super) fn spend_restart(&mut self) {
        let Options {
            max_restarts,
            within,
            ..
        } = *self.options();
        if let Some(most) = max_restarts {
            let new = || Box::new(Budget::new(most, within));
            self.budget.get_or_insert_with(new).spend(Instant::now());
        }
    }

    /// Begins as after its first start: with the shortest pause before a restart, and a full budget.
    pub(super) fn renew(&mut self) {
        self.backoff = None;
        self.budget = None;
    }

    pub(super) fn options(&self) -> &Options {
        self.options.as_deref().unwrap_or(&self.node.options)
    }

    /// How long a call may show no progress. The members of a nested group are watched by that group.
    pub(super) fn stall_limit(&self) -> Option<Duration> {
        self.options().stall.filter(|_| !self.is_group())
    }

    /// Whether its port `undelivered` is wired.
    pub(super) fn saves(&self) -> bool {
        let queue_control = self.node.queue_control.as_ref();
        queue_control.is_some_and(|queue_control| queue_control.saves())
    }

    pub(super) fn stops_last(&self) -> bool {
        self.node.stops_last()
    }

    pub(super) fn is_group(&self) -> bool {
        self.node.kind == Kind::Group
    }

    pub(super) fn is_callback(&self) -> bool {
        self.node.kind == Kind::Callback
    }

    /// Ends a member that was never started. All messages and questions in its queue are undelivered.
    pub(crate) fn never_started(&mut self, deferred: &mut DeferredDrop) {
        seal(&self.node, NoReply::Dropped, deferred);
        deferred.put(&self.node, self.launch.take());
        self.node
            .finish(self.node.report(Cause::NotStarted, false, false));
    }

    /// Whether it was launched, and neither asked to stop nor ended.
    pub(super) fn is_active(&self) -> bool {
        self.launch.is_none() && !self.asked && !self.ended
    }

    pub(super) fn awaits_restart(&self) -> bool {
        matches!(self.phase, Phase::AwaitingRestart(_))
    }

    pub(super) fn awaiting_restart(&mut self) -> Option<&mut AwaitingRestart> {
        match &mut self.phase {
            Phase::AwaitingRestart(awaiting_restart) => Some(awaiting_restart),
            _ => None,
        }
    }

    /// Sends a directive, if the member waits for one. Returns whether it did.
    pub(super) fn direct(&mut self, directive: Directive) -> bool {
        match std::mem::replace(&mut self.phase, Phase::Active) {
            Phase::AwaitingRestart(awaiting_restart) => {
                let _ = awaiting_restart.directive.send(directive);
                true
            }
            other => {
                self.phase = other;
                false
            }
        }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    pub(crate) fn worker_name(&self) -> &str {
        self.node.name()
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
        deferred.put(node, left);
    }
    queue_control.end_questions(verdict);
}
