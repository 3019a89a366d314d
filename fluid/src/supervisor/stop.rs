//! How a group ends: it asks its members to stop one after the other, forces them, and gives them up.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Error;
use crate::node::directive::NoRestart;
use crate::node::{MemberId, Node};
use crate::options::{OnError, OnExit};
use crate::queue::NoReply;
use crate::report::cause::{Cause, Forced};
use crate::report::exit::Exit;
use crate::state::{Kind, State};
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::drain::StopProgress;
use crate::supervisor::entry::{Entry, Phase, seal};
use crate::supervisor::hooks::Runner;
use crate::sync::oneshot;

/// How long a member that is forced to end may take to obey. Together with twice
/// [`HOOK_SLACK`](super::hooks::HOOK_SLACK) it is less than the second that a stop may take beyond its grace period.
pub(super) const FORCE_SLACK: Duration = Duration::from_millis(500);

/// How much earlier a nested group must have ended than the group above it.
pub(super) const NESTED_HEAD_START: Duration = Duration::from_millis(50);

/// How the options of a member answer its end.
enum EndAnswer {
    /// Its group goes on, and forgets it.
    Forget,
    /// Its group stops already, and keeps it. A failure is not the cause of the stop.
    Keep,
    /// The cause decides.
    ByCause,
}

