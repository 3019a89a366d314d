//! The task that runs a group: it starts the members, answers their events, and stops them in the order of the graph.
//!
//! The files that decide are pure: [`drain`] (when a consumer stops), [`decision`], [`affected`] and [`budget`] (what a
//! failure restarts), and [`deadlines`] (what is due). The others apply the decisions to the members.
//!
//! Invariants:
//!
//! 1. A member is asked to stop once: when its group stops and all that feeds it has ended, or when it alone is to stop.
//! 2. A member's node has an exit before the member counts as ended.
//! 3. Only the supervisor decides what follows an incarnation. The member waits for its directive.
//! 4. No user code runs in this task. Hooks run in tasks of their own, so that no code that blocks can keep the supervisor
//!    from ending the group in time.

mod affected;
mod budget;
mod deadlines;
mod decision;
mod deferred_drop;
mod drain;
mod entry;
mod group_restart;
mod hooks;
mod progress;
mod restart;
mod saving;
mod stall_watch;
mod start;
mod stop;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::coop::consume_budget;
use tokio::time::{Instant, sleep_until};

use crate::lifecycle::launch::{GroupLaunch, LaunchContext};
use crate::node::directive::Directive;
use crate::node::{MemberEvent, MemberId, Node};
use crate::options::restart::Restart;
use crate::report::cause::{Cause, Forced};
use crate::report::exit::Exit;
use crate::state::State;
use crate::supervisor::deadlines::Deadlines;
pub(crate) use crate::supervisor::deferred_drop::DeferredDrop;
use crate::supervisor::drain::Drain;
pub(crate) use crate::supervisor::entry::{Entries, Entry};
use crate::supervisor::hooks::{Announcement, Runner, failures_of, time_is_up};
pub(crate) use crate::supervisor::hooks::{Hooks, hook};
use crate::supervisor::restart::Restarts;
use crate::sync::{mpsc, oneshot};

/// An event that the supervisor of a group answers.
pub(crate) enum Event {
    Add(Box<Entry>),
    /// Several members, the order of their start, sinks first, and their edges, also to other members.
    AddAll {
        entries: Entries,
        levels: Vec<Vec<MemberId>>,
        edges: Vec<(MemberId, MemberId)>,
    },
    Remove(Arc<Node>),
    /// Shows that the supervisor answers events.
    Ping(oneshot::Sender<()>),
    Member(MemberId, MemberEvent),
}

impl Event {
    /// The members that the event adds end, since they are not started.
    pub(crate) fn never_started(self, deferred: &mut DeferredDrop) {
        match self {
            Self::Add(mut entry) => entry.never_started(deferred),
            Self::AddAll { entries, .. } => {
                for mut entry in entries {
                    entry.never_started(deferred);
                }
            }
            Self::Remove(_) | Self::Ping(_) | Self::Member(..) => {}
        }
    }
}

/// The sending end of a group's events.
pub(crate) type Events = mpsc::UnboundedSender<Event>;

/// The edges between the members.
pub(crate) struct Wiring {
    pub(crate) edges: Vec<(MemberId, MemberId)>,
    /// Each member behind a fused edge, and the member that calls it.
    pub(crate) fused: Vec<(MemberId, MemberId)>,
}

/// The settings of a group.
pub(crate) struct Setup {
    pub(crate) hooks: Hooks,
    pub(crate) grace: Option<Duration>,
    pub(crate) restart: Option<Restart>,
    /// The launch context that the group above gave it, if it is nested.
    pub(crate) above: Option<LaunchContext>,
}

