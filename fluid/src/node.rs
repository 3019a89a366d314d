//! The shared state of one member, used by its handles, its task and the supervisor of its group.

pub(crate) mod context;
pub(crate) mod directive;
mod grace;
pub(crate) mod members;
mod membership;
mod notify;
pub(crate) mod options_ref;
mod rare;
mod report;
mod state_cell;

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use crate::error::{Error, Stalled};
use crate::node::members::Members;
use crate::node::membership::Membership;
pub(crate) use crate::node::notify::{MemberEvent, Parent};
use crate::node::options_ref::OptionsRef;
use crate::node::rare::Rare;
use crate::node::state_cell::StateCell;
use crate::options::OnStall;
use crate::queue::{NoReply, QueueControl, Tally};
use crate::report::cause::{Cause, Forced};
use crate::report::exit::Exit;
use crate::state::{Kind, State};
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::flag::{Flag, Flags};
use crate::sync::lock::lock;
use crate::sync::{Mutex, OnceLock};
use crate::time::rate::Limiter;
use crate::time::run_control::RunControl;

/// The identifier of a member within its group.
pub(crate) type MemberId = usize;

pub(crate) struct Node {
    name: Arc<str>,
    pub(crate) kind: Kind,
    pub(crate) options: OptionsRef,
    /// The group that it is a member of, and its identifier there.
    membership: OnceLock<Membership>,
    /// The queue, if it is a consumer.
    pub(crate) queue_control: Option<Arc<dyn QueueControl>>,
    /// The counters of each port.
    sent: Box<[Arc<Tally>]>,
    state: StateCell,
    /// The requests to the member: [`stop`](Self::stop) and [`forced`](Self::forced).
    asked: Flags,
    /// The requests to the current incarnation.
    run_control: Mutex<Arc<RunControl>>,
    /// Set if the worker was added by value, or a resource moved into it, so that it cannot be built again.
    pub(crate) by_value: AtomicBool,
    pub(crate) beats: AtomicU64,
    started_at: OnceLock<Instant>,
    exit: OnceLock<Exit>,
    /// The members, if it is a group.
    members: Option<Box<Mutex<Members>>>,
    /// Data that only few members need, allocated on first use.
    rare: OnceLock<Box<Rare>>,
    #[cfg(feature = "test-util")]
    pub(crate) test: crate::test::TestHooks,
}

