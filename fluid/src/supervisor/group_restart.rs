//! The restart of several members: all end their present life, then all begin another.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::node::MemberId;
use crate::node::directive::{Directive, RunStats};
use crate::report::exit::Cause;
use crate::state::State;
use crate::supervisor::Supervisor;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::entry::Phase;
use crate::supervisor::restart::Restarts;

/// A restart of several members that is under way.
pub(super) struct GroupRestart {
    /// Who takes part: sinks first.
    levels: Vec<Vec<MemberId>>,
    stage: RestartStage,
    /// Those who still have to do what this stage asks of them.
    awaited: BTreeSet<MemberId>,
    then: AfterStop,
    /// By when all lives must have ended, once the group above has lost its patience.
    abort_deadline: Option<Instant>,
}

/// How far a restart has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RestartStage {
    /// The lives end, upstream first; so many levels are still to be asked.
    Ending(usize),
    /// All lives have ended.
    Down,
    /// The next lives begin, downstream first; so many levels have been started.
    Starting(usize),
}

/// What follows when all lives have ended.
enum AfterStop {
    /// The next ones, but not before this.
    Start(Instant),
    /// The group above says what; here is which member failed, and how, if that is why.
    Report(Option<(MemberId, Cause)>),
}

impl GroupRestart {
    fn takes_part(&self, id: MemberId) -> bool {
        self.levels.iter().any(|level| level.contains(&id))
    }

    /// When the rest is over before which nobody is started, if nothing else is waited for.
    pub(super) fn starts_at(&self) -> Option<Instant> {
        match (self.stage, &self.then) {
            (RestartStage::Down, AfterStop::Start(at)) => Some(*at),
            _ => None,
        }
    }
}

impl Restarts {
    /// Whether several members are being restarted.
    pub(super) fn in_a_group(&self) -> bool {
        self.group_restart.is_some()
    }

    /// Whether the group has seen that its current incarnation is to end, and that it is aborted.
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
    /// Restarts several members, after a pause. Those that are being restarted already take part.
    pub(super) fn group_restart(&mut self, mut affected: BTreeSet<MemberId>, pause: Duration) {
        let mut at = Instant::now() + pause;
        if let Some(earlier) = self.drop_regroup() {
            let ending = matches!(earlier.stage, RestartStage::Ending(_));
            let still =
                |id: &&MemberId| ending || self.members.get(id).is_some_and(|m| m.is_down());
            affected.extend(earlier.levels.iter().flatten().filter(still));
            if let AfterStop::Start(earlier) = earlier.then {
                at = at.max(earlier);
            }
        }
        self.end_lives(&affected, AfterStop::Start(at));
    }

    /// Ends the current incarnations of all members, and lets the group above decide what follows.
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
        self.drop_regroup();
        let all = self.living().into_keys().collect();
        self.end_lives(&all, AfterStop::Report(failure));
    }

    fn end_lives(&mut self, affected: &BTreeSet<MemberId>, then: AfterStop) {
        let affected = affected
            .iter()
            .filter(|id| self.members.get(id).is_some_and(|m| m.lives_on()));
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
            // One that rests for itself now waits for the others.
            if let Some(awaiting_restart) =
                self.members.get_mut(&id).and_then(|m| m.awaiting_restart())
            {
                awaiting_restart.resting = false;
                self.deadlines.clear(Deadline::Restart, id);
            }
            self.make_room(id);
        }
    }

    /// Whether a member takes part in a restart in which the lives have not all ended.
    pub(super) fn ends_along(&self, id: MemberId) -> bool {
        let group_restart = self.restarts.group_restart.as_ref();
        group_restart
            .is_some_and(|r| matches!(r.stage, RestartStage::Ending(_)) && r.takes_part(id))
    }

    /// Lets those that feed a consumer which is down end their life, though its queue may be full: but only if
    /// all of them do, for the others go on.
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

    /// Ends the restart that is in progress, whatever its outcome.
    fn drop_regroup(&mut self) -> Option<GroupRestart> {
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

    /// Goes on with the restart that is under way, if what it waits for has happened.
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
                    // Whoever was asked to stop in the meantime rests no longer with the others.
                    let asked = |id: &MemberId| self.members.get(id).is_some_and(|m| m.asked);
                    let asked: Vec<_> = levels.into_iter().flatten().filter(asked).collect();
                    asked.into_iter().for_each(|id| self.asked_while_down(id));
                }
                RestartStage::Ending(left) => {
                    group_restart.stage = RestartStage::Ending(left - 1);
                    let level = group_restart.levels[left - 1].clone();
                    level.into_iter().for_each(|id| self.end_life(id));
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
                    level.into_iter().for_each(|id| self.begin_life(id));
                }
            }
        }
    }

    /// Asks a member to end its present life.
    fn end_life(&mut self, id: MemberId) {
        let Some(member) = self.members.get(&id).filter(|member| member.lives_on()) else {
            return;
        };
        if member.is_down() {
            return;
        }
        if matches!(member.phase, Phase::Living) {
            member.node.request_restart();
        }
        self.give_time_to_end(id);
        if let Some(group_restart) = &mut self.restarts.group_restart {
            group_restart.awaited.insert(id);
            if let Some(until) = group_restart.abort_deadline {
                self.cut(id, until);
            }
        }
    }

    fn begin_life(&mut self, id: MemberId) {
        if self.members.get(&id).is_some_and(|m| m.is_down()) {
            self.again(id);
            if let Some(group_restart) = &mut self.restarts.group_restart {
                group_restart.awaited.insert(id);
            }
        }
    }

    /// Tells the group above that all lives have ended here.
    fn report(&mut self, failure: Option<Cause>) {
        if self.above.is_some() {
            let run_stats = RunStats::since(self.renewed_at, false);
            self.order = Some(self.node.notify_run_ended(failure, run_stats));
        }
    }

    /// All that was to be restarted has been.
    fn renewed(&mut self) {
        if self.node.state() == State::Restarting && self.above.is_some() {
            self.node.notify_started();
        }
    }

    /// Does what the group above says of the next life.
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
            // There is no group above any more.
            None => self.begin_stop(Cause::Stopped),
        }
    }

    /// The group above has lost its patience: whatever has not ended its life is cut off.
    pub(super) fn cut_all(&mut self) {
        let until = self.node.run_control().abort_deadline();
        let until = until.unwrap_or_else(Instant::now);
        if let Some(group_restart) = &mut self.restarts.group_restart {
            group_restart.abort_deadline = Some(until);
            let awaited = group_restart.awaited.clone();
            awaited.into_iter().for_each(|id| self.cut(id, until));
        }
    }

    /// The group stops: nobody waits for the others any more. A consumer that is down begins its next life
    /// now, to handle what is left when its turn comes.
    pub(super) fn call_off_restarts(&mut self) {
        self.order = None;
        self.drop_regroup();
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
