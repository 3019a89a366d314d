//! The incarnations of a consumer with several lanes. Each incarnation consists of several workers of the same
//! type.
//!
//! The worker of the incarnation itself is the first lane. When it has started, the other lanes are built next to it
//! and start, each in a task of its own. No lane runs before all have started, and all end together. Their queues and
//! ports are kept for the next incarnation, like those of the first lane.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;

use crate::catch::{DropCaught, catch};
use crate::error::Error;
use crate::lifecycle::incarnation::{build_and_start, run_to_exit};
use crate::lifecycle::launch::{BoxFuture, Build, Builder, ReadyWorker, spawn};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode, or_stalled, run};
use crate::node::context::Context;
use crate::queue::{Channel, Queue};
use crate::sync::flag::until;
use crate::sync::lock::lock;
use crate::sync::span::{InSpan, worker_span};
use crate::sync::{Mutex, oneshot};
use crate::worker::{Io, Worker};

/// Builds the workers of all lanes.
type SharedBuilder<W> = Arc<Mutex<Builder<W>>>;

/// Sent to let a lane run, which has started. A lane that does not get it shuts down.
type Permit = oneshot::Sender<()>;

/// The run mode of a consumer with several lanes.
pub(crate) struct LanesMode<W: Worker> {
    channel: Arc<Channel<W::Message>>,
    lanes: usize,
}

impl<W: Worker> LanesMode<W> {
    pub(crate) fn new(channel: Arc<Channel<W::Message>>, lanes: usize) -> Self {
        Self { channel, lanes }
    }
}

impl<W: Worker> RunMode<W> for LanesMode<W> {
    fn drive(self: Box<Self>, ready: ReadyWorker<W>) -> BoxFuture<()> {
        let Build::Anew(build) = ready.build else {
            unreachable!("a worker with several lanes can be built again: see `Build::by_value`");
        };
        let build: SharedBuilder<W> = Arc::new(Mutex::new(build));
        let lanes = LaneSet::new(Arc::clone(&build), self.channel, self.lanes);
        let first: Builder<W> = DropCaught::new(Box::new(move || (lock(&build))()));
        let ready = ReadyWorker {
            build: Build::Anew(first),
            ..ready
        };
        Box::pin(run_to_exit(ready, lanes))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::StubOf<W>>> {
        Box::new(LanesMode::new(self.channel, self.lanes))
    }

    #[cfg(feature = "test-util")]
    fn of_batch_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::BatchStubOf<W>>> {
        Box::new(LanesMode::new(self.channel, self.lanes))
    }
}

struct LaneSet<W: Worker> {
    build: SharedBuilder<W>,
    channel: Arc<Channel<W::Message>>,
    /// The number of lanes besides the first.
    others: usize,
    /// The numbers of the other lanes, with their queues and ports, while these do not run. The first is last.
    idle: Vec<(usize, Io<W>)>,
    /// The lanes that have started and wait for the others.
    waiting: Vec<Permit>,
    /// The lanes that have not ended.
    running: Vec<oneshot::Receiver<LaneEnded<W>>>,
    /// The first failure of an `on_shutdown` in another lane.
    shutdown_result: Result<(), Error>,
}

/// The result of a lane that has ended.
struct LaneEnded<W: Worker> {
    lane: usize,
    io: Io<W>,
    ran: Result<(), Error>,
    shutdown_result: Result<(), Error>,
}

impl<W: Worker> LaneSet<W> {
    fn new(build: SharedBuilder<W>, channel: Arc<Channel<W::Message>>, lanes: usize) -> Self {
        Self {
            build,
            channel,
            others: lanes - 1,
            idle: Vec::new(),
            waiting: Vec::new(),
            running: Vec::new(),
            shutdown_result: Ok(()),
        }
    }

    /// Spawns a lane. Returns the receiver of its permit, which it sends when it has started.
    fn spawn(
        &mut self,
        ctx: &Context,
        number: usize,
        io: Io<W>,
    ) -> Result<oneshot::Receiver<Permit>, Error> {
        let (done, ended) = oneshot::channel();
        let (started, has_started) = oneshot::channel();
        let lane = Lane {
            number,
            build: Arc::clone(&self.build),
            ctx: ctx.lane(),
            io,
        };
        let runtime = Handle::current();
        spawn(&runtime, ctx.node(), Some(number), || async {
            let _ = done.send(lane.run_to_end(started).await);
        })?;
        self.running.push(ended);
        Ok(has_started)
    }

    /// Spawns the idle lanes and waits until each has started. Returns whether all have.
    async fn start_all(&mut self, ctx: &Context) -> Result<bool, Error> {
        let mut starting = Vec::with_capacity(self.others);
        while let Some((number, io)) = self.idle.pop() {
            starting.push(self.spawn(ctx, number, io)?);
        }
        for started in starting {
            match started.await {
                Ok(permit) => self.waiting.push(permit),
                Err(_) => return Ok(false),
            }
        }
        Ok(true)
    }

