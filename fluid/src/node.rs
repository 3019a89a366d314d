//! What the runtime knows of one worker or group while it lives, shared by its handles, its task and
//! its group.

mod cold;
pub(crate) mod context;
pub(crate) mod directive;
pub(crate) mod members;
mod notify;
pub(crate) mod options_ref;
mod report;

use std::fmt;
use std::sync::Arc;

use tokio::time::Instant;

use crate::error::{Error, Stalled};
use crate::node::cold::Cold;
use crate::node::members::Members;
use crate::node::options_ref::OptionsRef;
use crate::options::OnStall;
use crate::queue::{QueueControl, Tally};
use crate::report::exit::{Cause, Exit, Forced};
use crate::state::{State, StateCell};
use crate::supervisor::Event;
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use crate::sync::lock::lock;
use crate::sync::signal::{Signal, Signals};
use crate::sync::{Mutex, OnceLock, mpsc};
use crate::time::run_control::RunControl;

/// What a member of a group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Kind {
    /// A worker without a queue.
    Worker,
    /// A worker with a queue.
    Consumer,
    /// A group of workers.
    Group,
    /// Code that a group runs once or periodically.
    Callback,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Worker => "worker",
            Self::Consumer => "consumer",
            Self::Group => "group",
            Self::Callback => "callback",
        })
    }
}

pub(crate) type Events = mpsc::UnboundedSender<Event>;

/// Identifies a member within its group.
pub(crate) type MemberId = usize;

