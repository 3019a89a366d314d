//! A closure that replaces a worker.

use std::marker::PhantomData;
use std::pin::pin;
use std::sync::Arc;

use tracing::Instrument;

use crate::error::Error;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, Build, LaunchContext, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunMode, Standalone};
use crate::node::Node;
use crate::node::context::Context;
use crate::queue::Batching;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::sync::span::worker_span;
use crate::worker::attempt::{Attempts, Kept, handle};
use crate::worker::call::emit;
use crate::worker::downstream::Downstream;
use crate::worker::loops::{EachMessage, run};
use crate::worker::stage::{Calls, Sealed, Stage};
use crate::worker::{Io, Ports, Worker};

/// The closure of a stub: called for each message, it returns what is emitted.
pub(super) type StubFn<M, O> = Box<dyn FnMut(M) -> BoxFuture<Result<Vec<O>, Error>> + Send>;

/// The behaviour of a stub.
pub(super) struct Script<M, O> {
    /// The messages that it emits at its start.
    pub(super) first: Option<Box<dyn Iterator<Item = O> + Send>>,
    pub(super) answer: StubFn<M, O>,
}

/// A worker that runs a [`Script`]. All of its incarnations share the script.
pub(crate) struct Stub<M, O, P> {
    script: Arc<Mutex<Script<M, O>>>,
    ports: PhantomData<fn() -> P>,
}

/// The stub that can replace `W`.
pub(crate) type StubOf<W> =
    Stub<<W as Worker>::Message, <W as Worker>::Output, <W as Worker>::Ports>;

impl<M: Send + 'static, O: Send + 'static, P: Ports> Worker for Stub<M, O, P> {
    type Message = M;
    type Output = O;
    type Ports = P;

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        run(self, ctx, io).await
    }
}

impl<M: Send + 'static, O: Send + 'static, P: Ports> Stage for Stub<M, O, P> {
    type Input = M;
    type Emission = Vec<O>;
    type Calls = FirstAndEachMessage;

    async fn call(&mut self, message: M, _: &Context, _: &P) -> Result<Vec<O>, Error> {
        let answer = (lock(&self.script).answer)(message);
        answer.await
    }
}

/// A stub that takes batches, which have the key and the weight of the worker that it replaces.
pub(crate) struct BatchStub<M, O, P> {
    answer: Arc<Mutex<StubFn<Vec<M>, O>>>,
    key: Option<fn(&M) -> u64>,
    weight: Option<fn(&M) -> usize>,
    ports: PhantomData<fn() -> P>,
}

/// The stub with batches that can replace `W`.
pub(crate) type BatchStubOf<W> =
    BatchStub<<W as Worker>::Message, <W as Worker>::Output, <W as Worker>::Ports>;

impl<M: Send + 'static, O: Send + 'static, P: Ports> Worker for BatchStub<M, O, P> {
    type Message = M;
    type Output = O;
    type Ports = P;

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        run(self, ctx, io).await
    }
}

impl<M: Send + 'static, O: Send + 'static, P: Ports> Stage for BatchStub<M, O, P> {
    type Input = Vec<M>;
    type Emission = Vec<O>;
    type Calls = EachStubBatch;

    async fn call(&mut self, batch: Vec<M>, _: &Context, _: &P) -> Result<Vec<O>, Error> {
        let answer = (lock(&self.answer))(batch);
        answer.await
    }
}

/// Makes a call for each batch, as `EachBatch` does for a worker.
pub(crate) struct EachStubBatch;

impl Sealed for EachStubBatch {}

impl<M: Send + 'static, O: Send + 'static, P: Ports> Calls<BatchStub<M, O, P>> for EachStubBatch {
    async fn make<N: Downstream<O>>(
        stub: &mut BatchStub<M, O, P>,
        ctx: &Context,
        io: &mut Io<BatchStub<M, O, P>>,
        downstream: &mut N,
    ) -> Result<(), Error> {
        let options = &ctx.node().options;
        let batching = Batching {
            size: options.batch,
            linger: options.linger,
            key: stub.key,
            weight: stub.weight,
            max_weight: options.max_weight,
        };
        while let Some(batch) = io.queue.recv_batch(&batching).await {
            if let Some(limiter) = ctx.node().limiter() {
                limiter.ready().await;
            }
            let mut input = Kept::<BatchStub<M, O, P>>::new(batch);
            let handled = handle(stub, input.slot(), Attempts::IN_LANE, ctx, io, downstream);
            pin!(handled).await?;
        }
        Ok(())
    }
}

