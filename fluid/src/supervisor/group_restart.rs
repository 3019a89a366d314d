//! The restart of several members: all incarnations end before the first new one begins.

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
    /// The members that take part, in levels, sinks first.
    levels: Vec<Vec<MemberId>>,
    stage: RestartStage,
    /// The members that have not finished the current stage.
    awaited: BTreeSet<MemberId>,
    then: AfterStop,
    /// When all incarnations must have ended, after the parent group has aborted this one.
    abort_deadline: Option<Instant>,
}

/// The stage of a group restart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RestartStage {
    /// The incarnations end, upstream first. This many levels have not been asked to end.
    Ending(usize),
    /// All incarnations have ended.
    Down,
    /// The next incarnations begin, downstream first. This many levels have begun.
    Starting(usize),
}

/// What follows when all incarnations have ended.
enum AfterStop {
    /// The next incarnations begin, not before this time.
    Start(Instant),
    /// The parent group decides. With the failed member and its failure, if a failure caused this.
    Report(Option<(MemberId, Cause)>),
}

impl GroupRestart {
    fn takes_part(&self, id: MemberId) -> bool {
        self.levels.iter().any(|level| level.contains(&id))
    }

    /// When the next incarnations may begin. `None` if they wait for something else than the backoff.
    pub(super) fn starts_at(&self) -> Option<Instant> {
        match (self.stage, &self.then) {
            (RestartStage::Down, AfterStop::Start(at)) => Some(*at),
            _ => None,
        }
    }
}

impl Restarts {
    /// Whether a group restart is in progress.
    pub(super) fn in_a_group(&self) -> bool {
        self.group_restart.is_some()
    }

