//! A group that has not been started: its workers, its edges and its callbacks.

use std::future::Future;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

use crate::callback::{Callback, Outcome};
use crate::catch::{catch, catch_payload};
use crate::error::Error;
use crate::exit::{Cause, Exit};
use crate::group::GroupHandle;
use crate::handle::WorkerHandle;
use crate::life::{Build, Site};
use crate::nested::Nested;
use crate::node::{Events, Kind, MemberId, Node};
use crate::options::{Options, bounded};
use crate::queue::Inlet;
use crate::rule::{CanBeCopied, IsConsumedBy};
use crate::seat::{Member, Seat};
use crate::strategy::Restart;
use crate::supervisor::{Event, Hooks, Own, Seated, Supervisor, Trash, hook};
use crate::worker::{Port, Worker};

/// A group of workers that has not been started. `workers!` builds one from its declaration; this is
/// how to build one by hand, when the workers are known only at run time.
///
/// ```
/// use fluid::{consumer, worker, Workers};
///
/// #[worker(heartbeat = "1s")]
/// async fn poll(step: u64) -> u64 { step }
///
/// #[consumer]
/// async fn add(number: u64, sum: &mut u64) { *sum += number }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::Exit> {
/// let mut workers = Workers::new("sums");
/// let add = workers.add(Add { sum: 0 });
/// for step in 1..=3 {
///     let poll = workers.add(Poll { step });
///     workers.connect(&poll, &add);
/// }
/// let running = workers.startup().await?;
/// println!("{}", running.status());
/// let exit = running.shutdown().await;
/// assert_eq!(exit.worker("add").unwrap().counts().unwrap().done, 3);
/// # Ok(())
/// # }
/// ```
#[must_use = "a group does nothing until it is started"]
pub struct Workers {
    handle: GroupHandle,
    arrivals: Arrivals,
    edges: Vec<(MemberId, MemberId)>,
    hooks: Hooks,
    grace: Option<Duration>,
    restart: Option<Restart>,
    /// Where the workers run, if not where `startup` is called.
    runtime: Option<Handle>,
}

