//! The restart of several members: all end their current incarnations, and then all begin the next ones.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::node::MemberId;
use crate::node::directive::{Directive, RunStats};
use crate::report::cause::Cause;
use crate::state::State;
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::entry::Phase;
use crate::supervisor::restart::Restarts;

/// A restart of several members that is in progress.
pub(super) struct GroupRestart {
    /// The members that are restarted, sinks first.
    levels: Vec<Vec<MemberId>>,
    stage: Stage,
    /// The members that have not done yet what this stage asks of them.
    awaited: BTreeSet<MemberId>,
    then: AfterEnd,
    /// The deadline for all incarnations to end, after the group above has aborted the incarnation of this group.
    abort_deadline: Option<Instant>,
}

/// The progress of a group restart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The incarnations end, upstream first. This many levels are still to be asked.
    Ending(usize),
    /// All incarnations have ended.
    Ended,
    /// The next incarnations begin, downstream first. This many levels have been started.
    Starting(usize),
}

/// What follows when all incarnations have ended.
enum AfterEnd {
    /// The next incarnations, but not before this.
    Start(Instant),
    /// The directive of the group above. If the failure of a member is the reason, it is here.
    Report(Option<(MemberId, Cause)>),
}

impl GroupRestart {
    fn is_ending(&self) -> bool {
        matches!(self.stage, Stage::Ending(_))
    }

    fn contains(&self, id: MemberId) -> bool {
        self.levels.iter().any(|level| level.contains(&id))
    }
}

impl Restarts {
    /// Whether a restart of several members is in progress.
    pub(super) fn in_a_group(&self) -> bool {
        self.group_restart.is_some()
    }

    /// Whether the group has seen that its current incarnation is to end, and that it is aborted.
    pub(super) fn escalation_seen(&self) -> (bool, bool) {
        match &self.group_restart {
            Some(group_restart) if matches!(group_restart.then, AfterEnd::Report(_)) => {
                (true, group_restart.abort_deadline.is_some())
            }
            _ => (false, false),
        }
    }

    pub(super) fn no_longer_awaited(&mut self, id: MemberId) {
        if let Some(group_restart) = &mut self.group_restart {
            group_restart.awaited.remove(&id);
        }
    }
}

impl Supervisor {
    /// Restarts several members, after a pause. Members of a group restart that is in progress are included.
    pub(super) fn group_restart(&mut self, mut affected: BTreeSet<MemberId>, pause: Duration) {
        let mut at = Instant::now() + pause;
        if let Some(earlier) = self.drop_group_restart() {
            let ends = |id: &&MemberId| {
                let member = self.members.get(id);
                earlier.is_ending() || member.is_some_and(|member| member.awaits_restart())
            };
            affected.extend(earlier.levels.iter().flatten().filter(ends));
            if let AfterEnd::Start(earlier) = earlier.then {
                at = at.max(earlier);
            }
        }
        self.begin_group_restart(affected, AfterEnd::Start(at));
    }

    /// Ends the current incarnation of the group: those of all members. The group above decides what follows.
    pub(super) fn end_incarnation(&mut self, failure: Option<(MemberId, Cause)>) {
        if self.restarts.escalation_seen().0 {
            return;
        }
        if let Some((_, cause)) = &failure
            && let Some(error) = cause.error()
        {
            self.node.note_error(&error);
        }
        self.node.advance(State::Restarting);
        self.drop_group_restart();
        let all = self.members.keys().copied().collect();
        self.begin_group_restart(all, AfterEnd::Report(failure));
    }

    fn begin_group_restart(&mut self, mut affected: BTreeSet<MemberId>, then: AfterEnd) {
        affected.retain(|id| self.members.get(id).is_some_and(|m| m.is_active()));
        let levels = self.levels_of(&affected);
        self.restarts.group_restart = Some(GroupRestart {
            stage: Stage::Ending(levels.len()),
            levels,
            awaited: BTreeSet::new(),
            then,
            abort_deadline: None,
        });
        for id in affected {
            // A member in its own pause waits for the others from now on.
            let member = self.members.get_mut(&id);
            if let Some(awaiting_restart) = member.and_then(|member| member.awaiting_restart()) {
                awaiting_restart.paused = false;
                self.deadlines.clear(Deadline::Restart, id);
            }
            self.make_room(id);
        }
    }

    /// Whether a member belongs to a group restart in which not all incarnations have ended.
    pub(super) fn ends_in_group_restart(&self, id: MemberId) -> bool {
        let group_restart = self.restarts.group_restart.as_ref();
        group_restart.is_some_and(|restart| restart.is_ending() && restart.contains(id))
    }

    /// Lets the feeders of a consumer that awaits its restart send although the queue is full, so that their incarnations can
    /// end. Only if all of its feeders end, because the others would go on sending.
    pub(super) fn make_room(&mut self, id: MemberId) {
        let Some(group_restart) = &self.restarts.group_restart else {
            return;
        };
        let mut feeders = self.drain.feeders(id);
        if let Some(member) = self.members.get(&id)
            && member.awaits_restart()
            && let Some(queue_control) = &member.node.queue_control
            && feeders.all(|feeder| group_restart.contains(feeder))
        {
            queue_control.let_in(true);
        }
    }

    /// Ends the group restart that is in progress, in whatever stage.
    fn drop_group_restart(&mut self) -> Option<GroupRestart> {
        let group_restart = self.restarts.group_restart.take()?;
        self.take_room_back(&group_restart.levels);
        Some(group_restart)
    }

