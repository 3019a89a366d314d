//! The handle of a group.

mod admit;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::error::AddError;
use crate::group::callback::Callback;
use crate::group::handle::admit::callback_of;
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::group::workers::default_name;
use crate::lifecycle::launch::Build;
use crate::node::members::Members;
use crate::node::options_ref::OptionsRef;
use crate::node::{Node, Parent};
use crate::options::Options;
use crate::outcome::Outcome;
use crate::queue::{Channel, Tally};
use crate::report::exit::{Cause, Exit};
use crate::report::status::Status;
use crate::state::Nothing;
use crate::state::State;
use crate::supervisor::{Event, Events};
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
struct Shared {
    /// The group as its members see it.
    parent: Arc<dyn Parent>,
    next_id: AtomicUsize,
    /// The queue of all in it that consume nothing.
    nothing: OnceLock<Arc<Channel<Nothing>>>,
    /// What is sent through ports for which there are no messages.
    unsent: Arc<Tally>,
}

impl GroupHandle {
    pub(crate) fn new(node: Arc<Node>, events: Events) -> Self {
        let shared = Shared {
            parent: Arc::new(events.clone()),
            next_id: AtomicUsize::default(),
            nothing: OnceLock::new(),
            unsent: Arc::default(),
        };
        Self {
            node,
            events,
            shared: Arc::new(shared),
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
    /// Its name is that of its function or type; if that is taken, a number is added.
    ///
    /// # Errors
    ///
    /// If the group has been asked to stop, is stopping for another reason or has ended.
    pub fn add<W: Worker>(&self, worker: W) -> Result<ConsumerHandle<W::Message>, AddError> {
        self.add_seat(
            &default_name::<W>(),
            OptionsRef::from(const { &W::OPTIONS }),
            Build::Once(Some(worker)),
        )
    }

    /// Adds a worker that can be restarted, since `build` can make it anew, with a name and options.
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
    pub fn add_with<W: Worker>(
        &self,
        name: &str,
        options: Options,
        build: impl FnMut() -> W + Send + 'static,
    ) -> Result<ConsumerHandle<W::Message>, AddError> {
        self.add_seat(name, options.into(), Build::Anew(Box::new(build)))
    }

    /// Takes a worker out of the group: asks it to stop, and waits until it has ended. The group goes
    /// on, and forgets it: when this returns, the worker is not in the [`status`](Self::status) any more, and its name is
    /// free. `None` if it is no member of this group.
    ///
    /// In a group that has not been started this waits for the start;
    /// [`Workers::remove`](crate::Workers::remove) does not.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing back: the worker still stops, and is forgotten.
    pub async fn remove(&self, worker: &WorkerHandle) -> Option<Exit> {
        let is_member = |node: &Arc<Node>| Arc::ptr_eq(node, worker.node());
        let members = |members: &mut Members| members.nodes().iter().any(is_member);
        self.node.with_members(members).filter(|&is_one| is_one)?;
        worker.node().refuse_from_outside();
        let _ = self.events.send(Event::Remove(Arc::clone(worker.node())));
        let exit = worker.wait_for_shutdown().await;
        // The supervisor forgets it too, but may have its turn later.
        self.node.forget(worker.node());
        Some(exit)
    }

    /// Registers code that the group runs beside its workers, before it starts or while it runs.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use fluid::{Callback, Workers};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), fluid::Error> {
    /// let group = Workers::new("service").startup().await?;
    /// let soon = Callback::after(Duration::from_millis(1));
    /// group.register_callback(soon, || async { println!("a little later") })?;
    /// # group.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As [`add`](Self::add).
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
