//! The handle of a group.

mod add;
mod lookup;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::{AddError, Error, ExtendError};
use crate::group::callback::Callback;
use crate::group::extension::Extension;
use crate::group::handle::add::callback_of;
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::group::workers::default_name;
use crate::lifecycle::launch::Build;
use crate::node::members::Members;
use crate::node::options_ref::OptionsRef;
use crate::node::{MemberEvent, MemberId, Node, Parent};
use crate::options::Options;
use crate::outcome::Outcome;
use crate::queue::{Channel, Tally};
use crate::report::cause::Cause;
use crate::report::exit::Exit;
use crate::report::status::Status;
use crate::state::Nothing;
use crate::state::State;
use crate::supervisor::{Event, Events};
use crate::sync::{OnceLock, oneshot};
use crate::worker::Worker;

/// A handle of a group, valid before, during and after its run. Cheap to clone. Dropping it has no effect.
#[derive(Clone)]
pub struct GroupHandle {
    node: Arc<Node>,
    events: Events,
    shared: Arc<Shared>,
}

/// State that all handles of a group share.
struct Shared {
    /// The group as the parent of its members.
    parent: Arc<dyn Parent>,
    next_id: AtomicUsize,
    /// The closed queue of all workers that consume nothing.
    nothing: OnceLock<Arc<Channel<Nothing>>>,
    /// The counts of ports whose message type is `Nothing`.
    unsent: Arc<Tally>,
}

/// A group as the parent of its members: it receives their events, and gives them its handle.
struct GroupParent {
    events: Events,
    shared: Weak<Shared>,
}

impl Parent for GroupParent {
    fn notify(&self, member: MemberId, event: MemberEvent) {
        let _ = self.events.send(Event::Member(member, event));
    }
}

impl GroupHandle {
    pub(crate) fn new(node: Arc<Node>, events: Events) -> Self {
        let shared = Arc::new_cyclic(|shared| Shared {
            parent: Arc::new(GroupParent {
                events: events.clone(),
                shared: Weak::clone(shared),
            }),
            next_id: AtomicUsize::default(),
            nothing: OnceLock::new(),
            unsent: Arc::default(),
        });
        Self {
            node,
            events,
            shared,
        }
    }

    /// The group as the parent of its members.
    #[cfg(all(test, fluid_loom))]
    pub(crate) fn as_parent(&self) -> Arc<dyn Parent> {
        Arc::clone(&self.shared.parent)
    }

    /// The group that this node is a member of.
    pub(super) fn of_member(member: &Node) -> Option<Self> {
        let (node, parent) = member.parent()?;
        let GroupParent { events, shared } = parent.downcast_ref()?;
        Some(Self {
            node,
            events: events.clone(),
            shared: shared.upgrade()?,
        })
    }

    /// The same group, whose new members are announced to `events`.
    pub(crate) fn with_events(&self, events: Events) -> Self {
        Self {
            events,
            ..self.clone()
        }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    pub(crate) fn events(&self) -> &Events {
        &self.events
    }

    /// The closed queue that all workers of the group share that consume nothing.
    pub(crate) fn queue_of_nothing<M: Send + 'static>(&self) -> Option<Arc<Channel<M>>> {
        let new = || Channel::of_nothing(Arc::clone(self.node.name()));
        let nothing = self.shared.nothing.get_or_init(new);
        (Arc::clone(nothing) as Arc<dyn Any + Send + Sync>)
            .downcast()
            .ok()
    }

    /// The counts of ports whose message type is `Nothing`.
    pub(crate) fn tally_of_nothing(&self) -> &Arc<Tally> {
        &self.shared.unsent
    }

