//! A group that has not been started: its workers, its edges and its callbacks.

mod arrivals;
mod start;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::fused::edge::FusedHead;
use crate::group::callback::Callback;
use crate::group::handle::GroupHandle;
use crate::group::nested::Nested;
use crate::group::rule::IsCalledWith;
use crate::group::slot::{Member, Slot};
use crate::group::with::With;
use crate::group::worker_handle::WorkerHandle;
use crate::lifecycle::launch::Build;
use crate::node::options_ref::OptionsRef;
use crate::node::{MemberId, Node};
use crate::options::restart::Restart;
use crate::options::{Options, bounded};
use crate::outcome::Outcome;
use crate::queue::{Output, SendOrigin};
use crate::report::exit::Exit;
use crate::rules::{CanBeCalled, CanBeCopied, CanBeTriedAgain, CanCall, IsAdaptedTo, IsConsumedBy};
use crate::state::Kind;
use crate::supervisor::{DeferredDrop, Hooks, Policy, hook};
use crate::sync::mpsc;
use crate::worker::attempt::Failed;
use crate::worker::downstream::Downstream;
use crate::worker::{Port, Worker};
use arrivals::Arrivals;

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
/// assert!(exit.worker("add").unwrap().counts().unwrap().conserved());
/// # Ok(())
/// # }
/// ```
#[must_use = "a group does nothing until it is started"]
pub struct Workers {
    handle: GroupHandle,
    arrivals: Arrivals,
    edges: Vec<(MemberId, MemberId)>,
    /// Each worker behind a fused edge, and the one that makes its calls.
    fused: Vec<(MemberId, MemberId)>,
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
            fused: Vec::new(),
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

    /// Adds a worker, under the name of its function or type; if that is taken, a number is added.
    ///
    /// It cannot be built a second time, so a failure that a restart would answer ends it with an error that
    /// says so.
    pub fn add<W: Worker>(&mut self, worker: W) -> Slot<W> {
        self.seat(
            &default_name::<W>(),
            const { &W::OPTIONS },
            Build::Once(Some(worker)),
        )
    }

    /// Adds a worker or a group that `build` makes, and makes anew at each restart.
    pub fn add_with<M: Member>(
        &mut self,
        name: &str,
        options: Options,
        build: impl FnMut() -> M + Send + 'static,
    ) -> M::Slot {
        M::sit(self, name, options, build)
    }

    /// The same, with the options of its type.
    #[doc(hidden)]
    pub fn add_as<M: Member>(
        &mut self,
        name: &str,
        build: impl FnMut() -> M + Send + 'static,
    ) -> M::Slot {
        self.add_with(name, M::OPTIONS, build)
    }

    pub(crate) fn seat<W: Worker>(
        &mut self,
        name: &str,
        options: impl Into<OptionsRef>,
        build: Build<W>,
    ) -> Slot<W> {
        self.handle.take_seat(name, options.into(), build)
    }

    /// Takes a worker out of the group again, and the edges to it. What was sent to it is undelivered.
    /// Returns its exit, unless it stands in another group.
    pub fn remove(&mut self, worker: &WorkerHandle) -> Option<Exit> {
        let mut entry = self.arrivals.remove(worker.node())?;
        let id = entry.id();
        self.edges.retain(|&(from, to)| from != id && to != id);
        self.handle.node().forget(worker.node());
        entry.never_started(&mut DeferredDrop::default());
        worker.exit()
    }

    /// Adds a group below this one.
    #[doc(hidden)]
    pub fn add_group(&mut self, name: &str, options: Options, group: Workers) {
        self.handle.admit(options.name.unwrap_or(name), |_, _| {
            let node = Arc::clone(group.handle.node());
            let policy = Some(Policy::of(&options));
            (node, policy, Box::new(Nested(group)), ())
        });
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
        self.handle.take_callback(callback, run)
    }

    /// Runs `run` before any worker starts. If it fails, the group does not start. If the group is stopped meanwhile, the
    /// future is dropped where it awaits.
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

