//! What can stand in a group, and its place there before the group starts.

use std::any::TypeId;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::declared::Declared;
use crate::error::Nothing;
use crate::graph::Form;
use crate::group::handle::GroupHandle;
use crate::group::worker_handle::{ConsumerHandle, WorkerHandle};
use crate::group::workers::Workers;
use crate::lifecycle::lanes::LanesMode;
use crate::lifecycle::launch::{Build, PendingIo, PendingWorker};
use crate::lifecycle::run_mode::{Detachable, RunMode};
use crate::node::options_ref::OptionsRef;
use crate::node::{Events, Kind, MemberId, Node};
use crate::options::Options;
use crate::queue::{Channel, Output, QueueControl, SendOrigin, Sender};
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::worker::attempt::Copy;
use crate::worker::{Io, Port, Worker};

/// What can stand in a group: every [`Worker`], and every other group.
pub trait Member: Sized + 'static {
    /// What it consumes; [`Nothing`] if it is no consumer.
    type Message: Send + 'static;

    /// What it emits; [`Nothing`] if it is silent.
    type Output: Send + 'static;

    /// What the rest of the program sees of it.
    type Handle: Clone + Send + Sync + 'static;

    /// Its place in the group, from which edges are drawn.
    type Slot;

    /// How it runs, unless the group says otherwise.
    const OPTIONS: Options = Options::new();

    /// What it says of itself in graphs and their pictures.
    const FORM: Form;

    /// Gives it a place in `workers`, under `name`. `build` makes it, and makes it anew at each
    /// restart.
    fn sit(
        workers: &mut Workers,
        name: &str,
        options: Options,
        mut build: impl FnMut() -> Self + Send + 'static,
    ) -> Self::Slot {
        let Declared {
            workers: group,
            handle,
        } = build().into_group();
        workers.add_group(name, options, group);
        handle
    }

    /// The group, if it is one, with its place.
    #[doc(hidden)]
    fn into_group(self) -> Declared<Self::Slot> {
        unreachable!("a worker is no group")
    }

    /// The handle of what sits there.
    fn handle(seat: &Self::Slot) -> Self::Handle;
}

impl<W: Worker> Member for W {
    type Message = W::Message;
    type Output = W::Output;
    type Handle = WorkerHandle;
    type Slot = Slot<W>;
    const OPTIONS: Options = W::OPTIONS;
    const FORM: Form = W::FORM;

    fn sit(
        workers: &mut Workers,
        name: &str,
        options: Options,
        build: impl FnMut() -> Self + Send + 'static,
    ) -> Slot<W> {
        workers.seat(name, options, Build::Anew(Box::new(build)))
    }

    fn handle(seat: &Slot<W>) -> WorkerHandle {
        seat.worker_handle()
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
        let run_mode = Self::run_mode(&build, &channel, &options);
        let queue_control = consumes.then(|| Arc::clone(&channel) as Arc<dyn QueueControl>);
        let by_value = matches!(build, Build::Once(_));
        let kind = if consumes {
            Kind::Consumer
        } else {
            Kind::Worker
        };
        let node = Node::new(name, kind, options, queue_control, sent);
        node.by_value.store(by_value, Ordering::Relaxed);
        let sender = Sender::new(Arc::clone(&channel), SendOrigin::Public);
        let handle = ConsumerHandle::new(WorkerHandle::new(Arc::clone(&node)), sender);
        let io = Box::new(Detachable::new(io));
        let ends = Arc::new(Mutex::new(Some(PendingIo { io, run_mode })));
        #[cfg(feature = "test-util")]
        node.test.know(&ends);
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

    /// How a worker with these options lives, if not alone.
    fn run_mode(
        build: &Build<W>,
        channel: &Arc<Channel<W::Message>>,
        options: &Options,
    ) -> Option<Box<dyn RunMode<W>>> {
        if options.lanes() == 1 {
            return None;
        }
        assert!(
            matches!(build, Build::Anew(_)),
            "a worker that was added by value cannot have several lanes: use `add_with`, which can build more of it"
        );
        Some(Box::new(LanesMode::new(
            Arc::clone(channel),
            options.lanes(),
        )))
    }

    /// The handle, which stays valid when the group has started.
    #[must_use]
    pub fn handle(&self) -> ConsumerHandle<W::Message> {
        self.handle.clone()
    }

    /// The handle of any worker, be it a consumer or not.
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

    pub(crate) fn port<T, P>(
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

    /// Lets the worker live in another run_mode than alone.
    pub(crate) fn run_as(&self, run_mode: impl RunMode<W> + 'static) {
        self.ends(|ends| ends.run_mode = Some(Box::new(run_mode)));
    }

    pub(crate) fn channel(&self) -> Arc<Channel<W::Message>> {
        Arc::clone(&self.channel)
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
