//! How a group answers a failure: which members are restarted, and whether a restart is possible.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::node::MemberId;
use crate::node::directive::{Backoff, Directive, NoRestart, RunEnded};
use crate::options::OnError;
use crate::options::grace::DEFAULT_GRACE;
use crate::options::restart::{Restart, Whom};
use crate::report::cause::Cause;
use crate::state::State;
use crate::supervisor::Supervisor;
use crate::supervisor::affected::{affected, in_order};
use crate::supervisor::budget::Budget;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::decision::{Answer, Failed};
use crate::supervisor::entry::{AwaitingRestart, Entry, Phase};
use crate::supervisor::group_restart::GroupRestart;
use crate::supervisor::stop::{FORCE_SLACK, NESTED_HEAD_START};

/// The restarts of a group.
pub(super) struct Restarts {
    strategy: Option<Restart>,
    budget: Option<Budget>,
    /// The restart of several members that is in progress.
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

    fn backoff(&self, on_error: Option<OnError>) -> Backoff {
        match (on_error, self.strategy) {
            (Some(OnError::Restart | OnError::Forget), _) | (_, None) => Backoff::of_workers(),
            (_, Some(strategy)) => Backoff::new(strategy.backoff),
        }
    }

    /// Spends one restart, if one is left.
    fn spend(&mut self) -> bool {
        self.budget
            .as_mut()
            .is_none_or(|budget| budget.spend(Instant::now()))
    }

    pub(super) fn renew(&mut self) {
        self.budget.as_mut().map(Budget::renew);
    }
}

impl Supervisor {
    /// How long an incarnation may take to end, if its member has no grace period of its own.
    pub(super) fn patience(&self) -> Duration {
        // Shorter than the patience of the group above, which then need not find out what keeps this group.
        let above = self.above.as_ref();
        let above = above.map(|launch| launch.group.patience.saturating_sub(NESTED_HEAD_START));
        self.grace.or(above).unwrap_or(DEFAULT_GRACE)
    }

    /// Whether the group above may answer a failure that this group does not answer.
    fn is_answered_above(&self) -> bool {
        self.above.as_ref().is_some_and(|launch| launch.answered)
    }

    /// Whether the member's own budget allows another restart. `None` without such a budget. A drain spends no budget.
    fn has_restart(&self, member: &Entry) -> Option<bool> {
        let drains = self.is_stopping() || member.asked;
        member
            .has_restart()
            .map(|has_restart| has_restart || drains)
    }

    /// What answers a failure of this member. Without a failure, what answers a failure of no special kind.
    pub(super) fn answer_to(&self, member: &Entry, failure: Option<&Cause>) -> Answer {
        let error = failure.and_then(Cause::error);
        let failed = Failed {
            on_error: member.options().on_error,
            has_restart: self.has_restart(member),
            stalled: error.is_some_and(|error| member.node.stalled_by(&error)),
            strategy: self.restarts.strategy.map(|strategy| strategy.whom),
            above: self.is_answered_above(),
        };
        failed.answer()
    }

    /// A member has failed, and its `on_shutdown` runs. Limits the time for that.
    pub(super) fn failing(&mut self, id: MemberId) {
        let answered = self.members.get(&id).is_some_and(|member| {
            let failure = member.node.failing();
            member.is_active() && self.answer_to(member, failure.as_ref()).may_restart()
        });
        if answered && self.cause.is_none() {
            self.limit_incarnation(id);
        } else {
            self.limit_stop(id, true);
        }
    }

    /// Limits the time in which the current incarnation of a member must end. If that is over, it is aborted.
    pub(super) fn limit_incarnation(&mut self, id: MemberId) {
        let patience = self.patience();
        if let Some(member) = self.members.get_mut(&id)
            && matches!(member.phase, Phase::Active)
        {
            member.phase = Phase::Ending;
            let grace = member.options().grace.unwrap_or(patience);
            self.deadlines
                .set(Instant::now() + grace, Deadline::Restart, id);
        }
    }

    /// An incarnation has ended. Decides what follows.
    pub(super) fn run_ended(&mut self, id: MemberId, ended: RunEnded) {
        self.no_restart_is_due(id);
        let Some(member) = self.members.get_mut(&id).filter(|member| !member.ended) else {
            // It was given up. When its directive is dropped, it ends.
            return;
        };
        if !member.asked && !member.forced {
            // The limit for its hooks. Between two incarnations no time is limited.
            self.deadlines.clear(Deadline::Stop, id);
        }
        let RunEnded {
            failure,
            run_stats,
            directive,
        } = ended;
        let failure = failure.map(|cause| match member.is_group() {
            true => cause.below(member.node.name()),
            false => cause,
        });
        let (mut pause, mut exhausted) = (Duration::ZERO, false);
        if failure.is_some() {
            let backoff = self.restarts.backoff(member.options().on_error);
            let backoff = member.backoff.get_or_insert_with(|| Box::new(backoff));
            (pause, exhausted) = backoff.failed(&run_stats);
        }
        member.phase = Phase::AwaitingRestart(Box::new(AwaitingRestart {
            directive,
            failure: failure.clone(),
            exhausted,
            paused: false,
        }));
        match failure {
            _ if member.asked => self.stop_awaiting(id),
            _ if self.ends_in_group_restart(id) => self.make_room(id),
            Some(failure) => self.failed(id, failure, pause),
            // The group restart for which it ended was called off.
            None => self.again(id),
        }
    }