impl Supervisor {
    /// Asks one member to stop: a consumer by the closing of its queue. The members of a fused chain stop together, so the
    /// caller is asked in the place of its callee. `alone` says that it does not stop with its group.
    pub(super) fn ask(&mut self, id: MemberId, alone: bool) {
        if let Some(caller) = self.active_caller(id) {
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
        let (node, awaits_restart) = (Arc::clone(&member.node), member.awaits_restart());
        // Before the launch, no time is limited. The limit is set first: the member may read it as soon as it is asked.
        if member.launch.is_none() {
            self.limit_stop(id, alone);
        }
        node.end();
        if awaits_restart {
            self.stop_awaiting(id);
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
        let node = Arc::clone(&member.node);
        let exit = node.exit();
        // A callee ends because its caller has ended, and that was answered already.
        let stops = member.options().on_exit == OnExit::Stop
            && !member.removed
            && self.drain.caller(id).is_none();
        // A group that schedules callbacks again and again must not keep a list of them.
        if member.late
            && member.is_callback()
            && matches!(exit.map(Exit::cause), Some(Cause::Finished))
        {
            member.removed = true;
        }
        let (removed, asked) = (member.removed, member.asked);
        let answer = exit.map(|exit| self.answer_to_end(&self.members[&id], exit));
        let progress = self.drain.progress();
        let next = self.drain.ended(id);
        if self.drain.progress() != progress {
            self.refuse_from_outside();
        }
        next.into_iter().for_each(|id| self.ask(id, false));
        if removed {
            self.drop_removed(id);
        }
        let (Some(exit), Some(answer)) = (exit, answer) else {
            return;
        };
        match answer {
            EndAnswer::Forget => return self.forget(id, &node, exit),
            EndAnswer::Keep => return log_answered(&node, exit),
            EndAnswer::ByCause => {}
        }
        match exit.cause() {
            cause @ Cause::BailedOut { .. } => self.begin_stop(cause.clone()),
            cause if cause.is_failure() => {
                self.fail(match exit.kind() {
                    Kind::Group => cause.below(node.name()),
                    _ => cause.clone(),
                });
            }
            // The stop of the group reached the member first. The supervisor answers it next.
            Cause::Stopped | Cause::NotStarted if !asked && self.node.stop().is_raised() => {}
            _ if stops => {
                let cause = Cause::WorkerEnded((&**node.name()).into());
                if self.is_starting() {
                    self.stop_after_start.get_or_insert(cause);
                } else {
                    self.begin_stop(cause);
                }
            }
            _ => {}
        }
    }

    /// Whether the group stops, or was asked to and stops next.
    pub(super) fn is_stopping(&self) -> bool {
        self.cause.is_some() || self.node.stop().is_raised()
    }

    /// The member that calls this one, if it has not ended.
    fn active_caller(&self, id: MemberId) -> Option<MemberId> {
        let caller = self.drain.caller(id)?;
        let member = self.members.get(&caller)?;
        (!member.ended).then_some(caller)
    }

    /// Stops the group because of a failure. If it stops already, the failure becomes the cause, unless that is a failure
    /// or was given with an exit code.
    pub(super) fn fail(&mut self, failure: Cause) {
        match &mut self.cause {
            None => self.begin_stop(failure),
            Some(cause) if cause.is_failure() || matches!(cause, Cause::BailedOut { .. }) => {}
            Some(cause) => *cause = failure,
        }
    }

    /// How the options of a member answer its end. Members that end at the stop of the group are kept, so that its exit
    /// reports them.
    fn answer_to_end(&self, member: &Entry, exit: &Exit) -> EndAnswer {
        let stops = self.is_stopping();
        let options = member.options();
        let forgets = match exit.cause() {
            // The thread that it blocks stays.
            _ if exit.has_stuck() => false,
            Cause::BailedOut { .. } => false,
            // The group does not start without a member that it was declared with.
            Cause::StartupFailed { .. } if !member.late && !member.node.has_started() => false,
            cause if cause.is_failure() => options.on_error == Some(OnError::Forget),
            _ => !member.removed && !stops && options.on_exit == OnExit::Forget,
        };
        match forgets {
            true if stops => EndAnswer::Keep,
            true => EndAnswer::Forget,
            false => EndAnswer::ByCause,
        }
    }

    /// Keeps only the sums of a member, or nothing if it was removed.
    fn forget(&mut self, id: MemberId, node: &Arc<Node>, exit: &Exit) {
        log_answered(node, exit);
        self.node.forget(node, exit);
        self.drop_entry(id);
    }

    /// Drops the entry, the edges and the deadlines of a member that has ended.
    fn drop_entry(&mut self, id: MemberId) {
        self.members.remove(&id);
        self.drain.forget(id);
        self.deadlines.clear(Deadline::Stop, id);
    }

    /// Drops a removed member that has ended.
    pub(super) fn drop_removed(&mut self, id: MemberId) {
        if self
            .members
            .get(&id)
            .is_some_and(|member| member.removed && member.ended)
            && let Some(member) = self.members.get(&id)
        {
            self.node.remove(&member.node);
            self.drop_entry(id);
        }
    }

    /// Stops the group because it was asked to. Answers all earlier events first: a worker that was added and sent messages
    /// still handles them.
    pub(super) fn obey_stop(&mut self) {
        // The flag is raised, so new members are refused. When the lock is free, the last admitted one has sent its event.
        self.node.with_members(|_| ());
        let directive = self.directive.as_mut().map(oneshot::Receiver::try_recv);
        if let Some(Ok(directive)) = directive {
            self.apply_directive(Some(directive));
        }
        for _ in 0..self.events.len() {
            if let Ok(event) = self.events.try_recv() {
                self.answer(event);
            }
        }
        self.begin_stop(self.node.asked_because());
    }

    /// A cause with the path of its worker, for log records.
    pub(super) fn as_seen_from_root(&self, cause: &Cause) -> Cause {
        if self.node.is_root() {
            cause.clone()
        } else {
            cause.below(&self.node.path())
        }
    }

    /// Begins the stop of the group, unless it stops already: the `on_stopping` hooks run, and then the members are asked.
    pub(super) fn begin_stop(&mut self, cause: Cause) {
        if self.cause.is_some() {
            return;
        }
        tracing::info!(group = &*self.node.path(), cause = %self.as_seen_from_root(&cause), "stopping");
        self.cause = Some(cause);
        self.node.stop().raise();
        // A group that has not started has nothing to announce.
        let announces =
            !self.hooks.on_stopping.is_empty() && self.node.has_started() && !self.forced;
        if announces {
            self.drain.announce();
        } else {
            self.drain.begin();
            self.refuse_from_outside();
        }
        self.node.advance(State::Stopping);
        let deadline = self.node.begin_grace();
        self.deadlines.set_group(deadline);
        self.reserve_time_to_save();
        self.log_progress_later(Instant::now());
        self.to_launch.clear();
        let members = self.members.values();
        let pending = members.filter(|member| member.launch.is_some());
        let pending: Vec<_> = pending.map(|member| member.id).collect();
        pending.into_iter().for_each(|id| self.drop_pending(id));
        if announces {
            let hooks = std::mem::take(&mut self.hooks.on_stopping);
            let runner = Runner::new(&self.node, &self.runtime);
            self.announcement = Some(runner.announce(hooks));
        } else {
            self.ask_due();
        }
        self.call_off_restarts();
    }

    /// The `on_stopping` hooks have ended: the members are asked.
    pub(super) fn announced(&mut self, failures: Vec<Error>) {
        self.announcement = None;
        for error in failures {
            self.node.note_error(&error);
            self.fail(Cause::failure("on_stopping", error));
        }
        self.drain.begin();
        self.refuse_from_outside();
        self.ask_due();
    }

    /// Cuts off the `on_stopping` hooks, if they run.
    fn cut_off_announcement(&mut self) {
        if let Some(announcement) = self.announcement.take() {
            announcement.abort();
            tracing::warn!(
                group = &*self.node.path(),
                hook = "on_stopping",
                "forced while it ran, cut off"
            );
            self.announced(Vec::new());
        }
    }

    /// Refuses messages from outside, except to members that stop last and whose turn has not come. Also at members whose
    /// event was not answered yet.
    fn refuse_from_outside(&self) {
        let all = self.drain.progress() == StopProgress::Last;
        for member in self.node.members() {
            if all || !member.stops_last() {
                member.refuse_from_outside();
            }
        }
    }

    /// Asks the members whose turn has come.
    fn ask_due(&mut self) {
        let members = self.members.keys().copied();
        let due: Vec<_> = members.filter(|&id| self.drain.is_due(id)).collect();
        due.into_iter().for_each(|id| self.ask(id, false));
    }

    /// Ends a member that was not launched.
    pub(super) fn drop_pending(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id)
            && member.launch.is_some()
        {
            member.never_started(&mut self.deferred);
            self.ended(id);
        }
    }

    /// Handles the deadlines that are due.
    pub(super) fn answer_deadlines(&mut self) {
        let now = Instant::now();
        while let Some((deadline, id)) = self.deadlines.pop_due(now) {
            match deadline {
                Deadline::Restart => self.restart_is_due(id, now),
                // The supervisor continues the group restart next.
                Deadline::GroupRestart => {}
                Deadline::Stall => self.check_stall(id, now),
                Deadline::Save => self.begin_saving(now),
                Deadline::Group => {
                    self.node.force(now + FORCE_SLACK, Forced::GracePeriodOver);
                    self.force_all();
                }
                Deadline::Stop => self.stop_is_due(id, now),
                Deadline::Progress => self.log_progress(now),
            }
        }
    }

    /// Called when the grace period of a member is over, or its time to obey a forced stop.
    fn stop_is_due(&mut self, id: MemberId, now: Instant) {
        match self.members.get(&id) {
            Some(member) if !member.ended && member.forced => self.give_up(id),
            Some(member) if !member.ended => {
                self.force(id, now + FORCE_SLACK, Forced::GracePeriodOver);
                self.close_queue(id);
            }
            _ => {}
        }
    }

    /// Forces all members to end.
    pub(super) fn force_all(&mut self) {
        self.forced = true;
        self.deadlines.set_group(None);
        let until = self.node.force_until().unwrap_or_else(Instant::now);
        let until = self.before_hooks(until);
        let why = self.node.forced_by().unwrap_or(Forced::GracePeriodOver);
        let ids: Vec<_> = self.members.keys().copied().collect();
        self.begin_stop(self.node.asked_because());
        self.cut_off_announcement();
        for &id in &ids {
            self.force(id, until, why);
        }
        // Closed when all are forced, so that no member fails because a queue refuses what it sends.
        for id in ids {
            self.close_queue(id);
        }
    }

    /// Refuses what is sent to a member that was forced.
    pub(super) fn close_queue(&self, id: MemberId) {
        let member = self.members.get(&id);
        if let Some(queue_control) = member.and_then(|member| member.node.queue_control.as_ref()) {
            queue_control.close();
        }
    }

    /// The deadline for the members of a nested group, so that time is left for its own hooks.
    fn before_hooks(&self, until: Instant) -> Instant {
        let hooks = self.hooks.on_shutdown.len() + self.hooks.after_shutdown.len();
        if self.node.is_root() || hooks == 0 {
            return until;
        }
        let now = Instant::now();
        now + until.saturating_duration_since(now) / 3
    }

    /// Forces a member to end. If it has not ended at `until`, it is given up.
    pub(super) fn force(&mut self, id: MemberId, until: Instant, why: Forced) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        if member.ended || std::mem::replace(&mut member.forced, true) {
            return;
        }
        tracing::warn!(worker = &*member.node.path(), "{why}, forcing");
        let mut until = until;
        if member.is_group() {
            member.node.force(until - NESTED_HEAD_START, why);
            // A group whose own grace period ended first has set a deadline of its own, and gives up its members first.
            if let Some(own) = member.node.force_until() {
                until = until.max(own + NESTED_HEAD_START);
            }
        } else {
            member.node.force(until, why);
        }
        // It replaces the end of the grace period.
        self.deadlines.clear(Deadline::Stop, id);
        self.deadlines.set(until, Deadline::Stop, id);
    }

