//! The test kit of one group.

use std::any::{Any, type_name};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::group::handle::GroupHandle;
use crate::group::workers::Workers;
use crate::lifecycle::launch::PendingIo;
use crate::node::Node;
use crate::queue::{Channel, Output, SendOrigin, Sender};
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::test::emission::Emission;
use crate::test::rig::{NoStub, Rig};
use crate::test::stub::{Answer, Script};
use crate::test::tap::{Collected, Tap};
use crate::worker::{Port, Worker};

/// The test kit of one group. See [the module](crate::test) for how it is used.
///
/// Workers are named as in [`Exit::worker`](crate::Exit::worker): by their name, or the names on the way joined by `/`.
///
/// Whatever replaces or collects is said before the group is started. Everything here panics if it is misused, as
/// a test should.
#[derive(Clone)]
pub struct Kit {
    pub(super) node: Arc<Node>,
}

impl Kit {
    /// The kit of a group that was made by `workers!`, or, by its [`handle`](Workers::handle), of one that was made by
    /// hand. It is best made before the group is started.
    #[must_use]
    pub fn of(group: &GroupHandle) -> Self {
        let node = Arc::clone(group.node());
        arm(&node);
        Self { node }
    }

    /// A group of this worker alone, and its kit. The worker is called as its type is, in snake case.
    pub fn alone<W: Worker>(worker: W) -> (Self, Workers) {
        let mut workers = Workers::new("alone");
        workers.add(worker);
        (Self::of(&workers.handle()), workers)
    }

