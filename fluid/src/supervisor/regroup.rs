//! The restart of several members: all end their present life, then all begin another.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use crate::exit::Cause;
use crate::node::MemberId;
use crate::restart::{Achieved, Order};
use crate::state::State;
use crate::supervisor::Supervisor;
use crate::supervisor::restart::Restarts;
use crate::supervisor::seated::Phase;

/// A restart of several members that is under way.
pub(super) struct Regroup {
    /// Who takes part: sinks first.
    levels: Vec<Vec<MemberId>>,
    stage: Stage,
    /// Those who still have to do what this stage asks of them.
    awaited: BTreeSet<MemberId>,
    then: Then,
    /// By when all lives must have ended, once the group above has lost its patience.
    cut_until: Option<Instant>,
}

/// How far a restart has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The lives end, upstream first; so many levels are still to be asked.
    Ending(usize),
    /// All lives have ended.
    Down,
    /// The next lives begin, downstream first; so many levels have been started.
    Starting(usize),
}

/// What follows when all lives have ended.
enum Then {
    /// The next ones, but not before this.
    Start(Instant),
    /// The group above says what; here is which member failed, and how, if that is why.
    Report(Option<(MemberId, Cause)>),
}

impl Regroup {
    fn takes_part(&self, id: MemberId) -> bool {
        self.levels.iter().any(|level| level.contains(&id))
    }

    /// When the rest is over before which nobody is started, if nothing else is waited for.
    pub(super) fn starts_at(&self) -> Option<Instant> {
        match (self.stage, &self.then) {
            (Stage::Down, Then::Start(at)) => Some(*at),
            _ => None,
        }
    }
}

impl Restarts {
    /// Whether several members are being restarted.
    pub(super) fn in_a_group(&self) -> bool {
        self.regroup.is_some()
    }

    /// Whether the group has heard that its present life should end, and that it is cut off.
    pub(super) fn heard(&self) -> (bool, bool) {
        match &self.regroup {
            Some(regroup) if matches!(regroup.then, Then::Report(_)) => {
                (true, regroup.cut_until.is_some())
            }
            _ => (false, false),
        }
    }

    pub(super) fn no_longer_awaited(&mut self, id: MemberId) {
        if let Some(regroup) = &mut self.regroup {
            regroup.awaited.remove(&id);
        }
    }
}

impl Supervisor {
    /// Restarts several members, after a pause. Those that are being restarted already take part.
    pub(super) fn regroup(&mut self, mut affected: BTreeSet<MemberId>, pause: Duration) {
        let mut at = Instant::now() + pause;
        if let Some(earlier) = self.drop_regroup() {
            let ending = matches!(earlier.stage, Stage::Ending(_));
            let still =
                |id: &&MemberId| ending || self.members.get(id).is_some_and(|m| m.is_down());
            affected.extend(earlier.levels.iter().flatten().filter(still));
            if let Then::Start(earlier) = earlier.then {
                at = at.max(earlier);
            }
        }
        self.end_lives(&affected, Then::Start(at));
    }