pub(crate) struct Supervisor {
    node: Arc<Node>,
    events: mpsc::UnboundedReceiver<Event>,
    hooks: Hooks,
    grace: Option<Duration>,
    above: Option<LaunchContext>,
    runtime: Handle,
    /// What all members get at their launch. Set at the first launch.
    group_launch: Option<Arc<GroupLaunch>>,
    restarts: Restarts,
    /// Receives the directive of the group above, after the incarnation of this group was reported as ended.
    directive: Option<oneshot::Receiver<Directive>>,
    /// When the current incarnation of the group began.
    renewed_at: Instant,
    members: BTreeMap<MemberId, Box<Entry>>,
    drain: Drain<MemberId>,
    /// The levels that are still to be launched. The last one is next.
    to_launch: Vec<Vec<MemberId>>,
    /// The number of members that were launched and have not started.
    starting: usize,
    /// Whether its own `on_startup` hooks have been called.
    hooks_begun: bool,
    /// The cause of the stop, once the group stops.
    cause: Option<Cause>,
    /// The task of the `on_stopping` hooks, while they run.
    announcement: Option<Announcement>,
    forced: bool,
    deadlines: Deadlines,
    /// The cause of a stop that begins as soon as the group has started: a member was done before that.
    stop_after_start: Option<Cause>,
    deferred: DeferredDrop,
    /// The number of events that may still be answered before the supervisor waits for everything else as well.
    events_left: usize,
}

/// So many events in a row are answered without a look at signals and deadlines. Waiting for all of them costs more than
/// answering one event, and the start and the stop of a group cause many.
const EVENTS_IN_A_ROW: usize = 32;

impl Supervisor {
    pub(crate) fn new(
        node: Arc<Node>,
        events: mpsc::UnboundedReceiver<Event>,
        setup: Setup,
        runtime: Handle,
    ) -> Self {
        let Setup {
            hooks,
            grace,
            restart,
            above,
        } = setup;
        Self {
            node,
            events,
            hooks,
            grace,
            above,
            runtime,
            group_launch: None,
            restarts: Restarts::new(restart),
            directive: None,
            renewed_at: Instant::now(),
            members: BTreeMap::new(),
            drain: Drain::default(),
            to_launch: Vec::new(),
            starting: 0,
            events_left: EVENTS_IN_A_ROW,
            hooks_begun: false,
            cause: None,
            announcement: None,
            forced: false,
            deadlines: Deadlines::default(),
            stop_after_start: None,
            deferred: DeferredDrop::default(),
        }
    }

    /// Runs the group from its start to its end. Calls `started` when all members have started.
    pub(crate) async fn supervise(mut self, wiring: Wiring, started: impl FnOnce()) {
        let mut started = Some(started);
        if let Err((worker, error)) = self.prepare(wiring).await {
            self.begin_stop(Cause::StartupFailed {
                worker: worker.into(),
                error,
            });
        }
        loop {
            if self.node.stop().is_raised() {
                self.obey_stop();
            }
            self.restart_next();
            self.launch_next();
            if self.cause.is_none() && self.has_started() {
                self.node.advance(State::Running);
                if let Some(started) = started.take() {
                    tracing::info!(group = &*self.node.path(), "started");
                    started();
                }
                if let Some(cause) = self.stop_after_start.take() {
                    self.begin_stop(cause);
                }
            }
            self.deferred.drop_on_thread();
            if self.cause.is_some() && self.drain.live() == 0 && self.announcement.is_none() {
                break;
            }
            self.step().await;
        }
        self.wind_up().await;
    }

    /// Waits for the next event, signal, directive or deadline, and answers it.
    async fn step(&mut self) {
        if self.events_left > 0
            && let Ok(event) = self.events.try_recv()
        {
            self.events_left -= 1;
            self.answer(event);
            return consume_budget().await;
        }
        self.events_left = EVENTS_IN_A_ROW;
        let node = Arc::clone(&self.node);
        let (stopping, forced) = (self.cause.is_some(), self.forced);
        let deadline = self.deadlines.next();
        let run_control = node.run_control();
        let (restart_seen, abort_seen) = self.restarts.escalation_seen();
        let (escalated, announcing) = (self.directive.is_some(), self.announcement.is_some());
        let announced = async {
            match &mut self.announcement {
                Some(announcement) => failures_of(announcement.await),
                None => std::future::pending().await,
            }
        };
        let directive = async {
            match &mut self.directive {
                Some(directive) => directive.await.ok(),
                None => None,
            }
        };
        tokio::select! {
            () = node.forced().raised(), if !forced => self.force_all(),
            () = node.stop().raised(), if !stopping => self.obey_stop(),
            failures = announced, if announcing => self.announced(failures),
            directive = directive, if escalated => self.apply_directive(directive),
            () = run_control.restart_requested().raised(), if !stopping && !restart_seen => self.end_incarnation(None),
            () = run_control.cut_off().raised(), if restart_seen && !abort_seen => self.abort_all(),
            Some(event) = self.events.recv() => self.answer(event),
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => self.answer_deadlines(),
        }
    }

