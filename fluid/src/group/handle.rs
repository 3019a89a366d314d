//! The handle of a group.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Nothing;
use crate::group::callback::{Callback, Outcome, PendingCallback, boxed};
use crate::group::slot::Slot;
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::group::workers::default_name;
use crate::lifecycle::launch::{Build, Launch};
use crate::node::members::Members;
use crate::node::options_ref::OptionsRef;
use crate::node::{Events, Kind, MemberId, Node};
use crate::options::Options;
use crate::queue::{Channel, Tally};
use crate::report::exit::{Cause, Exit};
use crate::report::status::Status;
use crate::state::State;
use crate::supervisor::{DeferredDrop, Entry, Event, Policy};
use crate::sync::OnceLock;
use crate::worker::Worker;

/// A group, before, while and after it runs. Cheap to clone; dropping it does nothing.
#[derive(Clone)]
pub struct GroupHandle {
    node: Arc<Node>,
    events: Events,
    shared: Arc<Shared>,
}

/// What all handles of a group share besides.
#[derive(Default)]
struct Shared {
    next_id: AtomicUsize,
    /// The queue of all in it that consume nothing.
    nothing: OnceLock<Arc<Channel<Nothing>>>,
    /// What is sent through ports for which there are no messages.
    unsent: Arc<Tally>,
}

impl GroupHandle {
    pub(crate) fn new(node: Arc<Node>, events: Events) -> Self {
        Self {
            node,
            events,
            shared: Arc::default(),
        }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    /// The queue of a worker that consumes nothing, which is the same for all of them.
    pub(crate) fn queue_of_nothing<M: Send + 'static>(&self) -> Option<Arc<Channel<M>>> {
        let new = || Channel::of_nothing(Arc::clone(self.node.name()));
        let nothing = self.shared.nothing.get_or_init(new);
        (Arc::clone(nothing) as Arc<dyn Any + Send + Sync>)
            .downcast()
            .ok()
    }

    /// What counts nothing.
    pub(crate) fn tally_of_nothing(&self) -> &Arc<Tally> {
        &self.shared.unsent
    }