    /// Waits until all other lanes have ended. Returns one of their failures, if there was any.
    ///
    /// Cancel safe: the results of lanes that have ended are kept.
    async fn all_ended(&mut self) -> Result<(), Error> {
        // A lane that still waits for the others does not run.
        self.waiting.clear();
        let mut result = Ok(());
        while let Some(running) = self.running.last_mut() {
            let ended = running.await;
            self.running.pop();
            // A lane is lost only if its runtime was shut down.
            let Ok(ended) = ended else { continue };
            self.idle.push((ended.lane, ended.io));
            result = result.and(ended.ran);
            let before = std::mem::replace(&mut self.shutdown_result, Ok(()));
            self.shutdown_result = before.and(ended.shutdown_result);
        }
        result
    }
}

impl<W: Worker> Drop for LaneSet<W> {
    fn drop(&mut self) {
        // If a lane never ran or was lost, this is the only place that releases the messages waiting for it.
        for lane in 1..=self.others {
            drop(Queue::new(&self.channel, lane));
        }
    }
}

impl<W: Worker> RunLoop<W> for LaneSet<W> {
    async fn start(&mut self, ctx: &Context, io: &mut Detachable<Io<W>>) -> Result<bool, Error> {
        if self.idle.is_empty() {
            let numbers = (1..=self.others).rev();
            self.idle = numbers
                .map(|lane| (lane, io.lane(&self.channel, lane)))
                .collect();
        }
        let started = self.start_all(ctx).await;
        if let Ok(true) = started {
            return started;
        }
        ctx.end();
        let ended = self.all_ended().await;
        started.and_then(|_| ended.map(|()| false))
    }

    async fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> Result<(), Error> {
        for permit in self.waiting.drain(..) {
            let _ = permit.send(());
        }
        let first = run_caught(&mut **worker, ctx, io).await;
        io.hand_over();
        settle_run(&first, ctx, io);
        first.and(self.all_ended().await)
    }

    fn in_span<F: Future + Send>(run: F, ctx: &Context) -> impl Future<Output = F::Output> + Send {
        InSpan::new(run, worker_span(&ctx.node().path(), Some(0)))
    }

    fn rest(&mut self) -> Result<(), Error> {
        std::mem::replace(&mut self.shutdown_result, Ok(()))
    }

    async fn recover(&mut self, _: Option<&mut Detachable<W>>, _: &mut Detachable<Io<W>>) {
        // The same signal aborts the other lanes.
        let _ = self.all_ended().await;
    }
}

/// A lane besides the first.
struct Lane<W: Worker> {
    number: usize,
    build: SharedBuilder<W>,
    ctx: Context,
    io: Io<W>,
}

impl<W: Worker> Lane<W> {
    async fn run_to_end(mut self, started: oneshot::Sender<Permit>) -> LaneEnded<W> {
        let ctx = self.ctx.clone();
        let run_control = Arc::clone(ctx.run_control());
        let mut shutdown_result = Ok(());
        // Catches a panic outside the worker's methods: in the `drop` of a worker or of a message.
        let run = catch(async { Ok(self.run(started, &mut shutdown_result).await) });
        let ran = match until(run_control.cut_off(), run).await {
            Some(Ok(ran)) => ran,
            None => {
                // As for the first lane, the message in hand is undelivered if the stop is forced, and failed
                // otherwise.
                if !ctx.node().forced().is_raised() {
                    self.io.queue.failed();
                }
                Ok(())
            }
            Some(Err(error)) => {
                let ran = Err(error);
                settle_run(&ran, &ctx, &mut self.io);
                ran
            }
        };
        LaneEnded {
            lane: self.number,
            io: self.io,
            ran,
            shutdown_result,
        }
    }

    async fn run(
        &mut self,
        started: oneshot::Sender<Permit>,
        shutdown_result: &mut Result<(), Error>,
    ) -> Result<(), Error> {
        let Self { build, ctx, io, .. } = self;
        let mut worker = match build_and_start(|| Some((lock(build))()), ctx).await {
            Ok(Some(worker)) => worker,
            Ok(None) => return Ok(()),
            Err(error) => {
                let failed = Err(error);
                settle_run(&failed, ctx, io);
                return failed;
            }
        };
        let (permit, permitted) = oneshot::channel();
        let _ = started.send(permit);
        let mut ran = Ok(());
        if permitted.await.is_ok() {
            io.begin(ctx);
            ran = run_caught(&mut *worker, ctx, io).await;
            io.hand_over();
            settle_run(&ran, ctx, io);
        }
        *shutdown_result = catch(worker.on_shutdown(ctx)).await;
        // A panic of this `drop` is a failure of the lane.
        drop(worker.into_inner());
        ran
    }
}

/// Calls the `run` of one lane and catches its panics.
async fn run_caught<W: Worker>(worker: &mut W, ctx: &Context, io: &mut Io<W>) -> Result<(), Error> {
    // In a block, because a `run` written by hand may panic before it returns its future.
    let ran = catch(async { run(worker, ctx, io).await }).await;
    or_stalled(ran, ctx, io)
}

/// Called when the `run` of one lane has returned. If the incarnation cannot go on without it, the other lanes
/// finish their messages in hand. They have as much time as a worker that failed.
fn settle_run<W: Worker>(ran: &Result<(), Error>, ctx: &Context, io: &mut Io<W>) {
    let node = ctx.node();
    match ran {
        // It was asked to end, or the queue is closed and empty.
        Ok(()) if !ctx.is_running() || io.queue.is_finished() => return io.queue.settle(),
        // The messages of this lane would not be handled, so the worker ends, as one with a single lane does.
        Ok(()) => io.queue.settle(),
        Err(error) => {
            io.queue.failed();
            // Reported before the hooks run, which may hang.
            node.fail_with(error);
        }
    }
    ctx.end();
    node.notify_failing();
    if let Some(queue_control) = &node.queue_control {
        queue_control.interrupt(true);
    }
}