    /// Runs `run` last, with the exit as it stands then. A failure of `run` becomes the cause of the group's final exit,
    /// unless the group had failed or bailed out already. So the exit code of [`run`](Self::run) and
    /// [`main`](Self::main) is 2, though the exit that was given to `run` did not say so.
    pub fn after_shutdown<F>(&mut self, run: impl FnOnce(Exit) -> F + Send + 'static)
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.hooks.after_shutdown.push(hook(run));
    }

    fn check<A: Worker, B: Worker>(&self, from: &Slot<A>, to: &Slot<B>) {
        let group = self.handle();
        from.check(&group);
        to.check(&group);
    }

    /// Draws an edge: what `from` emits goes to `to`.
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already, and [`broadcast`](Self::broadcast) was not called; or if
    /// one of the two is no worker of this group.
    pub fn connect<A, B, O: IsConsumedBy<B, M>, M>(&mut self, from: &Slot<A>, to: &Slot<B>)
    where
        // Both types are inferred before they are compared, so that a mistake is told in their names.
        A: Worker<Output = O>,
        B: Worker<Message = M>,
    {
        self.check(from, to);
        from.output(|output| IsConsumedBy::agreed(output).connect(to.origin(SendOrigin::Edge)));
        self.edges.push((from.id, to.id));
    }

    /// Draws an edge from a named port.
    ///
    /// # Panics
    ///
    /// If an edge starts at this port already, and [`broadcast_port`](Self::broadcast_port) was not
    /// called.
    pub fn connect_port<A, B, T, M>(&mut self, from: &Slot<A>, port: Port<A, T>, to: &Slot<B>)
    where
        A: Worker,
        B: Worker<Message = M>,
        T: IsConsumedBy<B, M> + Send + 'static,
    {
        self.check(from, to);
        from.port(&port, |output| {
            IsConsumedBy::agreed(output).connect(to.origin(SendOrigin::Edge));
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
    pub fn feedback<A, B, O: IsConsumedBy<B, M>, M>(&mut self, from: &Slot<A>, to: &Slot<B>)
    where
        A: Worker<Output = O>,
        B: Worker<Message = M>,
    {
        self.check(from, to);
        from.output(|output| IsConsumedBy::agreed(output).connect(to.origin(SendOrigin::Feedback)));
    }

    /// Draws a feedback edge from a named port.
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn feedback_port<A, B, T, M>(&mut self, from: &Slot<A>, port: Port<A, T>, to: &Slot<B>)
    where
        A: Worker,
        B: Worker<Message = M>,
        T: IsConsumedBy<B, M> + Send + 'static,
    {
        self.check(from, to);
        from.port(&port, |output| {
            IsConsumedBy::agreed(output).connect(to.origin(SendOrigin::Feedback));
        });
    }

    /// Lets several edges start at an output: each consumer gets a clone.
    pub fn broadcast<A: Worker<Output: CanBeCopied>>(&mut self, from: &Slot<A>) {
        from.output(Output::copies);
    }

    /// Lets several edges start at a named port: each consumer gets a clone.
    pub fn broadcast_port<A: Worker, T: CanBeCopied>(&mut self, from: &Slot<A>, port: Port<A, T>) {
        from.port(&port, Output::copies);
    }

    /// Draws an edge that adapts: `adapt` takes what `from` emits, and gives what `to` consumes, or an
    /// `Option` or a `Vec` of it.
    ///
    /// The adapter is called by the worker that sends, and if it panics, that one fails. Of a message of
    /// which it makes several, a [`try_send`](Output::try_send) that finds room for the first loses what
    /// finds none, counted as unsent.
    ///
    /// ```
    /// # use fluid::{consumer, worker, Workers};
    /// # #[worker(heartbeat = "1s")]
    /// # async fn measure() -> f64 { 21.5 }
    /// # #[consumer]
    /// # async fn print(line: String) { println!("{line}") }
    /// let mut workers = Workers::new("thermometer");
    /// let (measure, print) = (workers.add(Measure), workers.add(Print));
    /// workers.connect_with(&measure, &print, |degrees: f64| format!("{degrees} °C"));
    /// ```
    ///
    /// # Panics
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_with<A, B, O, F, R>(&mut self, from: &Slot<A>, to: &Slot<B>, adapt: F)
    where
        A: Worker<Output = O>,
        B: Worker,
        O: Send + 'static,
        F: Fn(O) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.output(|output| {
            output.connect_with(to.origin(SendOrigin::Edge), With::<_, B>::new(adapt));
        });
        self.edges.push((from.id, to.id));
    }

    /// Draws an edge from a named port that adapts. See [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn connect_port_with<A, B, T, F, R>(
        &mut self,
        from: &Slot<A>,
        port: Port<A, T>,
        to: &Slot<B>,
        adapt: F,
    ) where
        A: Worker,
        B: Worker,
        T: Send + 'static,
        F: Fn(T) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.port(&port, |output| {
            output.connect_with(to.origin(SendOrigin::Edge), With::<_, B>::new(adapt));
        });
        self.edges.push((from.id, to.id));
    }

