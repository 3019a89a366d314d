//! How a group answers failures: which members it restarts, and whether its budget allows it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::node::MemberId;
use crate::node::directive::{Backoff, Directive, NoRestart, RunEnded};
use crate::options::OnError;
use crate::options::grace::DEFAULT_GRACE;
use crate::options::restart::{Restart, Whom};
use crate::report::cause::Cause;
use crate::state::{Kind, State};
use crate::supervisor::Supervisor;
use crate::supervisor::affected::{affected, in_order};
use crate::supervisor::budget::Budget;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::decision::{Answer, Failed};
use crate::supervisor::entry::{AwaitingRestart, Entry, Phase};
use crate::supervisor::group_restart::GroupRestart;
use crate::supervisor::stop::{FORCE_SLACK, NESTED_HEAD_START};

/// The strategy of a group, and its restarts in progress.
pub(super) struct Restarts {
    strategy: Option<Restart>,
    budget: Option<Budget>,
    /// The group restart that is in progress.
    pub(super) group_restart: Option<GroupRestart>,
}

impl Restarts {
    pub(super) fn new(strategy: Option<Restart>) -> Self {
        Self {
            strategy,
            budget: strategy.map(|strategy| Budget::new(strategy.max_restarts, strategy.within)),
            group_restart: None,
        }
    }

    fn backoff(&self, member: &Entry) -> Backoff {
        match (member.policy().on_error, self.strategy) {
            (Some(OnError::Restart), _) | (_, None) => Backoff::of_workers(),
            (_, Some(strategy)) => Backoff::new(strategy.backoff),
        }
    }

    /// Spends one restart. Returns `false` if the budget is used up.
    fn spend(&mut self) -> bool {
        self.budget
            .as_mut()
            .is_none_or(|budget| budget.spend(Instant::now()))
    }

    pub(super) fn renew(&mut self) {
        self.budget.as_mut().map(Budget::renew);
    }

    /// When the group restart may continue. `None` if it waits for something else than the backoff.
    pub(super) fn starts_at(&self) -> Option<Instant> {
        self.group_restart
            .as_ref()
            .and_then(GroupRestart::starts_at)
    }
}

impl Supervisor {
    /// How long an incarnation may take to end.
    pub(super) fn patience(&self) -> Duration {
        // Shorter than the patience of the parent group, which then need not abort this group.
        let above = self.above.as_ref();
        let above = above.map(|launch| launch.group.patience.saturating_sub(NESTED_HEAD_START));
        self.grace.or(above).unwrap_or(DEFAULT_GRACE)
    }

    /// Decides about a failure of this member. Without a failure, decides about an error of unknown cause.
    pub(super) fn answer_to(&self, member: &Entry, failure: Option<&Cause>) -> Answer {
        let error = failure.and_then(Cause::error);
        let failed = Failed {
            on_error: member.policy().on_error,
            stalled: error.is_some_and(|error| member.node.stalled_by(&error)),
            strategy: self.restarts.strategy.map(|strategy| strategy.whom),
            above: self.above.as_ref().is_some_and(|launch| launch.answered),
        };
        failed.answer()
    }

    /// Called when a member has failed and its `on_shutdown` begins. Sets the deadline for the hook.
    pub(super) fn failing(&mut self, id: MemberId) {
        let answered = self.members.get(&id).is_some_and(|member| {
            let failure = member.node.failing();
            member.is_active() && self.answer_to(member, failure.as_ref()) != Answer::Stop
        });
        if answered && self.cause.is_none() {
            self.give_time_to_end(id);
        } else {
            self.set_alarm(id, true);
        }
    }

    /// Sets the deadline by which the incarnation of a member must have ended. It is aborted at that time.
    pub(super) fn give_time_to_end(&mut self, id: MemberId) {
        let patience = self.patience();
        if let Some(member) = self.members.get_mut(&id)
            && matches!(member.phase, Phase::Active)
        {
            member.phase = Phase::Ending;
            let grace = member.policy().grace.unwrap_or(patience);
            self.deadlines
                .set(Instant::now() + grace, Deadline::Restart, id);
        }
    }

    /// Decides what follows an incarnation that has ended.
    pub(super) fn down(&mut self, id: MemberId, down: RunEnded) {
        self.no_restart_is_due(id);
        let Some(member) = self.members.get_mut(&id).filter(|member| !member.ended) else {
            // It was given up. The directive channel is dropped, which ends it.
            return;
        };
        if !member.asked && !member.forced {
            // Its hooks ended in time. The backoff has no deadline.
            self.deadlines.clear(Deadline::Stop, id);
        }
        let RunEnded {
            failure,
            run_stats,
            order,
        } = down;
        let nested = member.node.kind == Kind::Group;
        let failure = failure.map(|cause| match nested {
            true => cause.below(member.node.name()),
            false => cause,
        });
        let (pause, tried_enough) = match failure {
            Some(_) => {
                let backoff = self.restarts.backoff(member);
                member
                    .backoff
                    .get_or_insert_with(|| Box::new(backoff))
                    .failed(&run_stats)
            }
            None => (Duration::ZERO, false),
        };
        member.phase = Phase::AwaitingRestart(Box::new(AwaitingRestart {
            order,
            failure: failure.clone(),
            pause,
            tried_enough,
            resting: false,
        }));
        let (asked, ends_along) = (member.asked, self.ends_along(id));
        match failure {
            _ if asked => self.asked_while_down(id),
            _ if ends_along => self.make_room(id),
            Some(failure) => self.failed(id, failure),
            // The group restart for which it ended was called off.
            None => self.again(id),
        }
    }

