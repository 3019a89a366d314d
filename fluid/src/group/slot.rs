//! What can stand in a group, and its place there before the group starts.

use std::any::TypeId;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::fused::edge::Fused;
use crate::graph::{Form, GraphWorker, Location};
use crate::group::edge::{MappedStart, PortStart};
use crate::group::handle::GroupHandle;
use crate::group::rule::{CanBeTriedAgain, Consuming, Emitting};
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::group::workers::Workers;
use crate::lifecycle::lanes::LanesMode;
use crate::lifecycle::launch::{Build, PendingIo, PendingWorker};
use crate::lifecycle::run_mode::{Detachable, RunMode};
use crate::node::options_ref::OptionsRef;
use crate::node::{MemberId, Node};
use crate::options::Options;
use crate::queue::adapter::Adapt;
use crate::queue::{Channel, Output, Owner, QueueControl, SendOrigin, Sender};
use crate::rules::Rule;
use crate::state::Kind;
use crate::state::Nothing;
use crate::supervisor::Events;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::worker::attempt::{Copy, Failed};
use crate::worker::downstream::Downstream;
use crate::worker::stage::Stage;
use crate::worker::{Io, Port, Worker};

/// What can stand in a group: every [`Worker`], and every other group.
pub trait Member: Sized + 'static {
    /// Its place in a group: [`Slot`] for a worker, its handle for a group.
    type Slot: MemberSlot;

    /// How it runs, unless the group that contains it says otherwise.
    const OPTIONS: Options = Options::new();

    /// How it appears in graphs and their pictures.
    #[doc(hidden)]
    const FORM: Form;

    #[doc(hidden)]
    fn into_member(self) -> <Self::Slot as MemberSlot>::Member;
}

impl<W: Worker> Member for W {
    type Slot = Slot<W>;
    const OPTIONS: Options = W::OPTIONS;
    const FORM: Form = W::FORM;

    fn into_member(self) -> W {
        self
    }
}

/// The place of a member in a group that has not started.
pub trait MemberSlot: Sized {
    /// The worker, or the group without the type that `workers!` declares for it.
    #[doc(hidden)]
    type Member;

    /// The message type of a consumer, otherwise [`Nothing`].
    type Message: Send + 'static;

    /// The output type of a worker that emits, otherwise [`Nothing`].
    type Output: Send + 'static;

    /// Whether it consumes messages, unless they are [`Nothing`].
    #[doc(hidden)]
    type Consumption;

    #[doc(hidden)]
    const CONSUMPTION: Self::Consumption;

    /// Whether it emits messages, unless they are [`Nothing`].
    #[doc(hidden)]
    type Emission;

    #[doc(hidden)]
    const EMISSION: Self::Emission;

    /// The handle of the member.
    type Handle: Clone + Send + Sync + 'static;

    /// Adds the member that `build` makes to `workers`.
    #[doc(hidden)]
    fn add(
        workers: &mut Workers,
        name: &str,
        options: Options,
        build: impl FnMut() -> Self::Member + Send + 'static,
    ) -> Self;

    #[doc(hidden)]
    fn member_handle(&self) -> Self::Handle;

    /// Lets no restart build the member again. A group is built once in any case.
    ///
    /// # Panics
    ///
    /// If the member has several lanes, each of which is built.
    #[doc(hidden)]
    fn build_once(&self) {}

    /// The handle of a `pub` member, which is a consumer.
    #[doc(hidden)]
    fn public_handle(&self) -> ConsumerHandle<Self::Message> {
        unreachable!("a group that is `pub` does not compile")
    }
}

/// The handle of a member.
pub type HandleOf<M> = <<M as Member>::Slot as MemberSlot>::Handle;

impl<W: Worker> MemberSlot for Slot<W> {
    type Member = W;
    type Message = W::Message;
    type Output = W::Output;
    type Consumption = Consuming;
    const CONSUMPTION: Consuming = Consuming;
    type Emission = Emitting;
    const EMISSION: Emitting = Emitting;
    type Handle = WorkerHandle;

    fn add(
        workers: &mut Workers,
        name: &str,
        options: Options,
        build: impl FnMut() -> W + Send + 'static,
    ) -> Self {
        workers.seat(name, options, Build::anew(build))
    }

    fn member_handle(&self) -> WorkerHandle {
        self.worker_handle()
    }

    fn build_once(&self) {
        assert!(
            self.options().lanes() == 1,
            "a resource moves into `{}`, which has several lanes, and each lane needs its own",
            self.worker_name()
        );
        self.handle.node().by_value.store(true, Ordering::Relaxed);
    }

    fn public_handle(&self) -> ConsumerHandle<W::Message> {
        self.handle()
    }
}

impl GraphWorker {
    /// One that runs and is drawn as its type says. It is declared where this is called.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn of<M: Member>(name: &'static str, type_name: &'static str) -> Self {
        Self {
            name,
            type_name,
            docs: &[],
            place: Location::here(),
            public: false,
            options: M::OPTIONS,
            at_run_time: &[],
            form: M::FORM,
        }
    }
}