    fn answer(&mut self, event: Event) {
        match event {
            Event::Add(_) | Event::AddAll { .. } if self.cause.is_some() => {
                event.never_started(&mut self.deferred);
            }
            Event::AddAll {
                entries,
                levels,
                edges,
            } => self.add_all(entries, levels, edges),
            Event::Add(mut entry) => {
                entry.late = true;
                let id = entry.id;
                self.take_in(entry);
                self.launch_late(id);
            }
            Event::Member(id, MemberEvent::Started) => self.started(id),
            Event::Member(id, MemberEvent::Failing) => self.failing(id),
            Event::Member(id, MemberEvent::RunEnded(ended)) => self.run_ended(id, *ended),
            Event::Member(id, MemberEvent::Ended) => self.ended(id),
            Event::Member(id, MemberEvent::StopRequested) => self.ask(id, true),
            Event::Remove(node) => self.remove(&node),
            Event::Ping(answer) => {
                let _ = answer.send(());
            }
        }
    }

    /// Stops a member, and forgets it when it has ended.
    fn remove(&mut self, node: &Arc<Node>) {
        let Some(member) = self.members.values_mut().find(|member| member.is(node)) else {
            return;
        };
        member.removed = true;
        let id = member.id;
        if member.launch.is_some() {
            self.drop_pending(id);
        } else {
            self.ask(id, true);
        }
        self.drop_removed(id);
    }

    /// Runs the last hooks and writes the exit.
    async fn wind_up(mut self) {
        let node = Arc::clone(&self.node);
        let runtime = self.runtime.clone();
        let running = Runner::new(&node, &runtime);
        let deadline = self.deadlines.group();
        let mut late = None;
        let hooks = std::mem::take(&mut self.hooks);
        let unused = (hooks.on_startup, hooks.on_stopping);
        self.deferred.put(&node, unused);
        let on_shutdown = if self.hooks_begun {
            hooks.on_shutdown
        } else {
            self.deferred.put(&node, hooks.on_shutdown);
            Vec::new()
        };
        self.deferred.drop_on_thread();
        for hook in on_shutdown {
            let limit = time_is_up(&node, deadline, &mut late);
            if let Err(error) = running.run("on_shutdown", hook, (), limit).await {
                node.note_error(&error);
                // A hook that was cut off did not fail. It was forced.
                if late.is_none() {
                    self.fail(Cause::failure("on_shutdown", error));
                }
            }
        }
        // From now on, `GroupHandle::admit` refuses new members.
        self.events.close();
        while let Ok(event) = self.events.try_recv() {
            event.never_started(&mut self.deferred);
        }
        let mut exit = self.exit_now(late.is_some());
        let mut last = None;
        for hook in hooks.after_shutdown {
            let limit = time_is_up(&node, deadline, &mut last);
            let ran = running.run("after_shutdown", hook, exit.clone(), limit);
            if let Err(error) = ran.await {
                node.note_error(&error);
                if last.is_none() {
                    self.fail(Cause::failure("after_shutdown", error));
                }
                // The hook got an exit without its failure.
                exit = self.exit_now(late.is_some() || last.is_some());
            }
        }
        self.deferred.drop_on_thread();
        tracing::info!(
            group = &*node.path(),
            cause = %self.as_seen_from_root(exit.cause()),
            code = exit.code(),
            messages = exit.total().map(|counts| counts.to_string()),
            "stopped"
        );
        node.finish(exit);
    }

    /// Creates the exit. `cut_off` says whether a hook was cut off.
    fn exit_now(&self, cut_off: bool) -> Exit {
        if cut_off {
            self.node.note_force(Forced::GracePeriodOver);
        }
        let cause = self.cause.clone().unwrap_or(Cause::Stopped);
        self.node.report(cause, self.forced || cut_off, false)
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