    /// Gives up a member that did not obey a forced stop: it blocks its thread.
    pub(super) fn give_up(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id) else {
            return;
        };
        let node = Arc::clone(&member.node);
        // A group blocks no thread. One of its members does.
        let stuck = !member.is_group();
        let cause = match member.phase {
            Phase::Aborted if !member.asked && node.failing().is_none() => {
                Cause::failure(node.name(), NoRestart::stuck())
            }
            _ => node.ended_because(),
        };
        if self.saves_queue_of_stuck(id, &cause) {
            return;
        }
        tracing::error!(worker = &*node.path(), "stuck: it blocks its thread");
        // The message in hand may never be dropped, so nothing waits for its reply.
        seal(&node, NoReply::Unanswered, &mut self.deferred);
        node.finish(node.report(cause, true, stuck));
        self.ended(id);
    }

    /// Limits the time in which a member must stop, by its own grace period. `alone` says that the grace period of the
    /// group holds for it, too, because the member does not stop with its group.
    pub(super) fn limit_stop(&mut self, id: MemberId, alone: bool) {
        if let Some(member) = self.members.get(&id)
            && !member.forced
            && let Some(grace) = member.options().grace.or(self.grace.filter(|_| alone))
        {
            let at = Instant::now() + grace;
            member.node.set_stop_by(at);
            self.deadlines.set(at, Deadline::Stop, id);
        }
    }
}

/// Logs the end of a member that its own options answer.
fn log_answered(node: &Node, exit: &Exit) {
    let (worker, cause) = (&*node.path(), exit.cause());
    match cause.error() {
        Some(error) => {
            let error = format!("{error:#}");
            tracing::error!(worker, error, "worker failed, its group goes on without it");
        }
        None => tracing::debug!(worker, %cause, "worker ended, its group forgets it"),
    }
}