    fn take_room_back(&self, levels: &[Vec<MemberId>]) {
        let members = levels
            .iter()
            .flatten()
            .filter_map(|id| self.members.get(id));
        for queue_control in members.filter_map(|member| member.node.queue_control.as_ref()) {
            queue_control.let_in(false);
        }
    }

    /// Continues the group restart that is in progress, if nothing is awaited.
    pub(super) fn restart_next(&mut self) {
        while self.cause.is_none()
            && let Some(group_restart) = &mut self.restarts.group_restart
            && group_restart.awaited.is_empty()
        {
            match group_restart.stage {
                Stage::Ending(0) => {
                    group_restart.stage = Stage::Ended;
                    let levels = group_restart.levels.clone();
                    self.take_room_back(&levels);
                    // Members that were asked to stop in the meantime wait no longer for the others.
                    let asked = |id: &MemberId| self.members.get(id).is_some_and(|m| m.asked);
                    let asked: Vec<_> = levels.into_iter().flatten().filter(asked).collect();
                    asked.into_iter().for_each(|id| self.stop_awaiting(id));
                }
                Stage::Ending(left) => {
                    group_restart.stage = Stage::Ending(left - 1);
                    let level = group_restart.levels[left - 1].clone();
                    level.into_iter().for_each(|id| self.end_member(id));
                }
                Stage::Ended => match &group_restart.then {
                    AfterEnd::Start(at) if *at <= Instant::now() => {
                        group_restart.stage = Stage::Starting(0);
                    }
                    AfterEnd::Start(at) => {
                        return self.deadlines.set(*at, Deadline::GroupRestart, 0);
                    }
                    AfterEnd::Report(failure) => {
                        if self.directive.is_none() && self.above.is_some() {
                            let failure = failure.as_ref().map(|(_, cause)| cause.clone());
                            let run_stats = RunStats::since(self.renewed_at, false);
                            self.directive = Some(self.node.notify_run_ended(failure, run_stats));
                        }
                        return;
                    }
                },
                Stage::Starting(done) if done == group_restart.levels.len() => {
                    self.restarts.group_restart = None;
                    if self.node.state() == State::Restarting && self.above.is_some() {
                        self.node.notify_started();
                    }
                }
                Stage::Starting(done) => {
                    group_restart.stage = Stage::Starting(done + 1);
                    let level = group_restart.levels[done].clone();
                    level.into_iter().for_each(|id| self.start_member(id));
                }
            }
        }
    }

    /// Asks a member to end its current incarnation, and awaits the end.
    fn end_member(&mut self, id: MemberId) {
        let member = self.members.get(&id);
        let Some(member) = member.filter(|m| m.is_active() && !m.awaits_restart()) else {
            return;
        };
        if matches!(member.phase, Phase::Active) {
            member.node.request_restart();
        }
        self.limit_incarnation(id);
        if let Some(group_restart) = &mut self.restarts.group_restart {
            group_restart.awaited.insert(id);
            if let Some(until) = group_restart.abort_deadline {
                self.abort(id, until);
            }
        }
    }

    /// Starts the next incarnation of a member, and awaits its start.
    fn start_member(&mut self, id: MemberId) {
        if self.members.get(&id).is_some_and(|m| m.awaits_restart()) {
            self.again(id);
            if let Some(group_restart) = &mut self.restarts.group_restart {
                group_restart.awaited.insert(id);
            }
        }
    }

    /// Applies the directive of the group above: what follows the incarnation of this group.
    pub(super) fn apply_directive(&mut self, directive: Option<Directive>) {
        self.directive = None;
        let Some(group_restart) = &mut self.restarts.group_restart else {
            return;
        };
        let start = AfterEnd::Start(Instant::now());
        let AfterEnd::Report(failure) = std::mem::replace(&mut group_restart.then, start) else {
            return;
        };
        match directive {
            Some(Directive::Restart) => {
                tracing::info!(group = &*self.node.path(), "restarting");
                self.renewed_at = Instant::now();
                self.restarts.renew();
                self.members.values_mut().for_each(|member| member.renew());
            }
            Some(Directive::Stop(cause)) => match failure {
                Some((id, failure)) if cause.is_failure() => {
                    self.end(id, failure.clone());
                    self.fail(failure);
                }
                _ => self.begin_stop(cause),
            },
            // The group above has ended.
            None => self.begin_stop(Cause::Stopped),
        }
    }

    /// The group above has aborted the incarnation of this group: aborts all incarnations that have not ended.
    pub(super) fn abort_all(&mut self) {
        let until = self.node.run_control().abort_deadline();
        let until = until.unwrap_or_else(Instant::now);
        if let Some(group_restart) = &mut self.restarts.group_restart {
            group_restart.abort_deadline = Some(until);
            let awaited = group_restart.awaited.clone();
            awaited.into_iter().for_each(|id| self.abort(id, until));
        }
    }

    /// The group stops, so no member waits for the others any more. A consumer that waits begins its next incarnation now, to
    /// handle what is left when its turn to stop comes.
    pub(super) fn call_off_restarts(&mut self) {
        self.directive = None;
        self.drop_group_restart();
        let waiting = self.members.values_mut().filter_map(|member| {
            let (id, asked) = (member.id, member.asked);
            let waits = member
                .awaiting_restart()
                .is_some_and(|waiting| !waiting.paused);
            waits.then_some((id, asked))
        });
        for (id, asked) in waiting.collect::<Vec<_>>() {
            if asked {
                self.stop_awaiting(id);
            } else {
                self.again(id);
            }
        }
    }
}