/// The place of a worker in a group that has not been started: its handle, and the ends of the edges
/// that may be drawn from and to it. See [`Workers::connect`].
pub struct Slot<W: Worker> {
    handle: ConsumerHandle<W::Message>,
    channel: Arc<Channel<W::Message>>,
    ends: Arc<Mutex<Option<PendingIo<W>>>>,
    pub(crate) id: MemberId,
    /// Identifies the group in which it is.
    group: Events,
}

impl<W: Worker> Slot<W> {
    /// A seat, and the worker that sits there.
    pub(crate) fn new(
        name: Arc<str>,
        id: MemberId,
        group: &GroupHandle,
        options: OptionsRef,
        build: Build<W>,
    ) -> (Self, PendingWorker<W>) {
        let consumes = TypeId::of::<W::Message>() != TypeId::of::<Nothing>();
        let nothing = (!consumes).then(|| group.queue_of_nothing()).flatten();
        let channel = nothing.unwrap_or_else(|| Channel::new(Arc::clone(&name), &options, W::KEY));
        let io: Io<W> = Io::new(&channel, &options, group.tally_of_nothing());
        let sent = io.tallies();
        let lanes = options.lanes();
        let run_mode = (lanes > 1)
            .then(|| Box::new(LanesMode::new(Arc::clone(&channel), lanes)) as Box<dyn RunMode<W>>);
        let queue_control = consumes.then(|| Arc::clone(&channel) as Arc<dyn QueueControl>);
        let by_value = matches!(build, Build::Once(_));
        let kind = if consumes {
            Kind::Consumer
        } else {
            Kind::Worker
        };
        let node = Node::new(name, kind, options, queue_control, sent);
        node.by_value.store(by_value, Ordering::Relaxed);
        if consumes {
            let owner: Arc<dyn Owner> = Arc::clone(&node) as _;
            channel.belong_to(&Arc::downgrade(&owner));
        }
        let sender = Sender::new(Arc::clone(&channel), SendOrigin::Public);
        let handle = ConsumerHandle::new(WorkerHandle::new(Arc::clone(&node)), sender);
        let io = Box::new(Detachable::new(io));
        let ends = Arc::new(Mutex::new(Some(PendingIo { io, run_mode })));
        #[cfg(feature = "test-util")]
        node.test.set_wiring(&ends);
        let pending = PendingWorker {
            node,
            build,
            ends: Arc::clone(&ends),
        };
        (
            Self {
                handle,
                channel,
                ends,
                id,
                group: group.events().clone(),
            },
            pending,
        )
    }

    /// The handle, which stays valid when the group has started.
    #[must_use]
    pub fn handle(&self) -> ConsumerHandle<W::Message> {
        self.handle.clone()
    }

    /// The handle of the worker, which may be a consumer or not.
    #[doc(hidden)]
    #[must_use]
    pub fn worker_handle(&self) -> WorkerHandle {
        self.handle.worker().clone()
    }

    /// Fails unless this is a seat in `group`, which has not been started.
    ///
    /// # Panics
    ///
    /// See above.
    pub(crate) fn check(&self, group: &GroupHandle) {
        let name = self.worker_name();
        assert!(
            self.group.same_channel(group.events()),
            "`{name}` is no worker of `{}`, so no edge of it can start or end there",
            group.worker_name()
        );
    }

    pub(crate) fn options(&self) -> &Options {
        &self.handle.node().options
    }

    /// A sender for an edge that ends here.
    pub(crate) fn origin(&self, origin: SendOrigin) -> Sender<W::Message> {
        Sender::new(Arc::clone(&self.channel), origin)
    }

    pub(crate) fn output<T>(&self, change: impl FnOnce(&mut Output<W::Output>) -> T) -> T {
        self.io(|io| change(&mut io.output))
    }

    pub(crate) fn change_port<T, P>(
        &self,
        port: &Port<W, P>,
        change: impl FnOnce(&mut Output<P>) -> T,
    ) -> T {
        self.io(|io| change(port.find(io)))
    }

    /// Lets messages be cloned, for what may become of them when a call has failed.
    pub(crate) fn keep_copies(&self, copy: Copy<W::Message>) {
        self.io(|io| io.copy = Some(copy));
    }

    fn io<T>(&self, change: impl FnOnce(&mut Io<W>) -> T) -> T {
        self.ends(|ends| change(&mut ends.io))
    }

    fn ends<T>(&self, change: impl FnOnce(&mut PendingIo<W>) -> T) -> T {
        change(
            lock(&self.ends)
                .as_mut()
                .expect("edges are drawn before the group starts"),
        )
    }

    /// Sets another run mode than standalone.
    pub(crate) fn run_as(&self, run_mode: impl RunMode<W> + 'static) {
        self.ends(|ends| ends.run_mode = Some(Box::new(run_mode)));
    }

