//! The task that runs a group. It starts the members, decides what follows the end of each, and stops them in the
//! order of the graph.
//!
//! Invariants:
//!
//! 1. A member is asked to stop once: when its group stops and all members that feed it have ended, or when it
//!    alone is to stop.
//! 2. A member's node has an exit before the member counts as ended.
//! 3. Only the supervisor decides what follows an incarnation. The member waits for its [`Directive`].
//! 4. No user code runs on this task. A hook runs on a task of its own, so a hook that blocks its thread cannot
//!    keep the supervisor from ending the group in time.

mod affected;
mod budget;
mod deadlines;
mod decision;
mod deferred_drop;
mod drain;
mod entry;
mod group_restart;
mod hooks;
mod restart;
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
use crate::node::{MemberEvent, MemberId, Node, Parent};
use crate::options::restart::Restart;
use crate::report::cause::{Cause, Forced};
use crate::report::exit::Exit;
use crate::state::State;
use crate::supervisor::deadlines::Deadlines;
pub(crate) use crate::supervisor::deferred_drop::DeferredDrop;
use crate::supervisor::drain::Drain;
pub(crate) use crate::supervisor::entry::{Entry, Policy};
pub(crate) use crate::supervisor::hooks::{Hooks, hook};
use crate::supervisor::hooks::{Runner, time_is_up};
use crate::supervisor::restart::Restarts;
use crate::sync::{mpsc, oneshot};

/// An event that the supervisor of a group handles.
pub(crate) enum Event {
    Add(Box<Entry>),
    Remove(Arc<Node>),
    Member(MemberId, MemberEvent),
}

/// The sending end of a group's events.
pub(crate) type Events = mpsc::UnboundedSender<Event>;

impl Parent for Events {
    fn notify(&self, member: MemberId, event: MemberEvent) {
        let _ = self.send(Event::Member(member, event));
    }
}

/// The edges of a group.
pub(crate) struct Wiring {
    pub(crate) edges: Vec<(MemberId, MemberId)>,
    /// Each member behind a fused edge, and the member that makes its calls.
    pub(crate) fused: Vec<(MemberId, MemberId)>,
}

/// The hooks and options of a group.
pub(crate) struct Setup {
    pub(crate) hooks: Hooks,
    pub(crate) grace: Option<Duration>,
    pub(crate) restart: Option<Restart>,
    /// The launch context in the parent group. `None` for the root group.
    pub(crate) above: Option<LaunchContext>,
}

pub(crate) struct Supervisor {
    node: Arc<Node>,
    events: mpsc::UnboundedReceiver<Event>,
    hooks: Hooks,
    grace: Option<Duration>,
    above: Option<LaunchContext>,
    runtime: Handle,
    /// The part of the launch context that all members share. Set when the first member is launched.
    group_launch: Option<Arc<GroupLaunch>>,
    restarts: Restarts,
    /// Receives the directive of the parent group, while this group waits for one.
    order: Option<oneshot::Receiver<Directive>>,
    /// When the current incarnation of the group began.
    renewed_at: Instant,
    members: BTreeMap<MemberId, Box<Entry>>,
    drain: Drain<MemberId>,
    /// The number of members that have not ended.
    live: usize,
    /// The levels that have not been launched, in reverse order: the last one is launched next.
    to_launch: Vec<Vec<MemberId>>,
    /// The number of members that have been launched and have not started.
    starting: usize,
    /// Whether the `on_startup` hooks of the group have been called.
    begun: bool,
    /// Why the group stops. `None` while it runs.
    cause: Option<Cause>,
    forced: bool,
    deadlines: Deadlines,
    /// Why the group stops as soon as it has started: a member ended before that.
    later: Option<Cause>,
    deferred: DeferredDrop,
    /// The number of events that are handled before `step` polls its other sources.
    turn: usize,
}