    /// The group's name.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.node.name()
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        self.node.state()
    }

    /// Resolves when the state is `state` or past it, with the state seen then. Cancel safe.
    pub async fn wait_for(&self, state: State) -> State {
        self.node.reached(state).await
    }

    /// Whether it has started and has not been asked to stop.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state(), State::Running | State::Restarting)
    }

    /// Whether it was asked to stop, or is done, and its workers are finishing what they have.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.state() == State::Stopping
    }

    /// How many workers and callbacks stand in the group, those of nested groups not counted.
    #[must_use]
    pub fn num_workers(&self) -> usize {
        let count = self.node.with_members(|members| members.nodes().len());
        count.unwrap_or_default()
    }

    /// What the group and everything in it is doing right now.
    #[must_use]
    pub fn status(&self) -> Status {
        self.node.status()
    }

    /// Asks the group to stop, and returns at once. It may be called any number of times, from
    /// anywhere.
    ///
    /// Sources stop, and messages from outside are refused; each consumer ends when all that feeds it
    /// has ended and its queue is empty. When this returns, [`Context::is_running`](crate::Context::is_running) is false
    /// for all sources here and in the groups below, and sends from outside fail, however busy the runtime is; the group's own
    /// state changes a little later.
    pub fn gracefully_stop(&self) {
        self.node.ask_to_stop(None);
    }

    /// Asks the group to stop for `reason`, and sets the exit code. If it has been asked before, it
    /// only asks once more.
    pub fn bail_out(&self, reason: impl Into<Cow<'static, str>>, code: u8) {
        self.node.ask_to_stop(Some(Cause::BailedOut {
            reason: reason.into(),
            code,
        }));
    }

    /// Asks the group to stop, and waits until it has ended; after the grace period, by force.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing back: the group still stops.
    pub async fn shutdown(&self) -> Exit {
        self.gracefully_stop();
        self.wait_for_shutdown().await
    }

    /// Waits until the group has ended, and asks nothing. Every waiter gets the same exit, also one
    /// that comes late. Cancel safe.
    pub async fn wait_for_shutdown(&self) -> Exit {
        self.node.exited().await
    }

    /// The exit, if the group has ended.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        self.node.exit().cloned()
    }

    /// Adds a worker to the group, running or not. In a running group it starts at once.
    ///
    /// Its name is its type's; if that is taken, a number is added.
    pub fn add<W: Worker>(&self, worker: W) -> ConsumerHandle<W::Message> {
        self.add_seat(
            &default_name::<W>(),
            OptionsRef::of::<W>(),
            Build::once(worker),
        )
    }

    /// Adds a worker that can be restarted, since `build` can make it anew, with a name and options.
    pub fn add_with<W: Worker>(
        &self,
        name: &str,
        options: Options,
        build: impl FnMut() -> W + Send + 'static,
    ) -> ConsumerHandle<W::Message> {
        self.add_seat(name, options.into(), Build::anew(build))
    }

    /// Takes a worker out of the group: asks it to stop, and waits until it has ended. The group goes
    /// on, and forgets it. `None` if it is no member of this group.
    ///
    /// In a group that has not been started this waits for the start;
    /// [`Workers::remove`](crate::Workers::remove) does not.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing back: the worker still stops.
    pub async fn remove(&self, worker: &WorkerHandle) -> Option<Exit> {
        let is_member = |node: &Arc<Node>| Arc::ptr_eq(node, worker.node());
        let members = |members: &mut Members| members.nodes().iter().any(is_member);
        self.node.with_members(members).filter(|&is_one| is_one)?;
        let _ = self.events.send(Event::Remove(Arc::clone(worker.node())));
        Some(worker.wait_for_shutdown().await)
    }

    /// Registers code that the group runs beside its workers, before it starts or while it runs.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use fluid::{Callback, Workers};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), fluid::Exit> {
    /// let group = Workers::new("service").startup().await?;
    /// let soon = Callback::after(Duration::from_millis(1));
    /// group.register_callback(soon, || async { println!("a little later") });
    /// # group.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn register_callback<F>(
        &self,
        callback: Callback,
        run: impl FnMut() -> F + Send + 'static,
    ) -> WorkerHandle
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        let options = callback.options();
        let node = self.admit(callback.worker_name(), |name, _| {
            let node = Node::new(name, Kind::Callback, options, None, Vec::new());
            let pending = PendingCallback {
                node: Arc::clone(&node),
                callback,
                run: boxed(run),
            };
            (Arc::clone(&node), None, Box::new(pending), node)
        });
        WorkerHandle::new(node)
    }

    fn add_seat<W: Worker>(
        &self,
        name: &str,
        options: OptionsRef,
        build: Build<W>,
    ) -> ConsumerHandle<W::Message> {
        self.take_seat(name, options, build).handle()
    }

    pub(crate) fn take_seat<W: Worker>(
        &self,
        name: &str,
        options: OptionsRef,
        build: Build<W>,
    ) -> Slot<W> {
        self.admit(options.name.unwrap_or(name), |name, id| {
            let (seat, pending) = Slot::new(name, id, self, options, build);
            (Arc::clone(&pending.node), None, Box::new(pending), seat)
        })
    }

    /// Makes a member of what `make` makes, under `name` or one like it that is free. It is launched
    /// when the group starts, or now if it has.
    pub(crate) fn admit<T>(
        &self,
        name: &str,
        make: impl FnOnce(Arc<str>, MemberId) -> (Arc<Node>, Option<Policy>, Box<dyn Launch>, T),
    ) -> T {
        let id = self.shared.next_id.fetch_add(1, Ordering::Relaxed);
        let admit = |members: &mut Members| {
            let name = members.free_name(name);
            let (node, policy, launch, made) = make(Arc::clone(&name), id);
            #[cfg(feature = "test-util")]
            node.test.arm_like(&self.node.test);
            node.join(self.events.clone(), id, name);
            members.add(Arc::clone(&node));
            (Box::new(Entry::new(id, node, policy, launch)), made)
        };
        let admitted = self.node.with_members(admit);
        let (entry, made) = admitted.expect("this is a group");
        if let Err(refused) = self.events.send(Event::Add(entry))
            && let Event::Add(mut entry) = refused.0
        {
            // The group has ended.
            entry.never_started(&mut DeferredDrop::default());
        }
        made
    }

    pub(crate) fn stop_because(&self, cause: Cause) {
        self.node.ask_to_stop(Some(cause));
    }

    /// PendingIo everything now.
    pub(crate) fn force(&self, slack: Duration) {
        self.node.ask_to_stop(None);
        self.node.force(Instant::now() + slack);
    }
}

impl fmt::Debug for GroupHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupHandle")
            .field("node", &self.node)
            .finish()
    }
}