    /// Answers a failure: by a restart, if one is possible.
    fn failed(&mut self, id: MemberId, failure: Cause, pause: Duration) {
        let member = &self.members[&id];
        let Answer::Restart(whom) = self.answer_to(member, Some(&failure)) else {
            let used_up = |error| NoRestart::own_used_up(member.options(), error);
            let failure = match self.has_restart(member) {
                Some(false) => because(&failure, used_up),
                _ => failure,
            };
            return self.unanswered(id, failure);
        };
        // A group that stops restarts only what failed, within its grace period.
        let stopping = self.is_stopping();
        let whom = if stopping { Whom::One } else { whom };
        let mut affected = affected(&self.active_feeds(), whom, id);
        if whom != Whom::One {
            self.with_callers(&mut affected, id);
        }
        let non_restartable = affected
            .iter()
            .filter_map(|id| self.members.get(id))
            .find_map(|member| member.node.non_restartable());
        if let Some(non_restartable) = non_restartable {
            let own = non_restartable == self.members[&id].node.path();
            return self.end_failed(id, by_value(&failure, (!own).then_some(&non_restartable)));
        }
        // The restarts of a member that is forgotten when its own budget is used up leave the budget of the group alone.
        let options = self.members[&id].options();
        let isolated = whom == Whom::One
            && options.on_error == Some(OnError::Forget)
            && options.max_restarts.is_some();
        if !stopping
            && !isolated
            && !self.restarts.spend()
            && let Some(strategy) = &self.restarts.strategy
        {
            let group = self.node.path();
            let used_up = |error| NoRestart::used_up(&group, strategy, error);
            return self.unanswered(id, because(&failure, used_up));
        }
        if !stopping && let Some(member) = self.members.get_mut(&id) {
            member.spend_restart();
        }
        let node = &self.members[&id].node;
        node.advance(State::Restarting);
        tracing::warn!(
            worker = &*node.path(),
            error = failure.error().map(|error| format!("{error:#}")),
            ?pause,
            "worker failed, restarting"
        );
        if whom == Whom::One {
            self.pause(id, pause);
        } else {
            self.group_restart(affected, pause);
        }
    }

    /// Adds the callers of the affected members: a fused chain returns its callees when the incarnation at its head ends. A
    /// callee that failed was returned already.
    fn with_callers(&self, affected: &mut BTreeSet<MemberId>, failed: MemberId) {
        let caller = |id: &MemberId| self.drain.caller(*id);
        let called: Vec<_> = affected.iter().filter(|id| **id != failed).collect();
        let callers = called
            .into_iter()
            .flat_map(|id| std::iter::successors(caller(id), caller));
        affected.extend(callers.collect::<Vec<_>>());
    }

    /// Restarts one member alone, after a pause.
    fn pause(&mut self, id: MemberId, pause: Duration) {
        if let Some(member) = self.members.get_mut(&id)
            && let Some(awaiting_restart) = member.awaiting_restart()
        {
            awaiting_restart.paused = true;
            self.deadlines
                .set(Instant::now() + pause, Deadline::Restart, id);
        }
    }

    /// No restart in this group answers the failure. A member with `OnError::Forget` ends, and the group goes on. In a nested
    /// group, the group above may answer: then nothing ends. Otherwise the member ends, and its group stops.
    fn unanswered(&mut self, id: MemberId, failure: Cause) {
        if self.is_forgotten_after_failure(id) {
            return self.end(id, failure);
        }
        if !self.is_answered_above() || self.cause.is_some() {
            return self.end_failed(id, failure);
        }
        let Some(non_restartable) = self.node.non_restartable() else {
            return self.end_incarnation(Some((id, failure)));
        };
        let failed = failure.worker().unwrap_or_default();
        let own = *non_restartable == *format!("{}/{failed}", self.node.path());
        self.end_failed(id, by_value(&failure, (!own).then_some(&non_restartable)));
    }

    fn is_forgotten_after_failure(&self, id: MemberId) -> bool {
        self.members[&id].options().on_error == Some(OnError::Forget)
    }

    /// Ends a member that has failed and waits for a directive. Its end stops the group.
    fn end_failed(&mut self, id: MemberId, failure: Cause) {
        let nested = self.members[&id].is_group() && !self.is_forgotten_after_failure(id);
        self.end(id, failure.clone());
        if nested {
            // Its exit does not say why it was not restarted.
            self.fail(failure);
        }
    }