    /// A sender to any consumer. What it sends counts as sent from outside the group.
    ///
    /// # Panics
    ///
    /// If there is no such consumer, or it consumes something else.
    #[must_use]
    #[track_caller]
    pub fn sender<M: Send + 'static>(&self, consumer: &str) -> Sender<M> {
        let node = self.find(consumer);
        let Some(queue) = &node.queue_control else {
            panic!("`{consumer}` is no consumer");
        };
        let (queue, consumed) = Arc::clone(queue).typed();
        match queue.downcast::<Channel<M>>() {
            Ok(channel) => Sender::new(channel, SendOrigin::Public),
            Err(_) => panic!(
                "`{consumer}` consumes `{consumed}`, not `{}`",
                type_name::<M>()
            ),
        }
    }

    /// Sends a message to any consumer, and waits for room if need be.
    ///
    /// # Panics
    ///
    /// As [`sender`](Self::sender), and if the consumer refuses the message: it stops, or it is behind a fused
    /// edge and has no queue.
    #[track_caller]
    pub fn send<M: Send + 'static>(
        &self,
        consumer: &str,
        message: M,
    ) -> impl Future<Output = ()> + Send + use<M> {
        let sender = self.sender(consumer);
        async move {
            if let Err(refused) = sender.send(message).await {
                panic!("{refused}: it stops, or is behind a fused edge and has no queue");
            }
        }
    }

    /// Collects a copy of all that leaves the worker's default port: what some consumer accepted, or was thrown
    /// away on purpose. What was refused is not among it.
    ///
    /// # Panics
    ///
    /// If there is no such worker, it emits something else, it has been started, or this port is collected already.
    #[must_use]
    #[track_caller]
    pub fn collect<T: Clone + Send + 'static>(&self, worker: &str) -> Collected<T> {
        self.tap(worker, Some(T::clone))
    }

    /// Takes all that leaves the worker's default port, in place of the edges that start there: for messages that
    /// are not `Clone`, or that nobody else should get.
    ///
    /// # Panics
    ///
    /// As [`collect`](Self::collect).
    #[must_use]
    #[track_caller]
    pub fn intercept<T: Send + 'static>(&self, worker: &str) -> Collected<T> {
        self.tap(worker, None)
    }

    /// Collects a copy of all that leaves a named port, such as `Parse::rejected()`. See [`collect`](Self::collect).
    ///
    /// # Panics
    ///
    /// As `collect`, and if the worker is not of the port's type.
    #[must_use]
    #[track_caller]
    pub fn collect_port<W, T>(&self, worker: &str, port: Port<W, T>) -> Collected<T>
    where
        W: Worker,
        T: Clone + Send + 'static,
    {
        self.tap_port(worker, port, Some(T::clone))
    }

    /// Takes all that leaves a named port. See [`intercept`](Self::intercept).
    ///
    /// # Panics
    ///
    /// As [`collect_port`](Self::collect_port).
    #[must_use]
    #[track_caller]
    pub fn intercept_port<W: Worker, T: Send + 'static>(
        &self,
        worker: &str,
        port: Port<W, T>,
    ) -> Collected<T> {
        self.tap_port(worker, port, None)
    }

    /// Puts a closure in the place of a worker, with the same types of messages: it is called for each message, and
    /// what it returns is emitted. The worker itself is never made, and none of its hooks is called. All else stays: its
    /// queue, its edges, its options, its counts and its place in the exit.
    ///
    /// It is a closure of one argument that says its type, and returns `()`, an `Option`, a `Vec`, an array or a
    /// `Result` of them. What it keeps it keeps across restarts. Nothing leaves by named ports.
    ///
    /// # Panics
    ///
    /// If there is no such worker, its types are others, or it has been started.
    #[track_caller]
    pub fn stub<M, R>(&self, worker: &str, mut answer: impl FnMut(M) -> R + Send + 'static)
    where
        M: Send + 'static,
        R: Emission,
    {
        self.replace::<M, R::Output>(
            worker,
            None,
            Box::new(move |message| {
                let emission = answer(message).emission();
                Box::pin(async { emission })
            }),
        );
    }

    /// The same, with a closure that returns a future.
    ///
    /// # Panics
    ///
    /// As [`stub`](Self::stub).
    #[track_caller]
    pub fn stub_async<M, F>(&self, worker: &str, mut answer: impl FnMut(M) -> F + Send + 'static)
    where
        M: Send + 'static,
        F: Future<Output: Emission> + Send + 'static,
    {
        self.replace::<M, <F::Output as Emission>::Output>(
            worker,
            None,
            Box::new(move |message| {
                let answer = answer(message);
                Box::pin(async { answer.await.emission() })
            }),
        );
    }

    /// Puts these messages in the place of a source: it emits them when it starts, once, and then nothing until it
    /// stops. With none, it is silent.
    ///
    /// # Panics
    ///
    /// As [`stub`](Self::stub), and if it is no source.
    #[track_caller]
    pub fn feed<T, I>(&self, source: &str, messages: I)
    where
        T: Send + 'static,
        I: IntoIterator<Item = T, IntoIter: Send + 'static>,
    {
        let messages = Box::new(messages.into_iter());
        let never = |message: crate::by_hand::Nothing| match message {};
        self.replace::<_, T>(source, Some(messages), Box::new(never));
    }

    #[track_caller]
    fn replace<M: Send + 'static, O: Send + 'static>(
        &self,
        worker: &str,
        first: Option<Box<dyn Iterator<Item = O> + Send>>,
        answer: Answer<M, O>,
    ) {
        let node = self.find(worker);
        let rig = unstarted(&node);
        let before = lock(&node.test.stub).take();
        match rig.stubbed(Box::new(Script { first, answer }), before) {
            Ok(stub) => {
                // It can be made anew, whatever the worker could.
                node.by_value.store(false, Ordering::Relaxed);
                *lock(&node.test.stub) = Some(stub);
            }
            Err(NoStub::OtherTypes) => {
                let (consumes, emits) = rig.types();
                let (message, output) = (type_name::<M>(), type_name::<O>());
                panic!(
                    "`{worker}` consumes `{consumes}` and emits `{emits}`; its stub, `{message}` and `{output}`"
                );
            }
            Err(NoStub::Started) => panic!("{}", Started(worker)),
        }
    }

    #[track_caller]
    fn tap<T: Send + 'static>(&self, worker: &str, copy: Option<fn(&T) -> T>) -> Collected<T> {
        let rig = unstarted(&self.find(worker));
        let collected = Collected::new();
        let mut known = false;
        let shown = rig.look(&mut |output: &mut dyn Any| {
            if let Some(output) = output.downcast_mut::<Output<T>>() {
                known = true;
                set(output, worker, &collected, copy);
            }
        });
        assert!(shown.is_some(), "{}", Started(worker));
        let (emits, asked) = (rig.types().1, type_name::<T>());
        assert!(known, "`{worker}` emits `{emits}`, not `{asked}`");
        collected
    }

    #[track_caller]
    fn tap_port<W: Worker, T: Send + 'static>(
        &self,
        worker: &str,
        port: Port<W, T>,
        copy: Option<fn(&T) -> T>,
    ) -> Collected<T> {
        let rig = unstarted(&self.find(worker)).any();
        let Ok(ends) = rig.downcast::<Mutex<Option<PendingIo<W>>>>() else {
            panic!("`{worker}` is no `{}`", type_name::<W>());
        };
        let collected = Collected::new();
        match &mut *lock(&ends) {
            Some(ends) => set(port.find(&mut ends.io), worker, &collected, copy),
            None => panic!("{}", Started(worker)),
        }
        collected
    }

    /// The member with this name, or these names joined by `/`.
    #[track_caller]
    pub(super) fn find(&self, path: &str) -> Arc<Node> {
        path.split('/').fold(Arc::clone(&self.node), |group, name| {
            let members = group.members();
            let found = members.iter().find(|member| &**member.name() == name);
            match found {
                Some(member) => Arc::clone(member),
                None => {
                    let names: Vec<_> = members.iter().map(|member| &**member.name()).collect();
                    panic!(
                        "there is no worker `{name}` in `{}`, which has: {}",
                        group.name(),
                        names.join(", ")
                    );
                }
            }
        })
    }
}

impl fmt::Debug for Kit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kit").field("group", &self.node).finish()
    }
}

/// Something was said of a worker when it was too late.
struct Started<'a>(&'a str);

impl fmt::Display for Started<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = self.0;
        write!(
            f,
            "`{worker}` has been started, or is no worker: replace and collect before the start"
        )
    }
}

#[track_caller]
fn unstarted(node: &Node) -> Arc<dyn Rig> {
    match node.test.rig() {
        Some(rig) => rig,
        None => panic!("{}", Started(node.name())),
    }
}

#[track_caller]
fn set<T>(
    output: &mut Output<T>,
    worker: &str,
    collected: &Collected<T>,
    copy: Option<fn(&T) -> T>,
) {
    assert!(
        !output.tap.is_set(),
        "this port of `{worker}` is collected already"
    );
    output.tap = Tap::to(collected, copy);
}

/// Looks at the calls of all that is in a group.
fn arm(node: &Node) {
    node.test.arm();
    node.members().iter().for_each(|member| arm(member));
}