impl Node {
    pub(crate) fn new(
        name: Arc<str>,
        kind: Kind,
        options: impl Into<OptionsRef>,
        queue_control: Option<Arc<dyn QueueControl>>,
        sent: impl Into<Box<[Arc<Tally>]>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            kind,
            options: options.into(),
            membership: OnceLock::new(),
            queue_control,
            sent: sent.into(),
            state: StateCell::new(),
            asked: Flags::default(),
            run_control: Mutex::default(),
            by_value: AtomicBool::new(false),
            beats: AtomicU64::new(0),
            started_at: OnceLock::new(),
            exit: OnceLock::new(),
            members: (kind == Kind::Group).then(Box::default),
            rare: OnceLock::new(),
            #[cfg(feature = "test-util")]
            test: crate::test::TestHooks::new(),
        })
    }

    /// The member's name within its group.
    pub(crate) fn name(&self) -> &Arc<str> {
        let alias = self.rare.get().and_then(|rare| rare.alias.get());
        alias.unwrap_or(&self.name)
    }

    fn rare(&self) -> &Rare {
        self.rare.get_or_init(Box::default)
    }

    pub(crate) fn state(&self) -> State {
        self.state.get()
    }

    pub(crate) async fn reached(&self, state: State) -> State {
        self.state.reached(state).await
    }

    pub(crate) fn advance(&self, state: State) {
        if state == State::Running {
            self.started_at.get_or_init(Instant::now);
        }
        if let Some(previous) = self.state.advance(state) {
            tracing::debug!(
                worker = &*self.path(),
                kind = %self.kind,
                from = %previous,
                to = %state,
                "state changed"
            );
        }
        #[cfg(feature = "test-util")]
        crate::test::rested();
    }

    /// Whether it has been running at least once.
    pub(crate) fn has_started(&self) -> bool {
        self.started_at.get().is_some()
    }

    /// Raised when the member is asked to stop.
    pub(crate) const fn stop(&self) -> Flag<'_> {
        self.asked.flag(0)
    }

    /// Raised when the grace period is over.
    pub(crate) const fn forced(&self) -> Flag<'_> {
        self.asked.flag(1)
    }

    /// Requests a stop. If it is a member of a group, the supervisor decides when it stops.
    pub(crate) fn ask_to_stop(&self, why: Option<Cause>) {
        if let Some(why) = why {
            // Only the first cause counts.
            let _ = self.rare().why.set(why);
        }
        self.refuse_from_outside();
        self.notify_stop_requested();
        if self.is_root() || self.kind == Kind::Group {
            self.stop_at_once();
        }
    }

    /// Refuses messages from outside the group, if it is a consumer.
    pub(crate) fn refuse_from_outside(&self) {
        if let Some(queue_control) = &self.queue_control {
            queue_control.close_public();
        }
    }

    /// Begins the stop of a group in the thread of the caller, because the supervisor may not run soon. Members
    /// that nothing feeds are asked to stop, and messages from outside are refused. The supervisor sees the flag
    /// and does the rest: also for members that stop last, and for all members if hooks run first.
    fn stop_at_once(&self) {
        // Raised before any member is asked, so that a member that ends because of it is known to have been asked.
        if !self.stop().raise() {
            return;
        }
        self.begin_grace();
        if self.announces_stop() {
            return;
        }
        let mut members = self.members();
        members.retain(|member| !member.stops_last());
        for member in &members {
            match member.kind {
                Kind::Group => member.stop_at_once(),
                Kind::Consumer => member.refuse_from_outside(),
                Kind::Worker | Kind::Callback => member.end(),
            }
        }
        // After all members were woken, so that they can run.
        for consumer in members
            .iter()
            .filter_map(|member| member.queue_control.as_ref())
        {
            consumer.yield_to_all();
        }
    }

    /// The limiter of its calls.
    pub(crate) fn limiter(&self) -> Option<&Limiter> {
        let rate = self.options.rate?;
        let new = || Limiter::new(rate, self.options.burst);
        Some(self.rare().limiter.get_or_init(new))
    }

    /// The cause of the stop, [`Cause::Stopped`] if none was given.
    pub(crate) fn asked_because(&self) -> Cause {
        let why = self.rare.get().and_then(|rare| rare.why.get());
        why.map_or(Cause::Stopped, Cause::clone)
    }

    /// Forces it to stop, for the reason `why`. If it has not ended at `until`, it is stuck.
    pub(crate) fn force(&self, until: Instant, why: Forced) {
        self.note_force(why);
        let _ = self.rare().force_until.set(until);
        self.forced().raise();
        self.run_control().abort(until);
    }

    /// The requests to the current incarnation.
    pub(crate) fn run_control(&self) -> Arc<RunControl> {
        Arc::clone(&lock(&self.run_control))
    }

    /// Asks it to stop now. The thread that begins the stop of a group may call this too early for an incarnation
    /// that is just starting. So the supervisor, which starts incarnations, calls it again.
    pub(crate) fn end(&self) {
        self.stop().raise();
        self.run_control().stop();
    }

    /// Asks the current incarnation to end, because the worker is restarted.
    pub(crate) fn request_restart(&self) {
        self.advance(State::Restarting);
        self.run_control().request_restart();
        if let Some(queue_control) = &self.queue_control {
            queue_control.interrupt(true);
        }
    }

    /// Begins the next incarnation.
    pub(crate) fn renew(&self) {
        let next = Arc::new(RunControl::default());
        if self.stop().is_raised() {
            next.stop_requested().raise();
        }
        if let Some(until) = self.force_until() {
            next.abort(until);
        }
        if let Some(queue_control) = &self.queue_control {
            queue_control.interrupt(false);
        }
        let last = std::mem::replace(&mut *lock(&self.run_control), next);
        // Code that still holds a context of the last incarnation, such as a spawned task, sees that it has ended.
        last.stop_requested().raise();
        self.rare().restarts.fetch_add(1, Ordering::Relaxed);
    }

    /// The path of the member, itself or one below it, that was added by value and so prevents a restart.
    pub(crate) fn non_restartable(&self) -> Option<Arc<str>> {
        if self.exit().is_some() {
            return None;
        }
        if self.by_value.load(Ordering::Relaxed) {
            return Some(self.path());
        }
        self.members()
            .into_iter()
            .find_map(|member| member.non_restartable())
    }

    pub(crate) fn force_until(&self) -> Option<Instant> {
        self.rare.get()?.force_until.get().copied()
    }

    /// Records the error of a failure. The hooks of the member still run.
    pub(crate) fn fail_with(&self, error: &Error) {
        self.note_error(error);
        // Logged at a higher level after its hooks, when it is known whether a restart follows.
        tracing::debug!(
            worker = &*self.path(),
            error = format!("{error:#}"),
            "run failed"
        );
        let _last = lock(&self.rare().failing).replace(error.clone());
    }

    /// Clears the failure after a restart.
    pub(crate) fn clear_failure(&self) {
        if let Some(rare) = self.rare.get() {
            let _last = lock(&rare.failing).take();
        }
    }

    /// The failure, while the hooks of the member run.
    pub(crate) fn failing(&self) -> Option<Cause> {
        let error = lock(&self.rare.get()?.failing).clone();
        error.map(|error| Cause::failure(self.name(), error))
    }

    /// The cause, if it is now forced to stop.
    pub(crate) fn ended_because(&self) -> Cause {
        self.failing().unwrap_or_else(|| self.asked_because())
    }

    pub(crate) fn note_error(&self, error: &Error) {
        // The last error is dropped outside the lock.
        let _last = lock(&self.rare().last_error).replace(error.clone());
    }

    fn last_error(&self) -> Option<Error> {
        lock(&self.rare.get()?.last_error).clone()
    }

    /// Ends it with `exit`, which every waiter gets. Only the first exit counts.
    pub(crate) fn finish(&self, exit: Exit) {
        let (state, lost) = (exit.state(), exit.lost());
        if self.state.end(state, || self.exit.set(exit).is_ok()) {
            if lost > 0 && self.kind == Kind::Consumer {
                tracing::error!(worker = &*self.path(), messages = lost, "messages lost");
            }
            tracing::debug!(worker = &*self.path(), kind = %self.kind, to = %state, "state changed");
        }
        #[cfg(feature = "test-util")]
        crate::test::rested();
    }

    /// Ends it and its members that have not ended, because no task runs them any more.
    pub(crate) fn abandon(&self) {
        if self.exit().is_some() {
            return;
        }
        for worker in self.members() {
            worker.abandon();
        }
        if let Some(queue_control) = &self.queue_control {
            // The questions in the queue were dropped. The outcome of all others is not known.
            drop(queue_control.seal());
            queue_control.end_questions(NoReply::Unanswered);
        }
        self.finish(self.report(Cause::Abandoned, true, false));
    }

    pub(crate) fn exit(&self) -> Option<&Exit> {
        self.exit.get()
    }

    /// Resolves with the exit. Cancel safe.
    pub(crate) async fn exited(&self) -> Exit {
        self.state.until(|| self.exit.get().cloned()).await
    }

    /// Whether an error is a stall of this worker that its `on_stall` answers with a restart.
    pub(crate) fn stalled_by(&self, error: &Error) -> bool {
        // The error may be that of another worker, which was passed on.
        let stalled = error.downcast_ref::<Stalled>();
        self.options.on_stall == OnStall::Restart
            && stalled.is_some_and(|stalled| stalled.worker() == &*self.path())
    }

    /// Calls `with` with the members. Returns `None` if it is no group.
    pub(crate) fn with_members<T>(&self, with: impl FnOnce(&mut Members) -> T) -> Option<T> {
        let members = self.members.as_ref()?;
        Some(with(&mut lock(members)))
    }

    /// Removes a member and frees its name.
    pub(crate) fn remove(&self, member: &Arc<Node>) {
        self.with_members(|members| members.remove(member));
    }

    /// Removes a member that has ended, and keeps the sums of its exit.
    pub(crate) fn forget(&self, member: &Arc<Node>, exit: &Exit) {
        self.with_members(|members| members.forget(member, exit));
    }

    /// The member at this path below it: names, joined with `/`.
    pub(crate) fn find(self: &Arc<Self>, path: &str) -> Option<Arc<Self>> {
        path.split('/').try_fold(Arc::clone(self), |node, name| {
            node.with_members(|members| members.find(name).cloned())
                .flatten()
        })
    }

    pub(crate) fn members(&self) -> Vec<Arc<Node>> {
        self.with_members(|members| members.nodes().cloned().collect())
            .unwrap_or_default()
    }
}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("name", self.name())
            .field("kind", &self.kind)
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
