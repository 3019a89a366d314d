//! The task that runs a group: it starts the members, answers their ends, and stops them in the order
//! of the graph.
//!
//! Invariants:
//!
//! 1. A member is asked to stop once: when its group stops and all that feeds it has ended, or when
//!    someone asks for this member alone.
//! 2. A member's node has an exit before the member counts as ended.
//! 3. No user code runs on this task: a hook runs on a task of its own, so that nothing that blocks a
//!    thread can keep the supervisor from ending the group in time.

mod hooks;
mod seated;
mod stop;
mod trash;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::error::Error;
use crate::exit::Cause;
use crate::grace::{DEFAULT_GRACE, default_grace};
use crate::group::GroupHandle;
use crate::life::Site;
use crate::node::{Events, Kind, MemberId, Node};
use crate::order::levels;
use crate::state::State;
pub(crate) use crate::supervisor::hooks::{Hooks, hook};
use crate::supervisor::hooks::{Runner, time_is_up};
pub(crate) use crate::supervisor::seated::Seated;
pub(crate) use crate::supervisor::trash::Trash;

/// What happens to a group.
pub(crate) enum Event {
    Add(Seated),
    /// It has started, or has been restarted.
    Started(MemberId),
    /// It has failed, and its own hooks have their time.
    Failing(MemberId),
    Ended(MemberId),
    StopMember(MemberId),
    Remove(Arc<Node>),
}

/// Who sends to whom.
pub(crate) struct Wiring {
    pub(crate) edges: Vec<(MemberId, MemberId)>,
    /// Each member behind a fused edge, and the one that makes its calls.
    pub(crate) fused: Vec<(MemberId, MemberId)>,
}

pub(crate) struct Supervisor {
    node: Arc<Node>,
    events: mpsc::UnboundedReceiver<Event>,
    events_of_members: Events,
    hooks: Hooks,
    grace: Option<Duration>,
    runtime: Handle,
    members: BTreeMap<MemberId, Seated>,
    /// How many members have not ended.
    live: usize,
    /// The levels that are still to be launched; the next one is the last.
    to_launch: Vec<Vec<MemberId>>,
    /// The members that have been launched and have not started.
    starting: BTreeSet<MemberId>,
    /// Whether its own `on_startup` hooks have been called.
    begun: bool,
    /// Why the group stops, once it does.
    cause: Option<Cause>,
    /// When the whole group is forced.
    deadline: Option<Instant>,
    forced: bool,
    /// When a single member is to be forced or given up.
    alarms: BTreeSet<(Instant, MemberId)>,
    /// Why the group stops as soon as it has started: a member was done before that.
    later: Option<Cause>,
    trash: Trash,
}

impl Supervisor {
    pub(crate) fn new(
        group: &GroupHandle,
        events: mpsc::UnboundedReceiver<Event>,
        hooks: Hooks,
        grace: Option<Duration>,
        runtime: Handle,
    ) -> Self {
        Self {
            node: Arc::clone(group.node()),
            events,
            events_of_members: group.events().clone(),
            hooks,
            grace,
            runtime,
            members: BTreeMap::new(),
            live: 0,
            to_launch: Vec::new(),
            starting: BTreeSet::new(),
            begun: false,
            cause: None,
            deadline: None,
            forced: false,
            alarms: BTreeSet::new(),
            later: None,
            trash: Trash::default(),
        }
    }

    /// Runs the group from its start to its end. `started` is called if all has started.
    pub(crate) async fn supervise(mut self, wiring: Wiring, started: impl FnOnce()) {
        let mut started = Some(started);
        if let Err((worker, error)) = self.prepare(wiring).await {
            self.begin_stop(Cause::StartupFailed {
                worker: worker.into(),
                error,
            });
        }
        loop {
            if self.node.stop.is_raised() {
                self.obey_stop();
            }
            self.launch_next();
            if self.cause.is_none()
                && self.starting.is_empty()
                && let Some(started) = started.take()
            {
                self.node.advance(State::Running);
                tracing::info!(group = &**self.node.name(), "started");
                started();
                if let Some(cause) = self.later.take() {
                    self.begin_stop(cause);
                }
            }
            self.trash.take_away();
            if self.cause.is_some() && self.live == 0 {
                break;
            }
            self.step().await;
        }
        self.wind_up().await;
    }

