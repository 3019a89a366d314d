//! How a group ends: its members are asked to stop in the order of the drain, then forced, then given up.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::node::MemberId;
use crate::node::directive::NoRestart;
use crate::options::OnExit;
use crate::queue::NoReply;
use crate::report::cause::{Cause, Forced};
use crate::report::exit::Exit;
use crate::state::{Kind, State};
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::drain::Starved;
use crate::supervisor::entry::{Entry, Phase, seal};
use crate::sync::oneshot;

/// How long a member that is forced to end may take to obey. With twice
/// [`HOOK_SLACK`](super::hooks::HOOK_SLACK) it stays below the second that a stop may take beyond its
/// grace period.
pub(super) const FORCE_SLACK: Duration = Duration::from_millis(500);

/// How much earlier a nested group must be done than the group above it.
pub(super) const NESTED_HEAD_START: Duration = Duration::from_millis(50);

impl Supervisor {
    /// Asks one member to stop. The queue of a consumer is closed.
    ///
    /// The members of a fused chain stop together, so the member that makes the calls is asked.
    pub(super) fn ask(&mut self, id: MemberId, alone: bool) {
        let Some(member) = self.members.get(&id) else {
            return;
        };
        if let Some(caller) = self.caller_of(member) {
            return self.ask(caller, alone);
        }
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if std::mem::replace(&mut member.asked, true) || member.ended {
            return;
        }
        member.node.advance(State::Stopping);
        if let Some(queue_control) = &member.node.queue_control {
            queue_control.close();
        }
        member.node.end();
        let down = member.is_down();
        // A member that is not launched yet gets its deadline at its launch.
        if member.launch.is_none() {
            self.set_alarm(id, alone);
        }
        if down {
            self.asked_while_down(id);
        }
    }

    pub(super) fn ended(&mut self, id: MemberId) {
        self.no_restart_is_due(id);
        self.deadlines.clear(Deadline::Stall, id);
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if std::mem::take(&mut member.starting) {
            self.starting -= 1;
        }
        if std::mem::replace(&mut member.ended, true) {
            return;
        }
        member.phase = Phase::Active;
        self.live -= 1;
        let node = Arc::clone(&member.node);
        let exit = node.exit();
        // A fused callee ends because its caller has ended, and that end was handled.
        let stops = member.policy().on_exit == OnExit::Stop
            && !member.removed
            && self.drain.caller(id).is_none();
        // Finished callbacks are removed, so that callbacks registered at run time do not accumulate.
        if member.late
            && member.node.kind == Kind::Callback
            && matches!(exit.map(Exit::cause), Some(Cause::Finished))
        {
            member.removed = true;
        }
        let removed = member.removed;
        let asked = member.asked;
        for Starved { member, was_called } in self.drain.ended(id) {
            if self.cause.is_some() || was_called {
                self.ask(member, false);
            }
        }
        if removed {
            self.forget(id);
        }
        let Some(exit) = exit else { return };
        match exit.cause() {
            cause @ Cause::BailedOut { .. } => self.begin_stop(cause.clone()),
            cause if cause.is_failure() => {
                let nested = exit.kind() == Kind::Group;
                self.fail(if nested {
                    cause.below(node.name())
                } else {
                    cause.clone()
                });
            }
            // It saw the stop of the group before this task did.
            Cause::Stopped | Cause::NotStarted if !asked && self.node.stop().is_raised() => {}
            _ if stops => {
                let cause = Cause::WorkerEnded((&**node.name()).into());
                if self.is_starting() {
                    self.later.get_or_insert(cause);
                } else {
                    self.begin_stop(cause);
                }
            }
            _ => {}
        }
    }

    /// The member that makes the calls of this one. `None` if there is none or it has ended.
    fn caller_of(&self, member: &Entry) -> Option<MemberId> {
        let caller = self.drain.caller(member.id)?;
        let ended = self.members.get(&caller).is_none_or(|caller| caller.ended);
        (!ended).then_some(caller)
    }

    /// Stops the group because of a failure. A group that stops already takes the failure as its
    /// cause, unless that is a failure or a bail-out.
    pub(super) fn fail(&mut self, failure: Cause) {
        match &mut self.cause {
            None => self.begin_stop(failure),
            Some(cause) if cause.is_failure() || matches!(cause, Cause::BailedOut { .. }) => {}
            Some(cause) => *cause = failure,
        }
    }

    /// Drops a removed member that has ended.
    pub(super) fn forget(&mut self, id: MemberId) {
        if self
            .members
            .get(&id)
            .is_some_and(|member| member.removed && member.ended)
            && let Some(member) = self.members.remove(&id)
        {
            self.node.forget(&member.node);
        }
    }

    /// Begins the stop that was requested. Queued events are handled first, so that a worker that was added before
    /// the stop handles the messages it accepted.
    pub(super) fn obey_stop(&mut self) {
        // Members are added under this lock. From now on they are refused, because the stop flag is raised. So the
        // event of each accepted member is queued.
        self.node.with_members(|_| ());
        if let Some(Ok(order)) = self.order.as_mut().map(oneshot::Receiver::try_recv) {
            self.apply_directive(Some(order));
        }
        for _ in 0..self.events.len() {
            if let Ok(event) = self.events.try_recv() {
                self.answer(event);
            }
        }
        self.begin_stop(self.node.asked_because());
    }