/// Emits the first messages of the script, and then makes a call for each message.
pub(crate) struct FirstAndEachMessage;

impl Sealed for FirstAndEachMessage {}

impl<M: Send + 'static, O: Send + 'static, P: Ports> Calls<Stub<M, O, P>> for FirstAndEachMessage {
    async fn make<N: Downstream<O>>(
        stub: &mut Stub<M, O, P>,
        ctx: &Context,
        io: &mut Io<Stub<M, O, P>>,
        downstream: &mut N,
    ) -> Result<(), Error> {
        let mut first = lock(&stub.script).first.take();
        emit(&mut first, ctx, &mut io.output, downstream).await;
        EachMessage::make(stub, ctx, io, downstream).await
    }
}

/// A stub that replaces `W` and has not been started.
pub(crate) struct PendingStub<W: Worker> {
    answers: Answers<W>,
    run_mode: Option<Box<dyn RunMode<W>>>,
}

/// The closure of a stub of `W` that takes batches.
pub(super) type BatchFn<W> = StubFn<Vec<<W as Worker>::Message>, <W as Worker>::Output>;

/// What a stub is called with: messages, or batches of them.
pub(super) enum Answers<W: Worker> {
    Messages(Script<W::Message, W::Output>),
    Batches(BatchFn<W>),
}

impl<W: Worker> PendingStub<W> {
    pub(super) fn new(answers: Answers<W>, run_mode: Option<Box<dyn RunMode<W>>>) -> Self {
        Self { answers, run_mode }
    }

    /// Returns the run mode, for another stub that replaces this one.
    pub(super) fn run_mode(self) -> Option<Box<dyn RunMode<W>>> {
        self.run_mode
    }

    /// Starts the stub in a task, also if the worker would have a thread.
    pub(crate) fn launch(self, node: Arc<Node>, io: Io<W>, context: &LaunchContext) {
        let span = worker_span(&node.path(), None);
        let runtime = context.group.runtime.clone();
        let incarnations = match self.answers {
            Answers::Messages(script) => {
                let script = Arc::new(Mutex::new(script));
                let build = move || Stub {
                    script: Arc::clone(&script),
                    ports: PhantomData,
                };
                drive(build, self.run_mode.map(RunMode::of_stub), node, io)
            }
            Answers::Batches(answer) => {
                let answer = Arc::new(Mutex::new(answer));
                let build = move || BatchStub {
                    answer: Arc::clone(&answer),
                    key: W::KEY,
                    weight: W::WEIGHT,
                    ports: PhantomData,
                };
                drive(build, self.run_mode.map(RunMode::of_batch_stub), node, io)
            }
        };
        runtime.spawn(incarnations.instrument(span));
    }
}

/// All incarnations of a stub `S`, with the queue and the ports of the worker `W` that it replaces.
fn drive<S, W>(
    build: impl FnMut() -> S + Send + 'static,
    run_mode: Option<Box<dyn RunMode<S>>>,
    node: Arc<Node>,
    io: Io<W>,
) -> BoxFuture<()>
where
    W: Worker,
    S: Worker<Message = W::Message, Output = W::Output, Ports = W::Ports>,
{
    let io = Io::<S> {
        queue: io.queue,
        output: io.output,
        ports: io.ports,
        failed: io.failed,
        undelivered: None,
        copy: io.copy,
    };
    let ready = ReadyWorker {
        node,
        build: Build::anew(build),
        io: Box::new(Detachable::new(io)),
    };
    match run_mode {
        None => Box::pin(run_to_exit(ready, Standalone)),
        Some(run_mode) => run_mode.drive(ready),
    }
}

/// Takes the stub that replaces the worker of this node, if there is one.
pub(crate) fn stub_of<W: Worker>(node: &Node) -> Option<PendingStub<W>> {
    let stub = lock(&node.test.stub).take()?;
    stub.downcast().ok().map(|stub| *stub)
}