impl Workers {
    /// An empty group.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let node = Node::new(name.into(), Kind::Group, Options::new(), None, Vec::new());
        Self {
            arrivals: Arrivals {
                node: Arc::clone(&node),
                sender: sender.clone(),
                events: Some(events),
            },
            handle: GroupHandle::new(node, sender),
            edges: Vec::new(),
            hooks: Hooks::default(),
            grace: None,
            restart: None,
            runtime: None,
        }
    }

    /// How long the group may take to stop before it is forced. Default: the environment variable
    /// `FLUID_STOPPING_GRACE_PERIOD`, in seconds, or 10 s; for a nested group, what the group
    /// above leaves it.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(bounded(grace));
        self
    }

    /// How the group answers a failure of a member that the member's own
    /// [`on_error`](Options::on_error) leaves open. Without this, the group stops.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.restart = Some(restart);
        self
    }

    /// The handle, which is the same as that of the running group.
    #[must_use]
    pub fn handle(&self) -> GroupHandle {
        self.handle.clone()
    }

    /// Adds a worker, under the name of its type; if that is taken, a number is added.
    ///
    /// It cannot be built a second time, so a failure that a restart would answer ends it with an error that
    /// says so.
    pub fn add<W: Worker>(&mut self, worker: W) -> Seat<W> {
        self.seat(&default_name::<W>(), W::OPTIONS, Build::Once(Some(worker)))
    }

    /// Adds a worker or a group that `build` makes, and makes anew at each restart.
    pub fn add_with<M: Member>(
        &mut self,
        name: &str,
        options: Options,
        build: impl FnMut() -> M + Send + 'static,
    ) -> M::Seat {
        M::sit(self, name, options, build)
    }

    pub(crate) fn seat<W: Worker>(
        &mut self,
        name: &str,
        options: Options,
        build: Build<W>,
    ) -> Seat<W> {
        self.handle.take_seat(name, options, build)
    }

    /// Takes a worker out of the group again, and the edges to it. What was sent to it is undelivered.
    /// Returns its exit, unless it stands in another group.
    pub fn remove(&mut self, worker: &WorkerHandle) -> Option<Exit> {
        let seated = self.arrivals.remove(worker.node())?;
        let id = seated.id();
        self.edges.retain(|&(from, to)| from != id && to != id);
        self.handle.node().forget(worker.node());
        seated.never_started(&mut Trash::default());
        worker.exit()
    }

    /// Adds a group below this one.
    #[doc(hidden)]
    pub fn add_group(&mut self, name: &str, options: Options, group: Workers) {
        self.handle
            .admit(options.name.unwrap_or(name), options, |name, _| {
                let node = Arc::clone(group.handle.node());
                (node, Box::new(Nested { name, group }), ())
            });
    }

    fn check<A: Worker, B: Worker>(&self, from: &Seat<A>, to: &Seat<B>) {
        from.check(&self.handle);
        to.check(&self.handle);
    }

    /// Draws an edge: what `from` emits goes to `to`.
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already, and [`broadcast`](Self::broadcast) was not called; or if
    /// one of the two is no worker of this group.
    pub fn connect<A, B, O, M>(&mut self, from: &Seat<A>, to: &Seat<B>)
    where
        // Both types are inferred before they are compared, so that a mistake is told in their names.
        A: Worker<Output = O>,
        B: Worker<Message = M>,
        O: IsConsumedBy<B, M>,
    {
        self.check(from, to);
        from.output(|output| IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Edge)));
        self.edges.push((from.id, to.id));
    }

    /// Draws an edge from a named port.
    ///
    /// # Panics
    ///
    /// If an edge starts at this port already, and [`broadcast_port`](Self::broadcast_port) was not
    /// called.
    pub fn connect_port<A, B, T, M>(&mut self, from: &Seat<A>, port: Port<A, T>, to: &Seat<B>)
    where
        A: Worker,
        B: Worker<Message = M>,
        T: IsConsumedBy<B, M> + Send + 'static,
    {
        self.check(from, to);
        from.port(&port, |output| {
            IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Edge));
        });
        self.edges.push((from.id, to.id));
    }

    /// Draws a feedback edge: what `from` emits goes to `to`, if it finds room there at once. What does
    /// not is unsent.
    ///
    /// Since no one waits for it, such an edge may close a circle. It has no part in the order of startup
    /// and shutdown: what comes when `to` has ended is unsent, too.
    ///
    /// # Panics
    ///
    /// As [`connect`](Self::connect).
    pub fn feedback<A, B, O, M>(&mut self, from: &Seat<A>, to: &Seat<B>)
    where
        A: Worker<Output = O>,
        B: Worker<Message = M>,
        O: IsConsumedBy<B, M>,
    {
        self.check(from, to);
        from.output(|output| IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Feedback)));
    }

    /// Draws a feedback edge from a named port.
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn feedback_port<A, B, T, M>(&mut self, from: &Seat<A>, port: Port<A, T>, to: &Seat<B>)
    where
        A: Worker,
        B: Worker<Message = M>,
        T: IsConsumedBy<B, M> + Send + 'static,
    {
        self.check(from, to);
        from.port(&port, |output| {
            IsConsumedBy::agreed(output).connect(to.inlet(Inlet::Feedback));
        });
    }

    /// Lets several edges start at an output: each consumer gets a clone.
    pub fn broadcast<A: Worker<Output: CanBeCopied>>(&mut self, from: &Seat<A>) {
        from.output(crate::Output::copies);
    }

    /// Lets several edges start at a named port: each consumer gets a clone.
    pub fn broadcast_port<A: Worker, T: CanBeCopied>(&mut self, from: &Seat<A>, port: Port<A, T>) {
        from.port(&port, crate::Output::copies);
    }

    /// Registers code that the group runs beside its workers. See
    /// [`GroupHandle::register_callback`].
    pub fn register_callback<F>(
        &mut self,
        callback: Callback,
        run: impl FnMut() -> F + Send + 'static,
    ) -> WorkerHandle
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.handle.register_callback(callback, run)
    }

    /// Runs `run` before any worker starts. If it fails, the group does not start.
    pub fn on_startup<F>(&mut self, run: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.hooks.on_startup.push(hook(|()| run()));
    }

    /// Runs `run` when every worker has ended, within what is left of the grace period.
    pub fn on_shutdown<F>(&mut self, run: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.hooks.on_shutdown.push(hook(|()| run()));
    }

    /// Runs `run` last, with the exit.
    pub fn after_shutdown<F>(&mut self, run: impl FnOnce(Exit) -> F + Send + 'static)
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.hooks.after_shutdown.push(hook(run));
    }

    /// Starts the group: `on_startup` of the group, then of each worker, sinks first. Resolves when
    /// the last has finished.
    ///
    /// # Errors
    ///
    /// If a worker's `on_startup` fails, those that were started are stopped again, and the exit
    /// names the worker and the error. So it does if the group is stopped before it has started.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing back: the group goes on starting.
    pub async fn startup(self) -> Result<GroupHandle, Exit> {
        let handle = self.handle();
        let (sender, started) = oneshot::channel();
        tokio::spawn(self.supervise(None, move || {
            let _ = sender.send(());
        }));
        match started.await {
            Ok(()) => Ok(handle),
            Err(_) => Err(handle.wait_for_shutdown().await),
        }
    }

    /// Starts the group, runs `block` with its handle, and shuts the group down, whatever the block
    /// did: return, error or panic. Returns what the block returned, and the exit.
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    ///
    /// # Panics
    ///
    /// If the block panics, when the group has ended; and outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the group is asked to stop.
    pub async fn scope<T, F>(self, block: impl FnOnce(GroupHandle) -> F) -> Result<(T, Exit), Exit>
    where
        F: Future<Output = T>,
    {
        let group = self.handle();
        let stop = StopOnDrop(&group);
        self.startup().await?;
        let output = catch_payload(block(group.clone())).await;
        drop(stop);
        let exit = group.wait_for_shutdown().await;
        Ok((
            output.unwrap_or_else(|payload| resume_unwind(payload)),
            exit,
        ))
    }

    /// Runs the group until it ends, without listening to signals; `started` is called when it has
    /// started.
    pub(crate) async fn supervise(self, above: Option<Site>, started: impl FnOnce() + Send) {
        let Self {
            handle,
            mut arrivals,
            edges,
            hooks,
            grace,
            restart,
            runtime,
        } = self;
        let events = arrivals.take().expect("a group is started once");
        let runtime = runtime.unwrap_or_else(Handle::current);
        let own = Own {
            hooks,
            grace,
            restart,
            above,
        };
        let supervisor = Supervisor::new(&handle, events, own, runtime);
        let _abandoned = Abandoned(Arc::clone(handle.node()));
        // It runs no user code, so this is a fault of fluid's own. Whoever waits must still be told.
        if let Err(panic) = catch(supervisor.supervise(edges, started)).await {
            tracing::error!(group = handle.worker_name(), %panic, "the supervisor panicked");
            let worker = "supervisor".into();
            let node = handle.node();
            node.finish(node.report(Cause::Panicked { worker, panic }, true, false));
        }
    }

    /// Ends the group, which could not be started.
    pub(crate) fn fail(mut self, what: &str, error: Error) -> Exit {
        self.arrivals.end(Cause::StartupFailed {
            worker: what.into(),
            error,
        });
        let node = self.handle.node();
        node.exit().expect("it has ended").clone()
    }

    pub(crate) fn on_runtime(mut self, runtime: Handle) -> Self {
        self.runtime.get_or_insert(runtime);
        self
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

/// What arrived at a group that has not been started. Dropped unstarted, it ends all that stands in
/// the group, so that nobody waits for what will never come.
struct Arrivals {
    node: Arc<Node>,
    sender: Events,
    events: Option<mpsc::UnboundedReceiver<Event>>,
}

impl Arrivals {
    fn take(&mut self) -> Option<mpsc::UnboundedReceiver<Event>> {
        self.events.take()
    }

    /// Takes out the member whose node this is, and leaves the rest in order.
    fn remove(&mut self, node: &Arc<Node>) -> Option<Seated> {
        let events = self.events.as_mut()?;
        let mut arrived: Vec<_> = std::iter::from_fn(|| events.try_recv().ok()).collect();
        let found = arrived.iter().position(|event| match event {
            Event::Add(seated) => seated.is(node),
            _ => false,
        });
        let found = found.map(|place| arrived.remove(place));
        for event in arrived {
            // The receiver is here, so the sending cannot fail.
            let _ = self.sender.send(event);
        }
        match found {
            Some(Event::Add(seated)) => Some(seated),
            _ => None,
        }
    }

    fn end(&mut self, cause: Cause) {
        let Some(mut events) = self.events.take() else {
            return;
        };
        events.close();
        let mut trash = Trash::default();
        while let Ok(event) = events.try_recv() {
            if let Event::Add(seated) = event {
                seated.never_started(&mut trash);
            }
        }
        self.node.finish(self.node.report(cause, false, false));
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        self.end(Cause::NotStarted);
    }
}

/// Ends a group whose runtime went away before it had ended.
struct Abandoned(Arc<Node>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

struct StopOnDrop<'a>(&'a GroupHandle);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.gracefully_stop();
    }
}

/// The name of a worker that has none: its type's, in snake case.
pub(crate) fn default_name<W: Worker>() -> String {
    if let Some(name) = W::OPTIONS.name {
        return name.to_owned();
    }
    let path = std::any::type_name::<W>();
    let path = path.split('<').next().unwrap_or(path);
    let mut name = String::new();
    for letter in path.rsplit("::").next().unwrap_or(path).chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