    /// The name of the group.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.node.name()
    }

    /// The current state.
    #[must_use]
    pub fn state(&self) -> State {
        self.node.state()
    }

    /// Waits until the state is `state` or a later one, and returns it. Cancel safe.
    pub async fn wait_for(&self, state: State) -> State {
        self.node.reached(state).await
    }

    /// Whether the group has started and has not been asked to stop.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state(), State::Running | State::Restarting)
    }

    /// Whether the group was asked to stop or has finished its work, and has not ended yet.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.state() == State::Stopping
    }

    /// How long the group has until its stop is forced. `None` if no stop has begun.
    #[must_use]
    pub fn grace_left(&self) -> Option<Duration> {
        let stop_by = self.node.stop_by()?;
        Some(stop_by.saturating_duration_since(Instant::now()))
    }

    /// Waits until the supervisor of the group has answered, and returns whether it has. Returns `false` if the group has
    /// ended. A group that has not been started answers at its start.
    ///
    /// A supervisor answers within microseconds, unless its thread is blocked. So a liveness check awaits this with a
    /// timeout. Cancel safe.
    pub async fn responds(&self) -> bool {
        let (answer, answered) = oneshot::channel();
        let sent = self.events.send(Event::Ping(answer));
        sent.is_ok() && answered.await.is_ok()
    }

    /// The number of workers, callbacks and nested groups in the group, without the members of nested groups.
    #[must_use]
    pub fn num_workers(&self) -> usize {
        let count = self.node.with_members(|members| members.len());
        count.unwrap_or_default()
    }

    /// The current status of the group and of all its members.
    #[must_use]
    pub fn status(&self) -> Status {
        self.node.status()
    }

    /// Asks the group to stop, and returns at once. Further calls have no effect. May be called from any thread.
    ///
    /// Sources stop, and messages from outside are refused. Each consumer ends when all workers that feed it have
    /// ended and its queue is empty. When this returns, [`Context::is_running`](crate::Context::is_running) is
    /// `false` for all sources, also in nested groups, and sends from outside fail. The state of the group changes
    /// shortly after. With [`on_stopping`](crate::Workers::on_stopping) all of this follows when that has returned, and
    /// members with [`StopOrder::Last`](crate::StopOrder::Last) are asked when the others have ended.
    pub fn gracefully_stop(&self) {
        self.node.ask_to_stop(None);
    }

    /// Asks the group to stop because of `reason`, and sets the exit code. Has no effect if the group was asked to
    /// stop before.
    pub fn bail_out(&self, reason: impl Into<Cow<'static, str>>, code: u8) {
        self.node.ask_to_stop(Some(Cause::BailedOut {
            reason: reason.into(),
            code,
        }));
    }

    /// Asks the group to stop, and waits until it has ended. It is forced to end after its grace period.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the group still stops.
    pub async fn shutdown(&self) -> Exit {
        self.gracefully_stop();
        self.wait_for_shutdown().await
    }

    /// Waits until the group has ended, without asking it to stop. All calls return the same exit, also after the
    /// end. Cancel safe.
    pub async fn wait_for_shutdown(&self) -> Exit {
        self.node.exited().await
    }

    /// The exit, if the group has ended.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        self.node.exit().cloned()
    }

    /// Adds a worker to the group. In a running group it starts at once.
    ///
    /// Its name is that of its function or type. If that name is taken, a number is appended. A consumer with several lanes is
    /// added as by [`Workers::add`](crate::Workers::add).
    ///
    /// # Errors
    ///
    /// If the group is stopping, was asked to stop, or has ended.
    pub fn add<W: Worker>(&self, worker: W) -> Result<ConsumerHandle<W::Message>, AddError> {
        let () = Build::<W>::CHECK_BY_VALUE;
        let options = OptionsRef::from(const { &W::OPTIONS });
        self.add_slot(&default_name::<W>(), options, Build::by_value(worker))
    }

    /// Adds a worker with a name and options, which are merged into its own as in
    /// [`Workers::add_with`](crate::Workers::add_with). It can be restarted, because `build` is called for each
    /// incarnation.
    ///
    /// # Errors
    ///
    /// Like [`add`](Self::add).
    pub fn add_with<W: Worker>(
        &self,
        name: &str,
        options: Options,
        build: impl FnMut() -> W + Send + 'static,
    ) -> Result<ConsumerHandle<W::Message>, AddError> {
        let options = W::OPTIONS.merged(options);
        self.add_slot(name, options.into(), Build::anew(build))
    }

    /// Adds a worker that `build` makes asynchronously, or fails to make. See
    /// [`Workers::add_async`](crate::Workers::add_async). In a running group a failure of its first start stops the group,
    /// like one of its `on_startup`, unless its [`on_error`](Options::on_error) is [`OnError::Forget`](crate::OnError::Forget).
    ///
    /// # Errors
    ///
    /// Like [`add`](Self::add).
    pub fn add_async<W: Worker, F>(
        &self,
        name: &str,
        options: Options,
        build: impl FnMut() -> F + Send + 'static,
    ) -> Result<ConsumerHandle<W::Message>, AddError>
    where
        F: Future<Output = Result<W, Error>> + Send + 'static,
    {
        let options = W::OPTIONS.merged(options);
        self.add_slot(name, options.into(), Build::later(build))
    }

    /// Adds workers together, with edges between them and to consumers of the group. In a running group they start at
    /// once, sinks first. The order of a stop follows the new edges, too: a consumer is asked to stop when all that feeds it
    /// has ended.
    ///
    /// ```
    /// # use fluid::{OnExit, Options, Workers, consumer, worker};
    /// /// Reads the lines of one tenant.
    /// #[worker(on_exit = "forget")]
    /// async fn read(tenant: String) -> Vec<String> { vec![format!("a line of {tenant}")] }
    ///
    /// #[consumer]
    /// async fn store(line: String) { println!("{line}") }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut workers = Workers::new("service");
    /// let store = workers.add(Store).handle();
    /// let group = workers.startup().await?;
    /// for tenant in ["first", "second"] {
    ///     group.extend(|new| {
    ///         let read = new.add(Read { tenant: tenant.to_owned() });
    ///         new.connect(&read, &store);
    ///     })?;
    /// }
    /// # assert!(group.shutdown().await.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the group is stopping, was asked to stop, or has ended; if the new workers feed each other in a circle; or if one
    /// that stops last feeds one that stops before it. Then none of them starts.
    ///
    /// # Panics
    ///
    /// Like [`Extension::connect`].
    pub fn extend<T>(&self, draw: impl FnOnce(&mut Extension) -> T) -> Result<T, ExtendError> {
        let mut extension = Extension::new(self);
        let drawn = draw(&mut extension);
        extension.finish()?;
        Ok(drawn)
    }

    /// Removes a worker from the group: asks it to stop, and waits until it has ended. The group continues. When
    /// this returns, the worker is not in the [`status`](Self::status), and its name is free. Returns `None` if the
    /// worker is not a member of this group.
    ///
    /// In a group that has not been started, this waits for the start. [`Workers::remove`](crate::Workers::remove)
    /// does not.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the worker is still stopped and removed.
    pub async fn remove(&self, worker: &WorkerHandle) -> Option<Exit> {
        let mark = |members: &mut Members| {
            let is_member = members.contains(worker.node());
            if is_member {
                worker.node().mark_removed();
            }
            is_member
        };
        self.node.with_members(mark).filter(|&is_one| is_one)?;
        worker.node().refuse_from_outside();
        let _ = self.events.send(Event::Remove(Arc::clone(worker.node())));
        let exit = worker.wait_for_shutdown().await;
        // The supervisor removes it too, but may run later.
        self.node.remove(worker.node());
        Some(exit)
    }

    /// Registers a callback that the group runs beside its workers. May be called before the start or while the
    /// group runs.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use fluid::{Callback, Workers};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), fluid::Error> {
    /// let group = Workers::new("service").startup().await?;
    /// let soon = Callback::after(Duration::from_millis(1));
    /// group.register_callback(soon, || async { println!("a little later") })?;
    /// # assert!(group.shutdown().await.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Like [`add`](Self::add).
    pub fn register_callback<F>(
        &self,
        callback: Callback,
        run: impl FnMut() -> F + Send + 'static,
    ) -> Result<WorkerHandle, AddError>
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.admit_unless_stopping(callback.worker_name(), callback_of(callback, run))
    }
}

impl fmt::Debug for GroupHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupHandle")
            .field("node", &self.node)
            .finish()
    }
}