    /// Lets the worker be called over a fused edge, which this returns.
    pub(crate) fn call_over_edge<A, T, N>(&self, adapt: A, next: N) -> Fused<A, W, N>
    where
        A: Adapt<T, W::Message>,
        W: Stage<Input = <W as Worker>::Message>,
        N: Downstream<W::Output>,
    {
        let (edge, callee) = Fused::new(adapt, Arc::clone(&self.channel), next);
        self.run_as(callee);
        edge
    }
}

impl<W: Worker> Slot<W> {
    /// The start of an edge at the named port `port`.
    ///
    /// ```
    /// # use fluid::{consumer, Output, Workers};
    /// # #[consumer]
    /// # async fn parse(line: String, rejected: &Output<String>) {}
    /// # #[consumer]
    /// # async fn bury(line: String) {}
    /// let mut workers = Workers::new("numbers");
    /// let (parse, bury) = (workers.add(Parse), workers.add(Bury));
    /// workers.connect(parse.port(Parse::rejected()), &bury);
    /// ```
    pub fn port<T: Send + 'static>(&self, port: Port<W, T>) -> PortStart<'_, W, T> {
        PortStart::new(self, port, None)
    }

    /// The start of an edge at the port `failed` of a consumer. Messages leave by it when no attempt is left
    /// ([`Options::retry`](crate::Options::retry)), or when a failed call is not retried. Without an edge from
    /// it, `on_error` decides.
    ///
    /// ```
    /// # use fluid::{consumer, Failed, Workers};
    /// # #[consumer]
    /// # async fn store(line: String) -> Result<(), std::io::Error> { Ok(()) }
    /// # #[consumer]
    /// # async fn bury(failed: Failed<String>) { eprintln!("{failed}") }
    /// let mut workers = Workers::new("archive");
    /// let (store, bury) = (workers.add(Store), workers.add(Bury));
    /// workers.connect(store.failed(), &bury);
    /// ```
    pub fn failed(&self) -> PortStart<'_, W, Failed<W::Message>>
    where
        Rule: CanBeTriedAgain<W::Message>,
    {
        let port = Port::<W, Failed<W::Message>>::failed();
        PortStart::new(self, port, Some(Rule::copied))
    }

    /// The start of an edge at the port `undelivered` of a consumer. When the consumer ends and has not handled all messages
    /// that it accepted, these leave by it: at a forced stop, and when the consumer has failed for good. So a consumer
    /// behind it can write them to a file, for the next start.
    ///
    /// ```
    /// # use fluid::{consumer, Workers};
    /// # #[consumer]
    /// # async fn store(line: String) {}
    /// # #[consumer]
    /// # async fn save(line: String) { println!("{line}") }
    /// let mut workers = Workers::new("archive");
    /// let (store, save) = (workers.add(Store), workers.add(Save));
    /// workers.connect(store.undelivered(), &save);
    /// ```
    ///
    /// These messages leave by the port: those in the queue, those gathered for a batch, and those that wait for the rate
    /// limit or for another attempt. A message whose handler was cut off does not, since the handler may have had its
    /// effect. If a worker blocks its thread, only what waited in its queue can be saved.
    ///
    /// The consumer behind the port has the last quarter of the grace period for them. When that begins, the consumer
    /// before the port is forced to end, with all workers that feed it; all others have the whole grace period. A queue
    /// behind the port accepts messages beyond its capacity. A second signal leaves no time to save, and neither does the
    /// end of a group that has not started.
    ///
    /// A saved message counts as undelivered and [saved](crate::Counts::saved) at the first consumer, and as accepted at the
    /// second.
    pub fn undelivered(&self) -> PortStart<'_, W, W::Message> {
        PortStart::new(self, Port::<W, W::Message>::undelivered(), None).saving()
    }

    /// The start of an edge that adapts: `adapt` takes what this worker emits. It returns what the consumer
    /// takes, or an `Option` or a `Vec` of it.
    ///
    /// The worker that sends calls the adapter. If the adapter panics, that worker fails. If the adapter
    /// returns several messages, a [`try_send`](Output::try_send) that finds room for the first loses those
    /// that find none. They count as unsent.
    ///
    /// ```
    /// # use fluid::{consumer, worker, Workers};
    /// # #[worker(heartbeat = "1s")]
    /// # async fn measure() -> f64 { 21.5 }
    /// # #[consumer]
    /// # async fn print(line: String) { println!("{line}") }
    /// let mut workers = Workers::new("thermometer");
    /// let (measure, print) = (workers.add(Measure), workers.add(Print));
    /// workers.connect(measure.map(|degrees| format!("{degrees} °C")), &print);
    /// ```
    pub fn map<F, R>(&self, adapt: F) -> MappedStart<&Self, F>
    where
        F: Fn(W::Output) -> R + Send + Sync + 'static,
    {
        MappedStart::new(self, adapt)
    }
}

impl<W: Worker> Deref for Slot<W> {
    type Target = ConsumerHandle<W::Message>;

    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}

impl<W: Worker> fmt::Debug for Slot<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot")
            .field("worker", &self.worker_name())
            .finish_non_exhaustive()
    }
}