    /// Whether the group already ends its own incarnation, and whether it has seen that this is aborted.
    pub(super) fn escalation_seen(&self) -> (bool, bool) {
        match &self.group_restart {
            Some(group_restart) if matches!(group_restart.then, AfterStop::Report(_)) => {
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
    /// Restarts several members, after a backoff. The members of a group restart in progress take part.
    pub(super) fn group_restart(&mut self, mut affected: BTreeSet<MemberId>, pause: Duration) {
        let mut at = Instant::now() + pause;
        if let Some(earlier) = self.cancel_group_restart() {
            let ending = matches!(earlier.stage, RestartStage::Ending(_));
            let still =
                |id: &&MemberId| ending || self.members.get(id).is_some_and(|m| m.is_down());
            affected.extend(earlier.levels.iter().flatten().filter(still));
            if let AfterStop::Start(earlier) = earlier.then {
                at = at.max(earlier);
            }
        }
        self.end_incarnations(&affected, AfterStop::Start(at));
    }

    /// Ends the incarnations of all members, and lets the parent group decide what follows.
    pub(super) fn go_down(&mut self, failure: Option<(MemberId, Cause)>) {
        if self.restarts.escalation_seen().0 {
            return;
        }
        if let Some((_, cause)) = &failure
            && let Some(error) = cause.error()
        {
            self.node.note_error(&error);
        }
        self.node.advance(State::Restarting);
        self.cancel_group_restart();
        let all = self.active().into_keys().collect();
        self.end_incarnations(&all, AfterStop::Report(failure));
    }

    fn end_incarnations(&mut self, affected: &BTreeSet<MemberId>, then: AfterStop) {
        let affected = affected
            .iter()
            .filter(|id| self.members.get(id).is_some_and(|m| m.is_active()));
        let affected: BTreeSet<_> = affected.copied().collect();
        let levels = self.levels_of(&affected);
        self.restarts.group_restart = Some(GroupRestart {
            stage: RestartStage::Ending(levels.len()),
            levels,
            awaited: BTreeSet::new(),
            then,
            abort_deadline: None,
        });
        for id in affected {
            // A member in backoff now waits for the others.
            if let Some(awaiting_restart) =
                self.members.get_mut(&id).and_then(|m| m.awaiting_restart())
            {
                awaiting_restart.resting = false;
                self.deadlines.clear(Deadline::Restart, id);
            }
            self.make_room(id);
        }
    }

    /// Whether a member takes part in a group restart whose incarnations have not all ended.
    pub(super) fn ends_along(&self, id: MemberId) -> bool {
        let group_restart = self.restarts.group_restart.as_ref();
        group_restart
            .is_some_and(|r| matches!(r.stage, RestartStage::Ending(_)) && r.takes_part(id))
    }

    /// Admits the messages of all senders to the full queue of a consumer that is down, so that its feeders can
    /// end. Does so only if all its feeders take part in the restart.
    pub(super) fn make_room(&mut self, id: MemberId) {
        let Some(group_restart) = &self.restarts.group_restart else {
            return;
        };
        let mut feeders = self.drain.feeders(id);
        let all_end = feeders.all(|feeder| group_restart.takes_part(feeder));
        if let Some(member) = self.members.get(&id)
            && all_end
            && member.is_down()
            && let Some(queue_control) = &member.node.queue_control
        {
            queue_control.let_in(true);
        }
    }

    /// Calls off the group restart that is in progress, and returns it.
    fn cancel_group_restart(&mut self) -> Option<GroupRestart> {
        let group_restart = self.restarts.group_restart.take()?;
        self.take_room_back(&group_restart.levels);
        Some(group_restart)
    }

    fn take_room_back(&self, levels: &[Vec<MemberId>]) {
        for id in levels.iter().flatten() {
            if let Some(member) = self.members.get(id)
                && let Some(queue_control) = &member.node.queue_control
            {
                queue_control.let_in(false);
            }
        }
    }

    /// Continues the group restart as far as possible.
    pub(super) fn restart_next(&mut self) {
        while self.cause.is_none()
            && let Some(group_restart) = &mut self.restarts.group_restart
            && group_restart.awaited.is_empty()
        {
            match group_restart.stage {
                RestartStage::Ending(0) => {
                    group_restart.stage = RestartStage::Down;
                    let levels = group_restart.levels.clone();
                    self.take_room_back(&levels);
                    // A member that was asked to stop in the meantime does not wait for the backoff.
                    let asked = |id: &MemberId| self.members.get(id).is_some_and(|m| m.asked);
                    let asked: Vec<_> = levels.into_iter().flatten().filter(asked).collect();
                    asked.into_iter().for_each(|id| self.asked_while_down(id));
                }
                RestartStage::Ending(left) => {
                    group_restart.stage = RestartStage::Ending(left - 1);
                    let level = group_restart.levels[left - 1].clone();
                    level.into_iter().for_each(|id| self.end_incarnation(id));
                }
                RestartStage::Down => match &group_restart.then {
                    AfterStop::Start(at) if *at <= Instant::now() => {
                        group_restart.stage = RestartStage::Starting(0);
                    }
                    AfterStop::Start(_) => return,
                    AfterStop::Report(failure) => {
                        if self.order.is_none() {
                            let failure = failure.as_ref().map(|(_, cause)| cause.clone());
                            self.report(failure);
                        }
                        return;
                    }
                },
                RestartStage::Starting(done) if done == group_restart.levels.len() => {
                    self.restarts.group_restart = None;
                    self.renewed();
                }
                RestartStage::Starting(done) => {
                    group_restart.stage = RestartStage::Starting(done + 1);
                    let level = group_restart.levels[done].clone();
                    level.into_iter().for_each(|id| self.begin_incarnation(id));
                }
            }
        }
    }

    /// Asks a member to end its incarnation.
    fn end_incarnation(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id).filter(|member| member.is_active()) else {
            return;
        };
        if member.is_down() {
            return;
        }
        if matches!(member.phase, Phase::Active) {
            member.node.request_restart();
        }
        self.give_time_to_end(id);
        if let Some(group_restart) = &mut self.restarts.group_restart {
            group_restart.awaited.insert(id);
            if let Some(until) = group_restart.abort_deadline {
                self.abort_incarnation(id, until);
            }
        }
    }

    fn begin_incarnation(&mut self, id: MemberId) {
        if self.members.get(&id).is_some_and(|m| m.is_down()) {
            self.again(id);
            if let Some(group_restart) = &mut self.restarts.group_restart {
                group_restart.awaited.insert(id);
            }
        }
    }

    /// Reports to the parent group that the incarnation of this group has ended.
    fn report(&mut self, failure: Option<Cause>) {
        if self.above.is_some() {
            let run_stats = RunStats::since(self.renewed_at, false);
            self.order = Some(self.node.notify_run_ended(failure, run_stats));
        }
    }

    /// Called when all members of a group restart have started.
    fn renewed(&mut self) {
        if self.node.state() == State::Restarting && self.above.is_some() {
            self.node.notify_started();
        }
    }

    /// Obeys the directive of the parent group. `None` if that group has ended.
    pub(super) fn apply_directive(&mut self, order: Option<Directive>) {
        self.order = None;
        let Some(group_restart) = &mut self.restarts.group_restart else {
            return;
        };
        let AfterStop::Report(failure) =
            std::mem::replace(&mut group_restart.then, AfterStop::Start(Instant::now()))
        else {
            return;
        };
        match order {
            Some(Directive::Restart) => {
                tracing::info!(group = &*self.node.path(), "restarting");
                self.renewed_at = Instant::now();
                self.restarts.renew();
                for member in self.members.values_mut() {
                    member.backoff = None;
                }
            }
            Some(Directive::Stop(cause)) => match failure {
                Some((id, failure)) if cause.is_failure() => {
                    self.end(id, failure.clone());
                    self.fail(failure);
                }
                _ => self.begin_stop(cause),
            },
            // The parent group has ended.
            None => self.begin_stop(Cause::Stopped),
        }
    }

    /// Aborts all incarnations that have not ended, because the parent group has aborted this one.
    pub(super) fn abort_incarnations(&mut self) {
        let until = self.node.run_control().abort_deadline();
        let until = until.unwrap_or_else(Instant::now);
        if let Some(group_restart) = &mut self.restarts.group_restart {
            group_restart.abort_deadline = Some(until);
            let awaited = group_restart.awaited.clone();
            awaited
                .into_iter()
                .for_each(|id| self.abort_incarnation(id, until));
        }
    }

    /// Calls off all group restarts because the group stops. A consumer that is down begins its next incarnation at
    /// once, to drain its queue.
    pub(super) fn call_off_restarts(&mut self) {
        self.order = None;
        self.cancel_group_restart();
        let down = self.members.values_mut().filter_map(|member| {
            let (id, asked) = (member.id, member.asked);
            let waits = member
                .awaiting_restart()
                .is_some_and(|awaiting_restart| !awaiting_restart.resting);
            waits.then_some((id, asked))
        });
        for (id, asked) in down.collect::<Vec<_>>() {
            if asked {
                self.asked_while_down(id);
            } else {
                self.again(id);
            }
        }
    }
}