    /// A member that waits for a directive is asked to stop, or was asked before. A consumer with messages left gets another
    /// incarnation, to handle them. Any other member ends. So does a consumer whose incarnations fail and handle nothing.
    pub(super) fn stop_awaiting(&mut self, id: MemberId) {
        if self.ends_in_group_restart(id) {
            // It gets its next incarnation with the other members.
            return;
        }
        let Some(member) = self.members.get(&id) else {
            return;
        };
        let Phase::AwaitingRestart(awaiting_restart) = &member.phase else {
            return;
        };
        let (node, failure) = (&member.node, awaiting_restart.failure.as_ref());
        let answered = self.answer_to(member, failure).may_restart();
        let queue = node.queue_control.as_ref();
        let end = match failure.cloned() {
            // A nested group stops its own members.
            _ if member.is_group() => Some(node.asked_because()),
            Some(failure) if !answered => Some(failure),
            Some(failure) if node.non_restartable().is_some() => Some(by_value(&failure, None)),
            _ if queue.is_none_or(|queue| queue.queue_size() == 0) => Some(node.asked_because()),
            Some(failure) if awaiting_restart.exhausted => Some(failure),
            _ => None,
        };
        match end {
            Some(cause) => self.end(id, cause),
            None => self.again(id),
        }
    }

    /// Starts the next incarnation of a member that waits for a directive.
    pub(super) fn again(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id)
            && member.awaits_restart()
        {
            self.deadlines.clear(Deadline::Restart, id);
            member.node.renew();
            member.direct(Directive::Restart);
        }
    }

    /// Ends a member that waits for a directive.
    pub(super) fn end(&mut self, id: MemberId, cause: Cause) {
        if let Some(member) = self.members.get_mut(&id)
            && member.direct(Directive::Stop(cause))
        {
            self.deadlines.clear(Deadline::Restart, id);
            // A nested group limits its own hooks.
            if !member.is_group() {
                self.limit_stop(id, true);
            }
        }
    }

    /// The active members, and which of the members each of them feeds.
    pub(super) fn active_feeds(&self) -> BTreeMap<MemberId, &[MemberId]> {
        let active = self.members.iter().filter(|(_, member)| member.is_active());
        active.map(|(&id, _)| (id, self.drain.feeds(id))).collect()
    }

    /// Some members in levels, sinks first and callbacks last.
    pub(super) fn levels_of(&self, some: &BTreeSet<MemberId>) -> Vec<Vec<MemberId>> {
        let (callbacks, workers): (BTreeSet<_>, BTreeSet<_>) =
            some.iter().partition(|&id| self.members[id].is_callback());
        let mut levels = in_order(&self.active_feeds(), &workers);
        levels.push(callbacks.into_iter().collect());
        levels
    }

    /// Clears what was to happen in a restart of this member.
    pub(super) fn no_restart_is_due(&mut self, id: MemberId) {
        self.deadlines.clear(Deadline::Restart, id);
        self.restarts.no_longer_awaited(id);
    }

    /// The pause before a restart is over, or an incarnation took too long to end.
    pub(super) fn restart_is_due(&mut self, id: MemberId, now: Instant) {
        match self.members.get(&id).map(|member| &member.phase) {
            Some(Phase::AwaitingRestart(awaiting)) if awaiting.paused => self.again(id),
            Some(Phase::Ending) => self.abort(id, now + FORCE_SLACK),
            Some(Phase::Aborted) => self.give_up(id),
            _ => {}
        }
    }

    /// Aborts an incarnation that does not end. If it has not ended at `until`, it is stuck. A nested group gets slightly
    /// longer, so that it can report which of its members is stuck.
    pub(super) fn abort(&mut self, id: MemberId, until: Instant) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        match member.phase {
            Phase::Ending => {
                member.phase = Phase::Aborted;
                member.node.run_control().abort(until);
                self.deadlines.clear(Deadline::Restart, id);
            }
            // Of two deadlines, the earlier one counts.
            Phase::Aborted => {}
            Phase::Active | Phase::AwaitingRestart(_) => return,
        }
        let slack = if member.is_group() {
            FORCE_SLACK
        } else {
            Duration::ZERO
        };
        self.deadlines.set(until + slack, Deadline::Restart, id);
    }
}

/// A failure without a restart. `why` adds the reason to its error.
fn because(failure: &Cause, why: impl FnOnce(Error) -> Error) -> Cause {
    match (failure.worker(), failure.error()) {
        (Some(worker), Some(error)) => Cause::Failed {
            worker: worker.into(),
            error: why(error),
        },
        _ => failure.clone(),
    }
}

/// A failure without a restart, because the member was added by value, or `other`, which would be restarted as well.
fn by_value(failure: &Cause, other: Option<&str>) -> Cause {
    because(failure, |error| NoRestart::added_by_value(other, error))
}