    /// Ends the present life of everything here, and lets the group above say what follows.
    pub(super) fn go_down(&mut self, failure: Option<(MemberId, Cause)>) {
        if self.restarts.heard().0 {
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
        self.end_lives(&all, Then::Report(failure));
    }

    fn end_lives(&mut self, affected: &BTreeSet<MemberId>, then: Then) {
        let affected = affected
            .iter()
            .filter(|id| self.members.get(id).is_some_and(|m| m.lives_on()));
        let affected: BTreeSet<_> = affected.copied().collect();
        let levels = self.levels_of(&affected);
        self.restarts.regroup = Some(Regroup {
            stage: Stage::Ending(levels.len()),
            levels,
            awaited: BTreeSet::new(),
            then,
            cut_until: None,
        });
        for id in affected {
            // One that rests for itself now waits for the others.
            if let Some(parked) = self.members.get_mut(&id).and_then(|m| m.parked()) {
                parked.resting = false;
                self.restarts.forget_timer(id);
            }
            self.make_room(id);
        }
    }

    /// Whether a member takes part in a restart in which the lives have not all ended.
    pub(super) fn ends_along(&self, id: MemberId) -> bool {
        let regroup = self.restarts.regroup.as_ref();
        regroup.is_some_and(|r| matches!(r.stage, Stage::Ending(_)) && r.takes_part(id))
    }

    /// Lets those that feed a consumer which is down end their life, though its queue may be full: but only if
    /// all of them do, for the others go on.
    pub(super) fn make_room(&mut self, id: MemberId) {
        let Some(regroup) = &self.restarts.regroup else {
            return;
        };
        let members = self.members.values();
        let mut feeders = members.filter(|one| !one.ended && one.feeds.contains(&id));
        let all_end = feeders.all(|feeder| regroup.takes_part(feeder.id));
        if let Some(member) = self.members.get(&id)
            && all_end
            && member.is_down()
            && let Some(intake) = &member.node.intake
        {
            intake.let_in(true);
        }
    }

    /// Ends the restart that is under way, whatever it has come to.
    fn drop_regroup(&mut self) -> Option<Regroup> {
        let regroup = self.restarts.regroup.take()?;
        self.take_room_back(&regroup.levels);
        Some(regroup)
    }

    fn take_room_back(&self, levels: &[Vec<MemberId>]) {
        for id in levels.iter().flatten() {
            if let Some(member) = self.members.get(id)
                && let Some(intake) = &member.node.intake
            {
                intake.let_in(false);
            }
        }
    }

    /// Goes on with the restart that is under way, if what it waits for has happened.
    pub(super) fn restart_next(&mut self) {
        while self.cause.is_none()
            && let Some(regroup) = &mut self.restarts.regroup
            && regroup.awaited.is_empty()
        {
            match regroup.stage {
                Stage::Ending(0) => {
                    regroup.stage = Stage::Down;
                    let levels = regroup.levels.clone();
                    self.take_room_back(&levels);
                    // Whoever was asked to stop in the meantime rests no longer with the others.
                    let asked = |id: &MemberId| self.members.get(id).is_some_and(|m| m.asked);
                    let asked: Vec<_> = levels.into_iter().flatten().filter(asked).collect();
                    asked.into_iter().for_each(|id| self.asked_while_down(id));
                }
                Stage::Ending(left) => {
                    regroup.stage = Stage::Ending(left - 1);
                    let level = regroup.levels[left - 1].clone();
                    level.into_iter().for_each(|id| self.end_life(id));
                }
                Stage::Down => match &regroup.then {
                    Then::Start(at) if *at <= Instant::now() => regroup.stage = Stage::Starting(0),
                    Then::Start(_) => return,
                    Then::Report(failure) => {
                        if self.order.is_none() {
                            let failure = failure.as_ref().map(|(_, cause)| cause.clone());
                            self.report(failure);
                        }
                        return;
                    }
                },
                Stage::Starting(done) if done == regroup.levels.len() => {
                    self.restarts.regroup = None;
                    self.renewed();
                }
                Stage::Starting(done) => {
                    regroup.stage = Stage::Starting(done + 1);
                    let level = regroup.levels[done].clone();
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
            member.node.recycle();
        }
        self.give_time_to_end(id);
        if let Some(regroup) = &mut self.restarts.regroup {
            regroup.awaited.insert(id);
            if let Some(until) = regroup.cut_until {
                self.cut(id, until);
            }
        }
    }

    fn begin_life(&mut self, id: MemberId) {
        if self.members.get(&id).is_some_and(|m| m.is_down()) {
            self.again(id);
            if let Some(regroup) = &mut self.restarts.regroup {
                regroup.awaited.insert(id);
            }
        }
    }

    /// Tells the group above that all lives have ended here.
    fn report(&mut self, failure: Option<Cause>) {
        if self.above.is_some() {
            let achieved = Achieved::since(self.renewed_at, false);
            self.order = Some(self.node.tell_down(failure, achieved));
        }
    }

    /// All that was to be restarted has been.
    fn renewed(&mut self) {
        if self.node.state() == State::Restarting && self.above.is_some() {
            self.node.tell_started();
        }
    }

    /// Does what the group above says of the next life.
    pub(super) fn obey(&mut self, order: Option<Order>) {
        self.order = None;
        let Some(regroup) = &mut self.restarts.regroup else {
            return;
        };
        let Then::Report(failure) =
            std::mem::replace(&mut regroup.then, Then::Start(Instant::now()))
        else {
            return;
        };
        match order {
            Some(Order::Again) => {
                tracing::info!(group = &**self.node.name(), "restarting");
                self.renewed_at = Instant::now();
                self.restarts.renew();
                for member in self.members.values_mut() {
                    member.backoff = None;
                }
            }
            Some(Order::End(cause)) => match failure {
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
        let until = self.node.term().cut_until();
        let until = until.unwrap_or_else(Instant::now);
        if let Some(regroup) = &mut self.restarts.regroup {
            regroup.cut_until = Some(until);
            let awaited = regroup.awaited.clone();
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
            let waits = member.parked().is_some_and(|parked| !parked.resting);
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