    /// Takes the members in, finds their order, and runs the hooks that come first.
    async fn prepare(&mut self, wiring: Wiring) -> Result<(), (&'static str, Error)> {
        let mut later = Vec::new();
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::Add(seated) => self.take_in(seated),
                event => later.push(event),
            }
        }
        for (from, to) in wiring.edges {
            self.draw(from, to);
        }
        for (member, caller) in wiring.fused {
            if let Some(member) = self.members.get_mut(&member) {
                member.called_by = Some(caller);
            }
        }
        if self.grace.is_none() && self.node.is_root() {
            let grace = default_grace();
            self.grace = Some(*grace.as_ref().unwrap_or(&DEFAULT_GRACE));
            grace.map_err(|error| ("grace", error))?;
        }
        let graph = self
            .members
            .iter()
            .filter(|(_, member)| member.node.kind != Kind::Callback);
        let graph = graph
            .map(|(&id, member)| (id, member.feeds.clone()))
            .collect();
        let callbacks = self
            .members
            .values()
            .filter(|m| m.node.kind == Kind::Callback);
        let callbacks: Vec<_> = callbacks.map(|member| member.id).collect();
        let order = levels(&graph).map_err(|cycle| ("edges", self.cycle(&cycle)))?;
        self.to_launch = order.into_iter().chain([callbacks]).rev().collect();
        if !self.node.stop.is_raised() {
            self.begun = true;
            self.run_startup_hooks()
                .await
                .map_err(|error| ("on_startup", error))?;
        }
        later.into_iter().for_each(|event| self.answer(event));
        Ok(())
    }

    /// Runs the hooks that come first. A stop gives them the grace period, and no more to what follows.
    async fn run_startup_hooks(&mut self) -> Result<(), Error> {
        let node = Arc::clone(&self.node);
        let runtime = self.runtime.clone();
        let running = Runner::new(&node, &runtime);
        let (grace, mut deadline) = (self.grace, None);
        let mut result = Ok(());
        let mut last = None;
        let mut hooks = std::mem::take(&mut self.hooks.on_startup).into_iter();
        for hook in hooks.by_ref() {
            let limit = async {
                node.stop.raised().await;
                let now = Instant::now();
                deadline = deadline.or(grace.map(|grace| now + grace));
                time_is_up(&node, deadline, &mut last).await;
            };
            result = running.run("on_startup", hook, (), limit).await;
            if result.is_err() {
                break;
            }
        }
        self.trash.put(hooks);
        self.deadline = deadline;
        result
    }

    fn take_in(&mut self, seated: Seated) {
        self.live += 1;
        self.members.insert(seated.id, seated);
    }

    fn draw(&mut self, from: MemberId, to: MemberId) {
        let feeder = self
            .members
            .get_mut(&from)
            .expect("an edge starts at a member");
        if !feeder.feeds.contains(&to) {
            feeder.feeds.push(to);
            self.members
                .get_mut(&to)
                .expect("an edge ends at a member")
                .feeders += 1;
        }
    }

    fn cycle(&self, members: &[MemberId]) -> Error {
        let names: Vec<_> = members
            .iter()
            .map(|id| &**self.members[id].node.name())
            .collect();
        format!(
            "these workers feed each other in a circle: {}",
            names.join(", ")
        )
        .into()
    }

    /// Launches the next level, when the one before it has started.
    fn launch_next(&mut self) {
        while self.cause.is_none() && self.starting.is_empty() {
            let Some(level) = self.to_launch.pop() else {
                return;
            };
            for id in level {
                self.launch(id);
            }
        }
    }

    fn launch(&mut self, id: MemberId) {
        let site = Site {
            member: id,
            events: self.events_of_members.clone(),
            runtime: self.runtime.clone(),
        };
        if let Some(launch) = self
            .members
            .get_mut(&id)
            .and_then(|member| member.launch.take())
        {
            self.starting.insert(id);
            launch.launch(site);
            if self.members[&id].asked {
                self.set_alarm(id, true);
            }
        }
    }

    fn started(&mut self, id: MemberId) {
        self.starting.remove(&id);
        // One that had failed is well again.
        if self
            .members
            .get(&id)
            .is_some_and(|member| !member.asked && !member.forced)
        {
            self.alarms.retain(|&(_, member)| member != id);
        }
    }

    /// Whether some members have not started, and none has failed to.
    fn is_starting(&self) -> bool {
        self.cause.is_none() && !(self.to_launch.is_empty() && self.starting.is_empty())
    }

    /// Waits for the next thing to happen, and answers it.
    async fn step(&mut self) {
        let node = Arc::clone(&self.node);
        let (stopping, forced) = (self.cause.is_some(), self.forced);
        let alarm = self
            .alarms
            .first()
            .map(|&(at, _)| at)
            .into_iter()
            .chain(self.deadline)
            .min();
        tokio::select! {
            () = node.force.raised(), if !forced => self.force_all(),
            () = node.stop.raised(), if !stopping => self.obey_stop(),
            Some(event) = self.events.recv() => self.answer(event),
            () = sleep_until(alarm.unwrap_or_else(Instant::now)), if alarm.is_some() => self.ring(),
        }
    }

    fn answer(&mut self, event: Event) {
        match event {
            Event::Add(seated) if self.cause.is_some() => seated.never_started(&mut self.trash),
            Event::Add(mut seated) => {
                seated.late = true;
                let id = seated.id;
                self.take_in(seated);
                self.launch(id);
            }
            Event::Started(id) => self.started(id),
            Event::Failing(id) => self.set_alarm(id, true),
            Event::Ended(id) => self.ended(id),
            Event::StopMember(id) => self.ask(id, true),
            Event::Remove(node) => {
                let member = self
                    .members
                    .values_mut()
                    .find(|m| Arc::ptr_eq(&m.node, &node));
                if let Some(member) = member {
                    member.removed = true;
                    let (id, born) = (member.id, member.launch.is_none());
                    if born {
                        self.ask(id, true);
                    } else {
                        self.drop_unborn(id);
                    }
                    self.forget(id);
                }
            }
        }
    }

    /// Runs the last hooks and writes the exit.
    async fn wind_up(mut self) {
        let node = Arc::clone(&self.node);
        let runtime = self.runtime.clone();
        let running = Runner::new(&node, &runtime);
        let deadline = self.deadline;
        let mut late = None;
        let hooks = std::mem::take(&mut self.hooks);
        self.trash.put(hooks.on_startup);
        let on_shutdown = if self.begun {
            hooks.on_shutdown
        } else {
            self.trash.put(hooks.on_shutdown);
            Vec::new()
        };
        self.trash.take_away();
        for hook in on_shutdown {
            let limit = time_is_up(&node, deadline, &mut late);
            if let Err(error) = running.run("on_shutdown", hook, (), limit).await {
                node.note_error(&error);
                // One that was cut off was forced; it did not fail.
                if late.is_none() {
                    self.fail(Cause::failure("on_shutdown", error));
                }
            }
        }
        // From here on, a member that is added is refused by `GroupHandle::admit`.
        self.events.close();
        while let Ok(event) = self.events.try_recv() {
            if let Event::Add(seated) = event {
                seated.never_started(&mut self.trash);
            }
        }
        let cause = self.cause.take().unwrap_or(Cause::Stopped);
        let exit = node.report(cause, self.forced || late.is_some(), false);
        let mut last = None;
        for hook in hooks.after_shutdown {
            let limit = time_is_up(&node, deadline, &mut last);
            // Its failure comes too late for the exit; it is in the log.
            let _ = running
                .run("after_shutdown", hook, exit.clone(), limit)
                .await;
        }
        self.trash.take_away();
        tracing::info!(group = exit.name(), cause = %exit.cause(), code = exit.code(), "stopped");
        node.finish(exit);
    }
}
