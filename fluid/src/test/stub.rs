//! A closure in the place of a worker.

use std::marker::PhantomData;
use std::sync::Arc;

use tracing::Instrument;

use crate::error::Error;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, Build, LaunchContext, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunMode, Standalone};
use crate::node::Node;
use crate::node::context::Context;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::worker::downstream::Downstream;
use crate::worker::stage::{Calls, EachMessage, Stage, emit, run};
use crate::worker::{Io, Ports, Worker};

/// What a stub answers to each message.
pub(super) type Answer<M, O> = Box<dyn FnMut(M) -> BoxFuture<Result<Vec<O>, Error>> + Send>;

/// What a stub does.
pub(super) struct Script<M, O> {
    /// What it emits when it starts.
    pub(super) first: Option<Box<dyn Iterator<Item = O> + Send>>,
    pub(super) answer: Answer<M, O>,
}

/// A worker that does what a test says. Its lives share one script.
pub(crate) struct Stub<M, O, P> {
    script: Arc<Mutex<Script<M, O>>>,
    ports: PhantomData<fn() -> P>,
}

/// A stub that can stand in the place of `W`.
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

/// Emits what the script has for the start, and then makes a call for each message.
pub(crate) struct FirstAndEachMessage;

impl<M: Send + 'static, O: Send + 'static, P: Ports> Calls<Stub<M, O, P>> for FirstAndEachMessage {
    async fn make<N: Downstream<O>>(
        stub: &mut Stub<M, O, P>,
        ctx: &Context,
        io: &mut Io<Stub<M, O, P>>,
        downstream: &mut N,
    ) -> Result<(), Error> {
        let first = lock(&stub.script).first.take();
        if let Some(mut first) = first {
            emit(&mut first, ctx, &mut io.output, downstream).await;
        }
        EachMessage::make(stub, ctx, io, downstream).await
    }
}

/// A stub that stands in the place of `W`, and has not been started.
pub(crate) struct Stubbed<W: Worker> {
    script: Script<W::Message, W::Output>,
    way: Option<Box<dyn RunMode<StubOf<W>>>>,
}

impl<W: Worker> Stubbed<W> {
    pub(super) fn new(
        script: Script<W::Message, W::Output>,
        way: Option<Box<dyn RunMode<StubOf<W>>>>,
    ) -> Self {
        Self { script, way }
    }

    /// How it would have lived, for another stub in its place.
    pub(super) fn way(self) -> Option<Box<dyn RunMode<StubOf<W>>>> {
        self.way
    }

    /// Starts it in a task, also where the worker would have had a thread.
    pub(crate) fn launch(self, node: Arc<Node>, io: Io<W>, site: &LaunchContext) {
        let script = Arc::new(Mutex::new(self.script));
        let build = move || Stub {
            script: Arc::clone(&script),
            ports: PhantomData,
        };
        let span = tracing::info_span!("worker", name = &**node.name());
        let runtime = site.place.runtime.clone();
        let unlived = ReadyWorker {
            node,
            build: Build::Anew(Box::new(build)),
            io: Box::new(Detachable::new(Io {
                queue: io.queue,
                output: io.output,
                ports: io.ports,
                failed: io.failed,
                copy: io.copy,
            })),
        };
        let life: BoxFuture<()> = match self.way {
            None => Box::pin(run_to_exit(unlived, Standalone)),
            Some(way) => way.life(unlived),
        };
        runtime.spawn(life.instrument(span));
    }
}

/// What stands in the place of the worker whose node this is.
pub(crate) fn stub_of<W: Worker>(node: &Node) -> Option<Stubbed<W>> {
    let stub = lock(&node.test.stub).take()?;
    stub.downcast().ok().map(|stub| *stub)
}
