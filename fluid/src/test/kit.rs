//! The test kit of one group.

use std::any::{Any, type_name};
use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::group::handle::GroupHandle;
use crate::group::workers::{Workers, default_name};
use crate::lifecycle::launch::{Build, PendingIo};
use crate::node::Node;
use crate::options::Options;
use crate::queue::{Channel, Output, SendOrigin, Sender};
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::test::emission::Emission;
use crate::test::stub::{Script, StubFn};
use crate::test::tap::{Collected, Tap};
use crate::test::wiring::{NoStub, Wiring};
use crate::worker::{Port, Worker};

/// The test kit of one group. See [the module](crate::test) for an introduction.
///
/// Workers are named as in [`Exit::worker`](crate::Exit::worker): by their name, or by the names on the path joined
/// with `/`.
///
/// Replace workers and collect messages before the group is started. All methods panic on misuse, as a test should.
#[derive(Clone)]
pub struct Kit {
    pub(super) node: Arc<Node>,
}

impl Kit {
    /// Creates the kit of a group. Pass a group that was made by `workers!`, or the [`handle`](Workers::handle) of
    /// one that was built by hand. Create it before the group is started.
    #[must_use]
    pub fn of(group: &GroupHandle) -> Self {
        let node = Arc::clone(group.node());
        arm(&node);
        Self { node }
    }

    /// Creates a group with one worker, and its kit. The worker's name is the name of its type in snake case. A consumer
    /// with several lanes is added as by [`Workers::add`].
    pub fn alone<W: Worker>(worker: W) -> (Self, Workers) {
        let () = Build::<W>::CHECK_BY_VALUE;
        let mut workers = Workers::new("alone");
        workers.add(worker);
        (Self::of(&workers.handle()), workers)
    }

    /// Like [`alone`](Self::alone), but `build` makes the worker: one for each lane of a consumer with several, and one for
    /// each restart. So it also takes a worker that has both several lanes and state.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use fluid::{consumer, test::Kit};
    ///
    /// #[consumer(concurrency = 4, partition_by = |word| word.len())]
    /// async fn count(word: String, seen: &mut BTreeMap<String, u64>) -> u64 {
    ///     let count = seen.entry(word).or_default();
    ///     *count += 1;
    ///     *count
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() {
    /// let (kit, group) = Kit::alone_with(|| Count { seen: BTreeMap::new() });
    /// let counts = kit.collect::<u64>("count");
    /// let running = group.startup().await.unwrap();
    /// for word in ["a", "bb", "a"] {
    ///     kit.send("count", word.to_owned()).await;
    /// }
    /// kit.idle().await;
    /// assert_eq!(counts.take().into_iter().max(), Some(2));
    /// running.shutdown().await.assert_done("count", 3);
    /// # }
    /// ```
    pub fn alone_with<W: Worker>(build: impl FnMut() -> W + Send + 'static) -> (Self, Workers) {
        let mut workers = Workers::new("alone");
        workers.add_with(&default_name::<W>(), Options::new(), build);
        (Self::of(&workers.handle()), workers)
    }

    /// Returns a sender to any consumer. Its messages count as sent from outside the group.
    ///
    /// # Panics
    ///
    /// If there is no such consumer, or it consumes another type.
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

    /// Sends a message to any consumer, and waits for room if its queue is full.
    ///
    /// # Panics
    ///
    /// Like [`sender`](Self::sender), and if the consumer refuses the message. It does so if it stops, or if it is
    /// behind a fused edge and has no queue.
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

    /// Collects a copy of each message that leaves the worker's default port: the messages that a consumer
    /// accepted, and those that are discarded by `=> _`. Refused messages are not collected.
    ///
    /// # Panics
    ///
    /// If there is no such worker, it emits another type, it has been started, or the port is collected already.
    #[must_use]
    #[track_caller]
    pub fn collect<T: Clone + Send + 'static>(&self, worker: &str) -> Collected<T> {
        self.tap(worker, Some(T::clone))
    }