    /// Draws a feedback edge that adapts. See [`feedback`](Self::feedback) and
    /// [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As [`connect`](Self::connect).
    pub fn feedback_with<A, B, O, F, R>(&mut self, from: &Slot<A>, to: &Slot<B>, adapt: F)
    where
        A: Worker<Output = O>,
        B: Worker,
        O: Send + 'static,
        F: Fn(O) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.output(|output| {
            output.connect_with(to.origin(SendOrigin::Feedback), With::<_, B>::new(adapt));
        });
    }

    /// Draws a feedback edge from a named port that adapts. See [`feedback`](Self::feedback) and
    /// [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As [`connect_port`](Self::connect_port).
    pub fn feedback_port_with<A, B, T, F, R>(
        &mut self,
        from: &Slot<A>,
        port: Port<A, T>,
        to: &Slot<B>,
        adapt: F,
    ) where
        A: Worker,
        B: Worker,
        T: Send + 'static,
        F: Fn(T) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
    {
        self.check(from, to);
        from.port(&port, |output| {
            output.connect_with(to.origin(SendOrigin::Feedback), With::<_, B>::new(adapt));
        });
    }

    /// Draws a fused edge: `from` makes the calls of `to`, in its own task, with no queue in between.
    /// What `to` emits goes to `next`: [`PortOutput`](crate::PortOutput) if it sends to its own port, or what an earlier
    /// `fuse` returned if a fused edge starts at it, too. So a chain is drawn from its end, and
    /// [`lead`](Self::lead) says who makes all its calls.
    ///
    /// `to` keeps a life of its own, with its counts, its state, its restarts and its exit; it stops when
    /// `from` has ended. A failure of one of its calls is its own, and is answered by its own policy;
    /// meanwhile `from` waits. If it ends, what `from` emits is refused.
    ///
    /// ```
    /// # use fluid::{consumer, worker, PortOutput, Workers};
    /// # #[worker(heartbeat = "1s")]
    /// # async fn measure() -> f64 { 21.5 }
    /// # #[consumer]
    /// # async fn round(degrees: f64) -> i64 { degrees.round() as i64 }
    /// # #[consumer]
    /// # async fn print(degrees: i64) { println!("{degrees} °C") }
    /// let mut workers = Workers::new("thermometer");
    /// let (measure, round, print) = (workers.add(Measure), workers.add(Round), workers.add(Print));
    /// let chain = workers.fuse(&round, &print, PortOutput);
    /// let chain = workers.fuse(&measure, &round, chain);
    /// workers.lead(&measure, chain);
    /// ```
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already; if `to` is `blocking`, and so has a thread of its own; or
    /// if one of the two is no worker of this group.
    pub fn fuse<A, B, O, M, N>(
        &mut self,
        from: &Slot<A>,
        to: &Slot<B>,
        next: N,
    ) -> impl Downstream<O> + use<A, B, O, M, N>
    where
        A: Worker<Output = O>,
        B: Worker<Message = M>,
        O: IsCalledWith<B, M>,
        N: Downstream<B::Output>,
    {
        self.draw_fused(from, to);
        O::downstream(to, next)
    }

    /// Draws a fused edge that adapts. See [`fuse`](Self::fuse) and [`connect_with`](Self::connect_with).
    ///
    /// # Panics
    ///
    /// As `fuse`.
    pub fn fuse_with<A, B, O, F, R, N>(
        &mut self,
        from: &Slot<A>,
        to: &Slot<B>,
        next: N,
        adapt: F,
    ) -> impl Downstream<O> + use<A, B, O, F, R, N>
    where
        A: Worker<Output = O>,
        B: CanBeCalled,
        O: Send + 'static,
        F: Fn(O) -> R + Send + Sync + 'static,
        R: IsAdaptedTo<B, B::Message>,
        N: Downstream<B::Output>,
    {
        self.draw_fused(from, to);
        to.call_over_edge(With::<_, B>::new(adapt), next)
    }

    /// Lets `from` make the calls of all that is behind it in a chain of fused edges.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn lead<A: CanCall, N: Downstream<A::Output>>(&mut self, from: &Slot<A>, chain: N) {
        from.check(&self.handle());
        from.run_as(FusedHead(chain));
    }

    /// The port `failed` of a consumer: where its messages leave that it gave up on, when no attempt is left
    /// ([`Options::retry`]) or none more was asked for. Without an edge from it, `on_error` decides.
    ///
    /// ```
    /// # use fluid::{consumer, Failed, Workers};
    /// # #[consumer]
    /// # async fn store(line: String) -> Result<(), std::io::Error> { Ok(()) }
    /// # #[consumer]
    /// # async fn bury(failed: Failed<String>) { eprintln!("{failed}") }
    /// let mut workers = Workers::new("archive");
    /// let (store, bury) = (workers.add(Store), workers.add(Bury));
    /// let failed = workers.failed(&store);
    /// workers.connect_port(&store, failed, &bury);
    /// ```
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn failed<A: Worker<Message: CanBeTriedAgain>>(
        &self,
        from: &Slot<A>,
    ) -> Port<A, Failed<A::Message>> {
        from.check(&self.handle());
        from.keep_copies(A::Message::clone);
        Port::<A, Failed<A::Message>>::failed()
    }

    /// Throws away what leaves by a named port, on purpose. For the port `failed` it means that a failed
    /// message is no failure of its worker.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn discard_port<A: Worker, T>(&mut self, from: &Slot<A>, port: Port<A, T>) {
        from.check(&self.handle());
        from.port(&port, Output::discard);
    }

    /// Lets a consumer make several attempts, as its options say: its messages are cloned for them.
    #[doc(hidden)]
    pub fn keep_copies<A: Worker<Message: CanBeTriedAgain>>(&mut self, of: &Slot<A>) {
        of.check(&self.handle());
        of.keep_copies(A::Message::clone);
    }

    fn draw_fused<A: Worker, B: Worker>(&mut self, from: &Slot<A>, to: &Slot<B>) {
        self.check(from, to);
        assert!(
            !to.options().is_blocking(),
            "`{}` has a thread of its own, and cannot be called in the task of `{}`",
            to.worker_name(),
            from.worker_name()
        );
        for seat in [from.options(), to.options()] {
            assert!(
                seat.lanes() == 1,
                "`{}` or `{}` has several lanes, and a fused edge joins two tasks into one",
                from.worker_name(),
                to.worker_name()
            );
        }
        from.output(Output::lead_elsewhere);
        self.edges.push((from.id, to.id));
        self.fused.push((to.id, from.id));
    }
}

impl std::fmt::Debug for Workers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workers")
            .field("handle", &self.handle)
            .finish_non_exhaustive()
    }
}

/// The name of a worker outside of `workers!`: the option `name`, or else its function's name, or else the
/// name of its type in snake case.
pub(crate) fn default_name<W: Worker>() -> String {
    if let Some(name) = W::OPTIONS.name.or(W::FORM.name) {
        return name.to_owned();
    }
    let path = std::any::type_name::<W>();
    let path = path.split('<').next().unwrap_or(path);
    let last = path.rsplit(':').next().unwrap_or(path);
    let mut name = String::with_capacity(last.len() + 4);
    for letter in last.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        if letter.is_ascii() {
            name.push(letter.to_ascii_lowercase());
        } else {
            name.extend(letter.to_lowercase());
        }
    }
    name
}