    /// The cause with the path of its worker from the root group, as log records show it.
    pub(super) fn as_seen_from_root(&self, cause: &Cause) -> Cause {
        if self.node.is_root() {
            cause.clone()
        } else {
            cause.below(&self.node.path())
        }
    }

    /// Begins the stop of the group: sources stop, and consumers refuse messages from outside. Only the first call
    /// has an effect.
    pub(super) fn begin_stop(&mut self, cause: Cause) {
        if self.cause.is_some() {
            return;
        }
        tracing::info!(group = &*self.node.path(), cause = %self.as_seen_from_root(&cause), "stopping");
        self.cause = Some(cause);
        self.node.stop().raise();
        // Includes members whose `Add` event has not been handled.
        for member in self.node.members() {
            member.refuse_from_outside();
        }
        self.node.advance(State::Stopping);
        let deadline = self.node.begin_grace();
        self.deadlines.set_group(deadline);
        self.to_launch.clear();
        let pending: Vec<_> = self
            .members
            .values()
            .filter(|m| m.launch.is_some())
            .map(|m| m.id)
            .collect();
        for id in pending {
            self.drop_pending(id);
        }
        let unfed = self.members.keys().copied();
        let unfed: Vec<_> = unfed.filter(|&id| !self.drain.is_fed(id)).collect();
        for id in unfed {
            self.ask(id, false);
        }
        self.call_off_restarts();
    }

    /// Ends a member that has not been launched and never will be.
    pub(super) fn drop_pending(&mut self, id: MemberId) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if member.launch.is_none() {
            return;
        }
        member.never_started(&mut self.deferred);
        self.ended(id);
    }

    /// Handles the deadlines that are due.
    pub(super) fn answer_deadlines(&mut self) {
        let now = Instant::now();
        while let Some((deadline, id)) = self.deadlines.pop_due(now) {
            match deadline {
                Deadline::Restart => self.restart_is_due(id, now),
                Deadline::Stall => self.look_for_stall(id, now),
                Deadline::Group => {
                    self.node.force(now + FORCE_SLACK, Forced::GracePeriodOver);
                    self.force_all();
                }
                Deadline::Stop => self.stop_is_due(id, now),
            }
        }
    }

    /// Handles [`Deadline::Stop`]: the grace period of a member is over, or its time to obey a forced stop.
    fn stop_is_due(&mut self, id: MemberId, now: Instant) {
        match self.members.get(&id) {
            Some(member) if !member.ended && member.forced => self.give_up(id),
            Some(member) if !member.ended => {
                self.force(id, now + FORCE_SLACK, Forced::GracePeriodOver);
            }
            _ => {}
        }
    }

    pub(super) fn force_all(&mut self) {
        self.forced = true;
        self.deadlines.set_group(None);
        let until = self.node.force_until().unwrap_or_else(Instant::now);
        let until = self.before_hooks(until);
        let why = self.node.forced_by().unwrap_or(Forced::GracePeriodOver);
        let ids: Vec<_> = self.members.keys().copied().collect();
        self.begin_stop(self.node.asked_because());
        for id in ids {
            self.force(id, until, why);
        }
    }

    /// When the members must have ended. In a nested group this leaves time for the hooks of the group.
    fn before_hooks(&self, until: Instant) -> Instant {
        let hooks = self.hooks.on_shutdown.len() + self.hooks.after_shutdown.len();
        if self.node.is_root() || hooks == 0 {
            return until;
        }
        let now = Instant::now();
        now + until.saturating_duration_since(now) / 3
    }

    pub(super) fn force(&mut self, id: MemberId, until: Instant, why: Forced) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if member.ended || std::mem::replace(&mut member.forced, true) {
            return;
        }
        tracing::warn!(worker = &*member.node.path(), "{why}, forcing");
        if let Some(queue_control) = &member.node.queue_control {
            queue_control.close();
        }
        let nested = member.node.kind == Kind::Group;
        let head_start = if nested {
            NESTED_HEAD_START
        } else {
            Duration::ZERO
        };
        member.node.force(until - head_start, why);
        // This deadline replaces the earlier one, if there is one.
        self.deadlines.clear(Deadline::Stop, id);
        self.deadlines.set(until, Deadline::Stop, id);
    }

    /// Gives up a member that did not obey a forced stop: it blocks its thread.
    pub(super) fn give_up(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id) else {
            return;
        };
        let node = Arc::clone(&member.node);
        tracing::error!(worker = &*node.path(), "stuck: it blocks its thread");
        // A message in hand may never be dropped, so its asker does not wait for that.
        seal(&node, NoReply::Unanswered, &mut self.deferred);
        // A nested group does not block a thread, but one of its members does.
        let stuck = node.kind != Kind::Group;
        let cause = match member.phase {
            Phase::Aborted if !member.asked && node.failing().is_none() => {
                Cause::failure(node.name(), NoRestart::stuck())
            }
            _ => node.ended_because(),
        };
        node.finish(node.report(cause, true, stuck));
        self.ended(id);
    }

    /// Limits how long a member that was asked to stop may take.
    pub(super) fn set_alarm(&mut self, id: MemberId, alone: bool) {
        let member = &self.members[&id];
        let grace = member.policy().grace;
        if let Some(grace) = grace.or(self.grace.filter(|_| alone))
            && !member.forced
        {
            let at = Instant::now() + grace;
            member.node.set_stop_by(at);
            self.deadlines.set(at, Deadline::Stop, id);
        }
    }
}