    /// Answers a failure: by a restart, if the decision is one and it is possible.
    fn failed(&mut self, id: MemberId, failure: Cause) {
        let Answer::Restart(whom) = self.answer_to(&self.members[&id], Some(&failure)) else {
            return self.unanswered(id, failure);
        };
        // A group that stops restarts only the failed member. Its grace period limits that.
        let whom = if self.cause.is_some() {
            Whom::One
        } else {
            whom
        };
        let feeds = self.active();
        let mut affected = affected(&feeds, whom, id);
        if whom != Whom::One {
            self.with_callers(&mut affected, id);
        }
        let non_restartable = affected
            .iter()
            .find_map(|id| self.members[id].node.non_restartable());
        if let Some(non_restartable) = non_restartable {
            let own = non_restartable == self.members[&id].node.path();
            return self.end_failed(id, by_value(&failure, (!own).then_some(&non_restartable)));
        }
        if self.cause.is_none()
            && !self.restarts.spend()
            && let Some(strategy) = &self.restarts.strategy
        {
            let group = self.node.path();
            let used_up = |error| NoRestart::used_up(&group, strategy, error);
            return self.unanswered(id, because(&failure, used_up));
        }
        let pause = self.announce(id, &failure);
        if whom == Whom::One {
            self.rest(id, pause);
        } else {
            self.group_restart(affected, pause);
        }
    }

    /// Adds the callers of affected fused callees: a fused chain returns its callees only when the incarnation at
    /// its head ends. The failed member has been returned already.
    fn with_callers(&self, affected: &mut BTreeSet<MemberId>, failed: MemberId) {
        let caller = |id: &MemberId| self.drain.caller(*id);
        let borrowed: Vec<_> = affected.iter().filter(|id| **id != failed).collect();
        let callers = borrowed
            .into_iter()
            .flat_map(|id| std::iter::successors(caller(id), caller));
        affected.extend(callers.collect::<Vec<_>>());
    }

    /// Logs that a failure is answered by a restart. Returns the backoff before it.
    fn announce(&mut self, id: MemberId, failure: &Cause) -> Duration {
        let Some(member) = self.members.get_mut(&id) else {
            return Duration::ZERO;
        };
        member.node.advance(State::Restarting);
        let node = Arc::clone(&member.node);
        let pause = member
            .awaiting_restart()
            .map_or(Duration::ZERO, |awaiting_restart| awaiting_restart.pause);
        tracing::warn!(
            worker = &*node.path(),
            error = failure.error().map(|error| format!("{error:#}")),
            ?pause,
            "worker failed, restarting"
        );
        pause
    }

    /// Restarts one member, after a backoff.
    fn rest(&mut self, id: MemberId, pause: Duration) {
        if let Some(awaiting_restart) = self.members.get_mut(&id).and_then(|m| m.awaiting_restart())
        {
            awaiting_restart.resting = true;
            self.deadlines
                .set(Instant::now() + pause, Deadline::Restart, id);
        }
    }

    /// Answers a failure that no restart of this group answers. A nested group escalates it, and keeps its members
    /// for a restart by the parent group. Otherwise the member ends, and the group stops.
    fn unanswered(&mut self, id: MemberId, failure: Cause) {
        let above = self.above.as_ref().is_some_and(|launch| launch.answered);
        if !above || self.cause.is_some() {
            return self.end_failed(id, failure);
        }
        let Some(non_restartable) = self.node.non_restartable() else {
            return self.go_down(Some((id, failure)));
        };
        let failed = failure.worker().unwrap_or_default();
        let own = *non_restartable == *format!("{}/{failed}", self.node.path());
        self.end_failed(id, by_value(&failure, (!own).then_some(&non_restartable)));
    }

    /// Ends a member that waits for a directive and has failed, and stops the group with its failure.
    fn end_failed(&mut self, id: MemberId, failure: Cause) {
        let nested = self.members[&id].node.kind == Kind::Group;
        self.end(id, failure.clone());
        if nested {
            // The exit of a nested group does not say why it was not restarted.
            self.fail(failure);
        }
    }