pub(crate) struct Node {
    name: Arc<str>,
    pub(crate) kind: Kind,
    pub(crate) options: OptionsRef,
    /// The group in which it stands, and which of its members it is.
    parent: OnceLock<(Events, MemberId)>,
    /// The queue of a consumer.
    pub(crate) queue_control: Option<Arc<dyn QueueControl>>,
    /// What became of the messages of each port through which any can be sent.
    sent: Box<[Arc<Tally>]>,
    state: StateCell,
    /// What is asked of it.
    asked: Signals,
    /// Its present life.
    run_control: Mutex<Arc<RunControl>>,
    /// It was added by value, and cannot be built a second time.
    pub(crate) by_value: AtomicBool,
    pub(crate) beats: AtomicU64,
    started_at: OnceLock<Instant>,
    exit: OnceLock<Exit>,
    /// Of a group.
    members: Option<Box<Mutex<Members>>>,
    /// What has happened to it that happens to few, if anything has.
    cold: OnceLock<Box<Cold>>,
    #[cfg(feature = "test-util")]
    pub(crate) test: crate::test::Hooks,
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
            parent: OnceLock::new(),
            queue_control,
            sent: sent.into(),
            state: StateCell::new(),
            asked: Signals::default(),
            run_control: Mutex::default(),
            by_value: AtomicBool::new(false),
            beats: AtomicU64::new(0),
            started_at: OnceLock::new(),
            exit: OnceLock::new(),
            members: (kind == Kind::Group).then(Box::default),
            cold: OnceLock::new(),
            #[cfg(feature = "test-util")]
            test: crate::test::Hooks::new(),
        })
    }

    /// Its name within its group.
    pub(crate) fn name(&self) -> &Arc<str> {
        let alias = self.cold.get().and_then(|cold| cold.alias.get());
        alias.unwrap_or(&self.name)
    }

    fn cold(&self) -> &Cold {
        self.cold.get_or_init(Box::default)
    }

    /// Makes it the member `id` of a group that calls it `name`.
    pub(crate) fn join(&self, group: Events, id: MemberId, name: Arc<str>) {
        if name != self.name {
            let _ = self.cold().alias.set(name);
        }
        let _ = self.parent.set((group, id));
    }

    /// Whether it stands in no group.
    pub(crate) fn is_root(&self) -> bool {
        self.parent.get().is_none()
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
            let (name, kind) = (&**self.name(), self.kind);
            tracing::debug!(worker = name, %kind, from = %previous, to = %state, "state changed");
        }
        #[cfg(feature = "test-util")]
        crate::test::rested();
    }

    /// Whether it was running once.
    pub(crate) fn has_started(&self) -> bool {
        self.started_at.get().is_some()
    }

    /// Its turn to stop has come.
    pub(crate) const fn stop(&self) -> Signal<'_> {
        self.asked.signal(0)
    }

    /// Its grace is over.
    pub(crate) const fn forced(&self) -> Signal<'_> {
        self.asked.signal(1)
    }

    /// Asks it to stop: its group, if it has one, decides when its turn comes.
    pub(crate) fn ask_to_stop(&self, why: Option<Cause>) {
        if let Some(why) = why {
            // The first reason stands.
            let _ = self.cold().why.set(why);
        }
        self.refuse_from_outside();
        self.tell_stop();
        if self.is_root() || self.kind == Kind::Group {
            self.stop_at_once();
        }
    }

    /// Refuses messages from outside its group, if it is a consumer.
    pub(crate) fn refuse_from_outside(&self) {
        if let Some(queue_control) = &self.queue_control {
            queue_control.close_public();
        }
    }

    /// Begins the stop of a group in the thread of whoever asks, since its supervisor may have to wait for its turn:
    /// whatever nothing feeds is told, and messages from outside are refused. The rest of the stop is the
    /// supervisor's, which sees the flag.
    fn stop_at_once(&self) {
        // Raised before anyone is told, so that who ends because of it is known to.
        if !self.stop().raise() {
            return;
        }
        let members = self.members();
        for member in &members {
            match member.kind {
                Kind::Group => member.stop_at_once(),
                Kind::Consumer => member.refuse_from_outside(),
                Kind::Worker | Kind::Callback => member.end(),
            }
        }
        // When all who are to see it have been woken, so that they can run.
        for consumer in members
            .iter()
            .filter_map(|member| member.queue_control.as_ref())
        {
            consumer.yield_to_all();
        }
    }

    /// What limits its calls.
    #[cfg(feature = "rate")]
    pub(crate) fn limiter(&self) -> Option<&crate::time::rate::Limiter> {
        let rate = self.options.rate?;
        let new = || crate::time::rate::Limiter::new(rate, self.options.burst);
        Some(self.cold().limiter.get_or_init(new))
    }

    /// Why it was asked to stop.
    pub(crate) fn asked_because(&self) -> Cause {
        let why = self.cold.get().and_then(|cold| cold.why.get());
        why.map_or(Cause::Stopped, Cause::clone)
    }

    /// Lets it live no longer than until `until`, for the reason `why`.
    pub(crate) fn force(&self, until: Instant, why: Forced) {
        self.note_force(why);
        let _ = self.cold().force_until.set(until);
        self.forced().raise();
        self.run_control().abort(until);
    }

    /// Its present life.
    pub(crate) fn run_control(&self) -> Arc<RunControl> {
        Arc::clone(&lock(&self.run_control))
    }

    /// Its turn to stop has come. Who begins the stop of its group may say so too soon for a life that is just
    /// beginning; its supervisor, which begins the lives, says it again.
    pub(crate) fn end(&self) {
        self.stop().raise();
        self.run_control().stop();
    }

    /// Asks its present life to end, because another one is to follow.
    pub(crate) fn request_restart(&self) {
        self.advance(State::Restarting);
        self.run_control().request_restart();
        if let Some(queue_control) = &self.queue_control {
            queue_control.interrupt(true);
        }
    }

    /// Begins another life.
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
        // Whoever still holds a context of that life, such as a task that the worker spawned, learns it.
        last.stop_requested().raise();
        self.cold().restarts.fetch_add(1, Ordering::Relaxed);
    }

    /// Why it cannot be given another life: the member, itself or one below it, that was added by value.
    pub(crate) fn non_restartable(&self) -> Option<String> {
        if self.exit().is_some() {
            return None;
        }
        if self.by_value.load(Ordering::Relaxed) {
            return Some(self.name().to_string());
        }
        let below = self
            .members()
            .into_iter()
            .find_map(|member| member.non_restartable());
        below.map(|name| format!("{}/{name}", self.name()))
    }

    pub(crate) fn force_until(&self) -> Option<Instant> {
        self.cold.get()?.force_until.get().copied()
    }

    /// It has failed, and its own hooks are still to be called.
    pub(crate) fn fail_with(&self, error: &Error) {
        self.note_error(error);
        let (worker, text) = (&**self.name(), format!("{error:#}"));
        // Louder when its hooks are done, and it is known whether a restart answers it.
        tracing::debug!(worker, error = text, "run failed");
        *lock(&self.cold().failing) = Some(error.clone());
    }

    /// It has been restarted.
    pub(crate) fn is_well(&self) {
        if let Some(cold) = self.cold.get() {
            *lock(&cold.failing) = None;
        }
    }

    /// What it has failed with, while its own hooks are called.
    pub(crate) fn failing(&self) -> Option<Cause> {
        let error = lock(&self.cold.get()?.failing).clone();
        error.map(|error| Cause::failure(self.name(), error))
    }

    /// Why it ends, if it ends now by force.
    pub(crate) fn ended_because(&self) -> Cause {
        self.failing().unwrap_or_else(|| self.asked_because())
    }

    pub(crate) fn note_error(&self, error: &Error) {
        *lock(&self.cold().last_error) = Some(error.clone());
    }

    fn last_error(&self) -> Option<Error> {
        lock(&self.cold.get()?.last_error).clone()
    }

    /// PendingIo it with `exit`, which every waiter gets. Only the first exit counts.
    pub(crate) fn finish(&self, exit: Exit) {
        let (state, lost) = (exit.state(), exit.lost());
        if self.state.end(state, || self.exit.set(exit).is_ok()) {
            if lost > 0 && self.kind == Kind::Consumer {
                tracing::error!(worker = &**self.name(), messages = lost, "messages lost");
            }
            tracing::debug!(worker = &**self.name(), kind = %self.kind, to = %state, "state changed");
        }
        #[cfg(feature = "test-util")]
        crate::test::rested();
    }

    /// PendingIo it and all in it that has not ended, because nothing runs it any more.
    pub(crate) fn abandon(&self) {
        if self.exit().is_some() {
            return;
        }
        for worker in self.members() {
            worker.abandon();
        }
        drop(
            self.queue_control
                .as_ref()
                .map(|queue_control| queue_control.seal()),
        );
        self.finish(self.report(Cause::Abandoned, true, false));
    }

    pub(crate) fn exit(&self) -> Option<&Exit> {
        self.exit.get()
    }

    /// Resolves with the exit. Cancel safe.
    pub(crate) async fn exited(&self) -> Exit {
        self.state.until(|| self.exit.get().cloned()).await
    }

    /// Whether an error says that this worker stalled and is to be restarted for that.
    pub(crate) fn stalled_by(&self, error: &Error) -> bool {
        // It may be that of another one, which was handed on.
        let stalled = error.downcast_ref::<Stalled>();
        self.options.on_stall == OnStall::Restart
            && stalled.is_some_and(|stalled| stalled.worker() == &**self.name())
    }

    /// Does something with the members of a group. Nothing else has any.
    pub(crate) fn with_members<T>(&self, with: impl FnOnce(&mut Members) -> T) -> Option<T> {
        let members = self.members.as_ref()?;
        Some(with(&mut lock(members)))
    }

    /// Forgets a member, and lets another one have its name.
    pub(crate) fn forget(&self, member: &Arc<Node>) {
        self.with_members(|members| members.forget(member));
    }

    pub(crate) fn members(&self) -> Vec<Arc<Node>> {
        self.with_members(|members| members.nodes().to_vec())
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