    /// Collects each message that leaves the worker's default port. The edges that start there get none. The
    /// messages need not be `Clone`.
    ///
    /// # Panics
    ///
    /// Like [`collect`](Self::collect).
    #[must_use]
    #[track_caller]
    pub fn intercept<T: Send + 'static>(&self, worker: &str) -> Collected<T> {
        self.tap(worker, None)
    }

    /// Collects a copy of each message that leaves a named port, such as `Parse::rejected()`. See
    /// [`collect`](Self::collect).
    ///
    /// # Panics
    ///
    /// Like `collect`, and if the worker has another type than the port.
    #[must_use]
    #[track_caller]
    pub fn collect_port<W, T>(&self, worker: &str, port: Port<W, T>) -> Collected<T>
    where
        W: Worker,
        T: Clone + Send + 'static,
    {
        self.tap_port(worker, port, Some(T::clone))
    }

    /// Collects each message that leaves a named port, and none reaches its edges. See
    /// [`intercept`](Self::intercept).
    ///
    /// # Panics
    ///
    /// Like [`collect_port`](Self::collect_port).
    #[must_use]
    #[track_caller]
    pub fn intercept_port<W: Worker, T: Send + 'static>(
        &self,
        worker: &str,
        port: Port<W, T>,
    ) -> Collected<T> {
        self.tap_port(worker, port, None)
    }

    /// Replaces a worker by a closure with the same message types. It is called for each message, and what it
    /// returns is emitted. The worker itself is never built, and none of its hooks is called. Its queue, edges,
    /// options, counts and exit stay.
    ///
    /// The closure has one argument, whose type is written out. It returns `()`, an `Option`, a `Vec`, an array or
    /// a `Result` of one of them. Its state is kept across restarts. Named ports emit nothing.
    ///
    /// For a consumer with [`batch`](crate::Options::batch) the argument is a `Vec` of messages: the closure is called for
    /// each batch. With an argument that is a single message, it is called for each message alone.
    ///
    /// # Panics
    ///
    /// If there is no such worker, its types differ, or it has been started.
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

    /// Like [`stub`](Self::stub), but the closure returns a future.
    ///
    /// # Panics
    ///
    /// Like [`stub`](Self::stub).
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

    /// Replaces a source by these messages. They are emitted once, when the source starts. Then it emits nothing
    /// until it stops. An empty list makes the source silent.
    ///
    /// # Panics
    ///
    /// Like [`stub`](Self::stub), and if the worker is no source.
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
        answer: StubFn<M, O>,
    ) {
        let node = self.find(worker);
        let wiring = unstarted(&node);
        let before = lock(&node.test.stub).take();
        match wiring.stubbed(
            Box::new(Script { first, answer }),
            before,
            node.options.has_batches(),
        ) {
            Ok(stub) => {
                // A stub can be built again, even if the worker was added by value.
                node.by_value.store(false, Ordering::Relaxed);
                *lock(&node.test.stub) = Some(stub);
            }
            Err(NoStub::OtherTypes) => {
                let (consumes, emits) = wiring.types();
                let (message, output) = (type_name::<M>(), type_name::<O>());
                panic!(
                    "`{worker}` consumes `{consumes}` and emits `{emits}`; its stub, `{message}` and `{output}`"
                );
            }
            Err(NoStub::Started) => panic!("{}", AlreadyStarted(worker)),
        }
    }

    #[track_caller]
    fn tap<T: Send + 'static>(&self, worker: &str, copy: Option<fn(&T) -> T>) -> Collected<T> {
        let wiring = unstarted(&self.find(worker));
        let collected = Collected::new();
        let mut known = false;
        let shown = wiring.with_output(&mut |output: &mut dyn Any| {
            if let Some(output) = output.downcast_mut::<Output<T>>() {
                known = true;
                set_tap(output, worker, &collected, copy);
            }
        });
        assert!(shown.is_some(), "{}", AlreadyStarted(worker));
        let (emits, asked) = (wiring.types().1, type_name::<T>());
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
        let wiring = unstarted(&self.find(worker)).any();
        let Ok(ends) = wiring.downcast::<Mutex<Option<PendingIo<W>>>>() else {
            panic!("`{worker}` is no `{}`", type_name::<W>());
        };
        let collected = Collected::new();
        match &mut *lock(&ends) {
            Some(ends) => set_tap(port.find(&mut ends.io), worker, &collected, copy),
            None => panic!("{}", AlreadyStarted(worker)),
        }
        collected
    }

    /// The member at this path: a name, or names joined by `/`.
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

/// The message if a worker is replaced or collected after its start.
struct AlreadyStarted<'a>(&'a str);

impl fmt::Display for AlreadyStarted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = self.0;
        write!(
            f,
            "`{worker}` has been started, or is no worker: replace and collect before the start"
        )
    }
}

#[track_caller]
fn unstarted(node: &Node) -> Arc<dyn Wiring> {
    match node.test.wiring() {
        Some(wiring) => wiring,
        None => panic!("{}", AlreadyStarted(node.name())),
    }
}

#[track_caller]
fn set_tap<T>(
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

/// Arms all members of a group, so that their calls consult the kit.
fn arm(node: &Node) {
    node.test.arm();
    node.members().iter().for_each(|member| arm(member));
}