    /// Decides about a member that is down and was asked to stop. A consumer with messages left gets another
    /// incarnation to drain them, unless its last incarnations handled nothing. Every other member ends.
    pub(super) fn asked_while_down(&mut self, id: MemberId) {
        if self.ends_along(id) {
            // The group restart gives it its next incarnation.
            return;
        }
        let Some(member) = self.members.get(&id) else {
            return;
        };
        let node = Arc::clone(&member.node);
        let Phase::AwaitingRestart(awaiting_restart) = &member.phase else {
            return;
        };
        let failure = awaiting_restart.failure.as_ref();
        let answered = self.answer_to(member, failure) != Answer::Stop;
        let size = node
            .queue_control
            .as_ref()
            .map_or(0, |queue| queue.queue_size());
        let end = match awaiting_restart.failure.clone() {
            // A nested group drains its own members.
            _ if node.kind == Kind::Group => Some(node.asked_because()),
            Some(failure) if !answered => Some(failure),
            Some(failure) if node.non_restartable().is_some() => Some(by_value(&failure, None)),
            _ if size == 0 => Some(node.asked_because()),
            Some(failure) if awaiting_restart.tried_enough => Some(failure),
            _ => None,
        };
        match end {
            Some(cause) => self.end(id, cause),
            None => self.again(id),
        }
    }

    /// Starts the next incarnation of a member that is down.
    pub(super) fn again(&mut self, id: MemberId) {
        let Some(member) = self.members.get_mut(&id).filter(|member| member.is_down()) else {
            return;
        };
        self.deadlines.clear(Deadline::Restart, id);
        if let Phase::AwaitingRestart(awaiting_restart) =
            std::mem::replace(&mut member.phase, Phase::Active)
        {
            member.node.renew();
            let _ = awaiting_restart.order.send(Directive::Restart);
        }
    }

    /// Ends a member that waits for a directive.
    pub(super) fn end(&mut self, id: MemberId, cause: Cause) {
        let Some(member) = self.members.get_mut(&id).filter(|member| member.is_down()) else {
            return;
        };
        let nested = member.node.kind == Kind::Group;
        self.deadlines.clear(Deadline::Restart, id);
        if let Phase::AwaitingRestart(awaiting_restart) =
            std::mem::replace(&mut member.phase, Phase::Active)
        {
            let _ = awaiting_restart.order.send(Directive::Stop(cause));
        }
        // Its `after_shutdown` may hang. A nested group has deadlines of its own.
        if !nested {
            self.set_alarm(id, true);
        }
    }

    /// The members that are active, each with the members that it feeds.
    pub(super) fn active(&self) -> BTreeMap<MemberId, Vec<MemberId>> {
        let active = self.members.iter().filter(|(_, member)| member.is_active());
        active
            .map(|(&id, _)| (id, self.drain.feeds(id).to_vec()))
            .collect()
    }

    /// Sorts some members into levels, sinks first and callbacks last.
    pub(super) fn levels_of(&self, some: &BTreeSet<MemberId>) -> Vec<Vec<MemberId>> {
        let is_callback = |id: &MemberId| self.members[id].node.kind == Kind::Callback;
        let (callbacks, workers): (BTreeSet<_>, BTreeSet<_>) =
            some.iter().partition(|id| is_callback(id));
        let mut levels = in_order(&self.active(), &workers);
        levels.push(callbacks.into_iter().collect());
        levels
    }

    /// Removes a member from the restarts that wait for it.
    pub(super) fn no_restart_is_due(&mut self, id: MemberId) {
        self.deadlines.clear(Deadline::Restart, id);
        self.restarts.no_longer_awaited(id);
    }

    /// Handles [`Deadline::Restart`]: a backoff is over, or an incarnation did not end in time.
    pub(super) fn restart_is_due(&mut self, id: MemberId, now: Instant) {
        match self.members.get(&id).map(|member| &member.phase) {
            Some(Phase::AwaitingRestart(awaiting)) if awaiting.resting => self.again(id),
            Some(Phase::Ending) => self.abort_incarnation(id, now + FORCE_SLACK),
            Some(Phase::Aborted) => self.give_up(id),
            _ => {}
        }
    }

    /// Aborts an incarnation that does not end, and gives it until `until` to obey. A nested group gets slightly
    /// longer, so that it can report itself which of its members did not obey.
    pub(super) fn abort_incarnation(&mut self, id: MemberId, until: Instant) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        match member.phase {
            Phase::Ending => {
                member.phase = Phase::Aborted;
                member.node.run_control().abort(until);
                self.deadlines.clear(Deadline::Restart, id);
            }
            // The earlier of two deadlines holds.
            Phase::Aborted => {}
            Phase::Active | Phase::AwaitingRestart(_) => return,
        }
        let nested = member.node.kind == Kind::Group;
        let last = if nested { until + FORCE_SLACK } else { until };
        self.deadlines.set(last, Deadline::Restart, id);
    }
}

/// The failure with its error wrapped by `why`, which names the reason why nothing was restarted.
fn because(failure: &Cause, why: impl FnOnce(Error) -> Error) -> Cause {
    match (failure.worker(), failure.error()) {
        (Some(worker), Some(error)) => Cause::Failed {
            worker: worker.into(),
            error: why(error),
        },
        _ => failure.clone(),
    }
}

/// The reason is a member that was added by value: `whom`, or the failed member if that is `None`.
fn by_value(failure: &Cause, whom: Option<&str>) -> Cause {
    because(failure, |error| NoRestart::added_by_value(whom, error))
}