/// The number of queued events that are handled in a row. The `select!` in `step` costs more than an event, and
/// many events are queued while a group starts or stops.
const TURN: usize = 32;

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
            order: None,
            renewed_at: Instant::now(),
            members: BTreeMap::new(),
            drain: Drain::default(),
            live: 0,
            to_launch: Vec::new(),
            starting: 0,
            turn: TURN,
            begun: false,
            cause: None,
            forced: false,
            deadlines: Deadlines::default(),
            later: None,
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
                if let Some(cause) = self.later.take() {
                    self.begin_stop(cause);
                }
            }
            self.deferred.drop_on_thread();
            if self.cause.is_some() && self.live == 0 {
                break;
            }
            self.step().await;
        }
        self.wind_up().await;
    }

    /// Waits for the next event, signal or deadline, and handles it.
    async fn step(&mut self) {
        if self.turn > 0
            && let Ok(event) = self.events.try_recv()
        {
            self.turn -= 1;
            self.answer(event);
            return consume_budget().await;
        }
        self.turn = TURN;
        let node = Arc::clone(&self.node);
        let (stopping, forced) = (self.cause.is_some(), self.forced);
        let deadline = self.deadlines.next();
        let deadline = deadline.into_iter().chain(self.restarts.starts_at()).min();
        let run_control = node.run_control();
        let (escalating, aborted) = self.restarts.escalation_seen();
        let asked = self.order.is_some();
        let order = async {
            match &mut self.order {
                Some(order) => order.await.ok(),
                None => None,
            }
        };
        tokio::select! {
            () = node.forced().raised(), if !forced => self.force_all(),
            () = node.stop().raised(), if !stopping => self.obey_stop(),
            order = order, if asked => self.apply_directive(order),
            () = run_control.restart_requested().raised(), if !stopping && !escalating => self.go_down(None),
            () = run_control.cut_off().raised(), if escalating && !aborted => self.abort_incarnations(),
            Some(event) = self.events.recv() => self.answer(event),
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => self.answer_deadlines(),
        }
    }

    fn answer(&mut self, event: Event) {
        match event {
            Event::Add(mut entry) if self.cause.is_some() => {
                entry.never_started(&mut self.deferred);
            }
            Event::Add(mut entry) => {
                entry.late = true;
                let id = entry.id;
                self.take_in(entry);
                if self.restarts.in_a_group() {
                    self.to_launch.insert(0, vec![id]);
                } else {
                    self.launch(id);
                }
            }
            Event::Member(id, MemberEvent::Started) => self.started(id),
            Event::Member(id, MemberEvent::Failing) => self.failing(id),
            Event::Member(id, MemberEvent::RunEnded(ended)) => self.down(id, *ended),
            Event::Member(id, MemberEvent::Ended) => self.ended(id),
            Event::Member(id, MemberEvent::StopRequested) => self.ask(id, true),
            Event::Remove(node) => {
                let member = self
                    .members
                    .values_mut()
                    .find(|m| Arc::ptr_eq(&m.node, &node));
                if let Some(member) = member {
                    member.removed = true;
                    let (id, is_launched) = (member.id, member.launch.is_none());
                    if is_launched {
                        self.ask(id, true);
                    } else {
                        self.drop_pending(id);
                    }
                    self.forget(id);
                }
            }
        }
    }

    /// Runs the hooks of the shutdown and writes the exit.
    async fn wind_up(mut self) {
        let node = Arc::clone(&self.node);
        let runtime = self.runtime.clone();
        let running = Runner::new(&node, &runtime);
        let deadline = self.deadlines.group();
        let mut late = None;
        let hooks = std::mem::take(&mut self.hooks);
        self.deferred.put(hooks.on_startup);
        let on_shutdown = if self.begun {
            hooks.on_shutdown
        } else {
            self.deferred.put(hooks.on_shutdown);
            Vec::new()
        };
        self.deferred.drop_on_thread();
        for hook in on_shutdown {
            let limit = time_is_up(&node, deadline, &mut late);
            if let Err(error) = running.run("on_shutdown", hook, (), limit).await {
                node.note_error(&error);
                // A hook that was cut off makes the exit forced, and not failed.
                if late.is_none() {
                    self.fail(Cause::failure("on_shutdown", error));
                }
            }
        }
        // From here on, `GroupHandle::admit` refuses new members.
        self.events.close();
        while let Ok(event) = self.events.try_recv() {
            if let Event::Add(mut entry) = event {
                entry.never_started(&mut self.deferred);
            }
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
                // The hook got an exit without this failure.
                exit = self.exit_now(late.is_some() || last.is_some());
            }
        }
        self.deferred.drop_on_thread();
        tracing::info!(group = &*node.path(), cause = %self.as_seen_from_root(exit.cause()), code = exit.code(), "stopped");
        node.finish(exit);
    }

    /// The exit of the group. It is a forced one if hooks were cut off.
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
