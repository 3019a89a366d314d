//! How a group starts: level by level, sinks first.

use std::sync::Arc;

use tokio::time::Instant;

use crate::error::Error;
use crate::graph::levels::levels;
use crate::lifecycle::launch::{GroupLaunch, LaunchContext};
use crate::node::MemberId;
use crate::options::grace::{DEFAULT_GRACE, grace_of_environment};
use crate::report::cause::Forced;
use crate::supervisor::deadlines::Deadline;
use crate::supervisor::entry::{Entries, Entry};
use crate::supervisor::hooks::{Runner, Started, time_is_up};
use crate::supervisor::{Event, Supervisor, Wiring};

impl Supervisor {
    /// Takes in the members, computes their order, and runs the `on_startup` hooks of the group.
    pub(super) async fn prepare(
        &mut self,
        mut wiring: Wiring,
    ) -> Result<(), (&'static str, Error)> {
        let (mut members, mut later) = (Vec::new(), Vec::new());
        while let Ok(event) = self.events.try_recv() {
            match event {
                Event::Add(entry) => members.push((entry.id, entry)),
                Event::AddAll { entries, edges, .. } => {
                    members.extend(entries.into_iter().map(|entry| (entry.id, entry)));
                    wiring.edges.extend(edges);
                }
                event => later.push(event),
            }
        }
        // Built from all members at once, the map is as small as possible.
        self.members = members.into_iter().collect();
        for (from, to) in wiring.edges {
            self.drain.connect(from, to);
        }
        for (member, caller) in wiring.fused {
            self.drain.fuse(caller, member);
        }
        // Nearly always none stops last. Then no caller needs to be looked up.
        let any_last = self.members.values().any(|member| member.stops_last());
        let members: Vec<_> = self.members.keys().copied().collect();
        for id in members {
            self.drain.add(id, any_last && self.stops_last(id));
        }
        if self.node.is_root() {
            // The operator of a program knows better than its code how long a stop may take.
            let operator = grace_of_environment();
            let grace = operator.as_ref().ok().copied().flatten().or(self.grace);
            self.grace = Some(grace.unwrap_or(DEFAULT_GRACE));
            operator.map_err(|error| ("grace", error))?;
        }
        if let Some(grace) = self.grace {
            self.node.set_grace(grace);
        }
        self.to_launch = self.launch_order().map_err(|error| ("edges", error))?;
        if !self.node.stop().is_raised() {
            self.hooks_begun = true;
            self.run_startup_hooks()
                .await
                .map_err(|error| ("on_startup", error))?;
        }
        later.into_iter().for_each(|event| self.answer(event));
        Ok(())
    }

    /// Runs the `on_startup` hooks of the group. A stop cuts off the hook that runs, and the next ones are not called.
    async fn run_startup_hooks(&mut self) -> Result<(), Error> {
        let node = Arc::clone(&self.node);
        let runtime = self.runtime.clone();
        let running = Runner::new(&node, &runtime);
        let (mut deadline, mut last) = (None, None);
        let mut result = Ok(());
        let mut hooks = std::mem::take(&mut self.hooks.on_startup).into_iter();
        while !node.stop().is_raised()
            && let Some(hook) = hooks.next()
        {
            let limit = async {
                deadline = node.begin_grace();
                time_is_up(&node, deadline, &mut last).await;
            };
            match running.run_until_stop("on_startup", hook, limit).await {
                Started::Returned(Ok(())) => continue,
                Started::Returned(Err(error)) => result = Err(error),
                Started::CutOff => {}
                Started::Stuck => {
                    self.forced = true;
                    node.note_force(Forced::GracePeriodOver);
                }
            }
            break;
        }
        self.deferred.put(&self.node, hooks);
        self.deadlines.set_group(deadline);
        result
    }

    /// Whether a member stops when all others have ended. One that is called stops with its caller.
    fn stops_last(&self, id: MemberId) -> bool {
        let callers = std::iter::successors(Some(id), |&id| self.drain.caller(id));
        let head = callers.last().and_then(|id| self.members.get(&id));
        head.is_some_and(|head| head.stops_last())
    }

