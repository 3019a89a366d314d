//! A group that has not been started: its workers, its edges and its callbacks.

mod arrivals;
mod start;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;

use crate::error::Error;
use crate::fused::edge::FusedHead;
use crate::group::callback::Callback;
use crate::group::declared::Declared;
use crate::group::edge::{EdgeStart, FusedStart, OutputStart, edge_origin, no_feedback_saves};
use crate::group::handle::GroupHandle;
use crate::group::ingress::{CloseOnDrop, Ingress, IngressKey, IngressSource};
use crate::group::nested::Nested;
use crate::group::rule::{CanBeCopied, IsCalledWith, IsConsumedBy};
use crate::group::slot::{Member, MemberSlot, Slot};
use crate::group::worker_handle::WorkerHandle;
use crate::lifecycle::launch::Build;
use crate::node::options_ref::OptionsRef;
use crate::node::{MemberId, Node};
use crate::options::restart::Restart;
use crate::options::{Options, bounded};
use crate::outcome::Outcome;
use crate::queue::{Output, SendOrigin};
use crate::report::exit::Exit;
use crate::rules::Rule;
use crate::state::Kind;
use crate::supervisor::{DeferredDrop, Hooks, hook};
use crate::sync::mpsc;
use crate::worker::Worker;
use crate::worker::downstream::Downstream;
use crate::worker::stage::Stage;
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

    /// How long the group may take to stop before it is forced. Default: 10 s; for a nested group, what the group
    /// above leaves it.
    ///
    /// The environment variable `FLUID_STOPPING_GRACE_PERIOD`, in seconds, overrides this value for a group that is
    /// not nested. So the operator of a program can match it to what stops the program, such as a container runtime.
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
    ///
    /// Each lane of a consumer with several ([`Options::concurrency`]) gets a worker with the same resources and a clone of
    /// the configuration ([`Worker::BUILD_LANE`]). Such a consumer can be restarted. With `&mut` state it does not
    /// compile, since each lane has its own state: use [`add_with`](Self::add_with).
    ///
    /// ```compile_fail
    /// # use fluid::{consumer, Workers};
    /// #[consumer(concurrency = 2, partition_by = |number| *number)]
    /// async fn add(number: u64, sum: &mut u64) { *sum += number }
    ///
    /// let mut workers = Workers::new("sums");
    /// workers.add(Add { sum: 0 });
    /// ```
    pub fn add<W: Worker>(&mut self, worker: W) -> Slot<W> {
        let () = Build::<W>::CHECK_BY_VALUE;
        let build = Build::by_value(worker);
        self.seat(&default_name::<W>(), const { &W::OPTIONS }, build)
    }

    /// Adds a worker or a group that `build` makes, and makes anew at each restart.
    ///
    /// `options` are merged into the worker's own, as in `workers!` the attribute of a field is: an option that is not
    /// set here keeps the value of [`Worker::OPTIONS`]. [`Options::replacing`] replaces all of them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fluid::{Options, Workers, worker};
    ///
    /// #[worker(heartbeat = "1s", timeout = "500ms")]
    /// async fn poll(feed: String) { /* … */ }
    ///
    /// let mut workers = Workers::new("feeds");
    /// // The timeout is still 500 ms.
    /// let slow = Options::new().heartbeat(Duration::from_secs(60));
    /// workers.add_with("archive", slow, || Poll { feed: "archive".to_owned() });
    /// ```
    pub fn add_with<M: Member>(
        &mut self,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> M + Send + 'static,
    ) -> M::Slot {
        let options = M::OPTIONS.merged(options);
        M::Slot::add(self, name, options, move || build().into_member())
    }

    /// Adds a worker that `build` makes asynchronously, or fails to make: for a worker that has to open or to connect first.
    /// It is called at the start and at each restart, in the worker's task, before
    /// [`Worker::on_startup`].
    ///
    /// A failure at the start is a failed start: [`startup`](Self::startup) returns an exit that names the worker and has
    /// the error. A failure at a restart is answered like any failure of the worker: after the next backoff `build` is called
    /// again, until the budget is used up. A stop drops the future where it awaits, as it does with `on_startup`. Each lane
    /// of a consumer with several is built by a call of its own.
    ///
    /// `options` are merged into the worker's own as in [`add_with`](Self::add_with).
    ///
    /// ```
    /// use fluid::{Cause, Options, Workers, consumer};
    ///
    /// # struct Db;
    /// # impl Db {
    /// #     async fn connect(_: &str) -> Result<Self, std::io::Error> { Err(std::io::Error::other("refused")) }
    /// #     async fn insert(&mut self, _: u64) {}
    /// # }
    /// #[consumer]
    /// async fn store(tick: u64, db: &mut Db) {
    ///     db.insert(tick).await;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let url = "postgres://localhost/ticks";
    /// let mut workers = Workers::new("market");
    /// workers.add_async("store", Options::new(), move || async move {
    ///     Ok(Store { db: Db::connect(url).await? })
    /// });
    /// let exit = workers.startup().await.unwrap_err();
    /// assert!(matches!(exit.cause(), Cause::StartupFailed { worker, .. } if &**worker == "store"));
    /// # }
    /// ```
    pub fn add_async<W: Worker, F>(
        &mut self,
        name: &str,
        options: Options,
        build: impl FnMut() -> F + Send + 'static,
    ) -> Slot<W>
    where
        F: Future<Output = Result<W, Error>> + Send + 'static,
    {
        let options = W::OPTIONS.merged(options);
        self.seat(name, options, Build::later(build))
    }

    /// Adds an [`Ingress`]: an input for code outside the workers of the group, which at a stop admits what is in
    /// flight. Edges start at the returned slot.
    ///
    /// ```
    /// # use fluid::{Options, Workers, consumer};
    /// # #[consumer]
    /// # async fn print(line: String) { println!("{line}") }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut workers = Workers::new("printer");
    /// let print = workers.add(Print);
    /// let (slot, lines) = workers.add_ingress::<String>("lines", Options::new());
    /// workers.connect(&slot, &print);
    /// let running = workers.startup().await?;
    /// lines.send("hello".to_owned()).await?;
    /// drop(lines);
    /// running.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    pub fn add_ingress<M: Send + 'static>(
        &mut self,
        name: &str,
        options: Options,
    ) -> (Slot<IngressSource<M>>, Ingress<M>) {
        let key = IngressKey::new(options.name.unwrap_or(name));
        let ingress = key.ingress();
        (self.add_ingress_as(name, options, &key), ingress)
    }

    /// Adds the source of an ingress.
    #[doc(hidden)]
    pub fn add_ingress_as<M: Send + 'static>(
        &mut self,
        name: &str,
        options: Options,
        key: &IngressKey<M>,
    ) -> Slot<IngressSource<M>> {
        let source = CloseOnDrop::new(key);
        self.add_with(name, options, move || source.source())
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
        self.handle.node().remove(worker.node());
        entry.never_started(&mut DeferredDrop::default());
        worker.exit()
    }

    /// Adds a group below this one.
    pub(crate) fn add_group<H>(&mut self, name: &str, options: Options, group: Declared<H>) -> H {
        let Declared { workers, handle } = group;
        self.handle.admit(options.name.unwrap_or(name), |_, _| {
            let node = Arc::clone(workers.handle.node());
            (node, Some(options), Box::new(Nested(workers)), ())
        });
        handle
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

    /// Runs `run` at the begin of a stop, before any member is asked to stop: sources go on, and messages from outside are
    /// accepted, until `run` has returned. This is the place to leave a load balancer or a service registry, and to wait
    /// until no more requests are routed here. In Kubernetes, it does what a `preStop` hook does.
    ///
    /// It runs within the grace period: the drain has what it leaves of it. A forced stop and a second signal cut it off. A
    /// failure of `run` is logged, becomes the cause of the exit unless the group had failed before, and the stop goes on.
    /// A stop before the group has started does not call it.
    ///
    /// Meanwhile [`GroupHandle::is_stopping`] is `true`, new members are refused, and
    /// [`Ingress::stopping`](crate::Ingress::stopping) does not resolve. If `run` makes a health check fail, let the check
    /// ask the group's handle, and not an ingress.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use fluid::Workers;
    /// # struct Registry;
    /// # impl Registry { async fn leave(&self) -> Result<(), std::io::Error> { Ok(()) } }
    /// # let registry = Registry;
    /// let mut workers = Workers::new("service").grace(Duration::from_secs(25));
    /// workers.on_stopping(move || async move {
    ///     registry.leave().await?;
    ///     // Load balancers still route to this instance for a while.
    ///     tokio::time::sleep(Duration::from_secs(5)).await;
    ///     Ok::<(), fluid::Error>(())
    /// });
    /// ```
    pub fn on_stopping<F>(&mut self, run: impl FnOnce() -> F + Send + 'static)
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        self.handle.node().announce_stop();
        self.hooks.on_stopping.push(hook(|()| run()));
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

    /// Draws an edge: what leaves at `from` goes to `to`.
    ///
    /// `from` is a worker of this group, a port of it, or either with an adapter:
    ///
    /// ```
    /// # use fluid::{consumer, Output, Workers};
    /// # #[consumer]
    /// # async fn parse(line: String, rejected: &Output<String>) -> u64 { 0 }
    /// # #[consumer]
    /// # async fn add(number: u64) {}
    /// # #[consumer]
    /// # async fn print(line: String) {}
    /// let mut workers = Workers::new("sums");
    /// let (parse, add, print) = (workers.add(Parse), workers.add(Add), workers.add(Print));
    /// workers.broadcast(&parse);
    /// workers.connect(&parse, &add);
    /// workers.connect(parse.map(|number| format!("{number}")), &print);
    /// workers.connect(parse.port(Parse::rejected()), &print);
    /// ```
    ///
    /// # Panics
    ///
    /// If an edge starts at this output already, and [`broadcast`](Self::broadcast) was not called; or if
    /// one of the two is no worker of this group.
    pub fn connect<S, B, O, M, K>(&mut self, from: S, to: &Slot<B>)
    where
        // All types are inferred before they are compared, so that an error names them.
        S: EdgeStart<Sent = O, Kind = K>,
        B: Worker<Message = M>,
        M: Send + 'static,
        Rule: IsConsumedBy<O, B, M, K>,
    {
        let edge = (from.slot().id, to.id);
        self.check(from.slot());
        self.check(to);
        let origin = edge_origin(&from, to);
        from.attach(to.origin(origin));
        self.edges.push(edge);
    }

    /// Draws a feedback edge: what leaves at `from` goes to `to` if there is room at once. Otherwise the
    /// message counts as unsent.
    ///
    /// Such an edge may close a cycle, because no send waits for it. It has no part in the order of startup
    /// and shutdown: a message sent after `to` has ended counts as unsent, too.
    ///
    /// # Panics
    ///
    /// If `from` is the port [`undelivered`](Slot::undelivered), whose consumer must end after its worker; and
    /// Like [`connect`](Self::connect).
    pub fn feedback<S, B, O, M, K>(&mut self, from: S, to: &Slot<B>)
    where
        S: EdgeStart<Sent = O, Kind = K>,
        B: Worker<Message = M>,
        M: Send + 'static,
        Rule: IsConsumedBy<O, B, M, K>,
    {
        self.check(from.slot());
        self.check(to);
        no_feedback_saves(&from);
        from.attach(to.origin(SendOrigin::Feedback));
    }

    /// Lets several edges start at an output or a port: each consumer gets a clone.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn broadcast<S: OutputStart>(&mut self, from: S)
    where
        Rule: CanBeCopied<S::Emitted>,
    {
        self.check(from.slot());
        from.open(Rule::copies);
    }

    /// Throws away what leaves at an output or a port, on purpose. For the port `failed` it means that a
    /// failed message is no failure of its worker.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn discard<S: OutputStart>(&mut self, from: S) {
        self.check(from.slot());
        from.open(Output::discard);
    }

    fn check<W: Worker>(&self, slot: &Slot<W>) {
        slot.check(&self.handle);
    }

    /// Draws a fused edge: `from` makes the calls of `to`, in its own task, with no queue in between.
    /// What `to` emits goes to `next`: [`PortOutput`](crate::edge::PortOutput) if it sends to its own port, or what an earlier `fuse`
    /// returned if a fused edge starts at it, too. So a chain is drawn from its end, and
    /// [`lead`](Self::lead) names the worker that makes all its calls.
    ///
    /// `to` keeps a life of its own, with its counts, its state, its restarts and its exit; it stops when
    /// `from` has ended. A failure of one of its calls is its own, and is answered by its own policy;
    /// meanwhile `from` waits. If it ends, what `from` emits is refused.
    ///
    /// ```
    /// # use fluid::{consumer, worker, Workers, edge::PortOutput};
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
    pub fn fuse<S, B, O, M, K, N>(
        &mut self,
        from: S,
        to: &Slot<B>,
        next: N,
    ) -> impl Downstream<S::Emitted> + use<S, B, O, M, K, N>
    where
        S: FusedStart<Sent = O, Kind = K>,
        B: Worker<Message = M>,
        M: Send + 'static,
        Rule: IsCalledWith<O, B, M, K>,
        N: Downstream<B::Output>,
    {
        self.draw_fused(from.slot(), to);
        from.fuse(to, next)
    }

    /// Lets `from` make the calls of all that is behind it in a chain of fused edges.
    ///
    /// # Panics
    ///
    /// If it is no worker of this group.
    pub fn lead<A: Stage, N: Downstream<A::Output>>(&mut self, from: &Slot<A>, chain: N) {
        from.check(&self.handle());
        from.run_as(FusedHead(chain));
    }

    fn draw_fused<A: Worker, B: Worker>(&mut self, from: &Slot<A>, to: &Slot<B>) {
        self.check(from);
        self.check(to);
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