    pub(super) fn take_in(&mut self, entry: Box<Entry>) {
        self.drain.add(entry.id, entry.stops_last());
        self.members.insert(entry.id, entry);
    }

    /// Takes in several members with their edges, and launches them, sinks first. None waits for the start of another: a
    /// stop that follows would drop those that were not launched, with the messages that they have accepted.
    pub(super) fn add_all(
        &mut self,
        entries: Entries,
        levels: Vec<Vec<MemberId>>,
        edges: Vec<(MemberId, MemberId)>,
    ) {
        for mut entry in entries {
            entry.late = true;
            self.take_in(entry);
        }
        for (from, to) in edges {
            // A consumer that was removed or forgotten refuses what is sent to it.
            if self.members.contains_key(&to) {
                self.drain.connect(from, to);
            }
        }
        levels
            .into_iter()
            .flatten()
            .for_each(|id| self.launch_late(id));
    }

    /// Launches a member that was added to the running group. It waits for the end of a restart of several members.
    pub(super) fn launch_late(&mut self, id: MemberId) {
        if self.restarts.in_a_group() {
            self.to_launch.insert(0, vec![id]);
        } else {
            self.launch(id);
        }
    }

    /// All members in levels: callbacks first, then sources, sinks last. The last level is launched first.
    fn launch_order(&self) -> Result<Vec<Vec<MemberId>>, Error> {
        let (callbacks, workers): (Vec<_>, Vec<_>) = self
            .members
            .values()
            .partition(|member| member.is_callback());
        let feeds = workers.iter().map(|m| (m.id, self.drain.feeds(m.id)));
        let mut order = levels(&feeds.collect()).map_err(|cycle| {
            let names = cycle.iter().map(|id| self.members[id].node.path());
            let names = names.collect::<Vec<_>>().join(", ");
            format!("these workers feed each other in a circle: {names}")
        })?;
        if let Some((last, fed)) = self.drain.reversed() {
            let [last, fed] = [last, fed].map(|id| self.members[&id].node.path());
            return Err(
                format!("`{last}` stops last, and feeds `{fed}`, which stops before it").into(),
            );
        }
        order.push(callbacks.iter().map(|member| member.id).collect());
        order.reverse();
        Ok(order)
    }

    /// Launches the next level, if all launched members have started.
    pub(super) fn launch_next(&mut self) {
        while self.cause.is_none() && self.starting == 0 && !self.restarts.in_a_group() {
            let Some(level) = self.to_launch.pop() else {
                return;
            };
            for id in level {
                self.launch(id);
            }
        }
    }

    pub(super) fn launch(&mut self, id: MemberId) {
        let group = self.group_launch();
        let answered = |member| self.answer_to(member, None).may_restart();
        let answered = self.members.get(&id).is_some_and(|member| answered(member));
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let Some(launch) = member.launch.take() else {
            return;
        };
        member.starting = true;
        self.starting += 1;
        launch.launch(LaunchContext { answered, group });
        let stall = member.stall_limit();
        let asked = member.asked;
        if let Some(limit) = stall {
            let at = Instant::now() + limit;
            self.deadlines.set(at, Deadline::Stall, id);
        }
        if asked {
            self.limit_stop(id, true);
        }
    }

    pub(super) fn started(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id)
            && std::mem::take(&mut member.starting)
        {
            self.starting -= 1;
        }
        self.restarts.no_longer_awaited(id);
    }

    /// The part of the launch context that all members share.
    fn group_launch(&mut self) -> Arc<GroupLaunch> {
        let patience = self.patience();
        let group_launch = self.group_launch.get_or_insert_with(|| {
            Arc::new(GroupLaunch {
                runtime: self.runtime.clone(),
                patience,
            })
        });
        Arc::clone(group_launch)
    }

    /// Whether all members have started, and no restart of several members is in progress.
    pub(super) fn has_started(&self) -> bool {
        self.to_launch.is_empty() && self.starting == 0 && !self.restarts.in_a_group()
    }

    /// Whether the group starts: it does not stop, and has not started.
    pub(super) fn is_starting(&self) -> bool {
        self.cause.is_none() && !self.has_started()
    }
}
