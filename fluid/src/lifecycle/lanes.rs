//! The life of a consumer with several lanes: one life, lived by several workers of the same kind.
//!
//! The worker that every life has is the first lane. The others are built beside it, run in tasks of their
//! own, and end with it. What they read and write outlives them, as it does for the first.

use std::future::Future;
use std::sync::Arc;

use crate::error::Error;
use crate::lifecycle::incarnation::{begin, run_to_exit};
use crate::lifecycle::launch::{BoxFuture, Build, ReadyWorker, spawn_lane};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode, run, survived};
use crate::node::context::Context;
use crate::queue::{Channel, Queue};
use crate::sync::catch::catch;
use crate::sync::lock::lock;
use crate::sync::signal::until;
use crate::sync::span::{InSpan, worker_span};
use crate::sync::{Mutex, oneshot};
use crate::worker::{Io, Worker};

/// What builds the workers of all lanes.
type Builder<W> = Arc<Mutex<Box<dyn FnMut() -> W + Send>>>;

/// How a consumer with several lanes lives.
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
    fn life(self: Box<Self>, ready: ReadyWorker<W>) -> BoxFuture<()> {
        let Build::Anew(build) = ready.build else {
            unreachable!("its seat has seen to that");
        };
        let build: Builder<W> = Arc::new(Mutex::new(build));
        let laned = LaneSet::new(Arc::clone(&build), self.channel, self.lanes);
        let first = Build::Anew(Box::new(move || (lock(&build))()));
        let ready = ReadyWorker {
            build: first,
            ..ready
        };
        Box::pin(run_to_exit(ready, laned))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Box<dyn RunMode<crate::test::StubOf<W>>> {
        Box::new(LanesMode::new(self.channel, self.lanes))
    }
}

struct LaneSet<W: Worker> {
    build: Builder<W>,
    channel: Arc<Channel<W::Message>>,
    /// How many lanes there are besides the first.
    others: usize,
    /// The number of each, and what it reads and writes, while none of them runs.
    idle: Vec<(usize, Io<W>)>,
    /// Those that live.
    living: Vec<oneshot::Receiver<LaneEnded<W>>>,
    /// How one failed when its work was done.
    at_the_end: Result<(), Error>,
}

/// How a lane has ended.
struct LaneEnded<W: Worker> {
    lane: usize,
    io: Io<W>,
    ran: Result<(), Error>,
    at_the_end: Result<(), Error>,
}

impl<W: Worker> LaneSet<W> {
    fn new(build: Builder<W>, channel: Arc<Channel<W::Message>>, lanes: usize) -> Self {
        Self {
            build,
            channel,
            others: lanes - 1,
            idle: Vec::new(),
            living: Vec::new(),
            at_the_end: Ok(()),
        }
    }

    /// Starts a lane.
    fn begin(&mut self, ctx: &Context, number: usize, io: Io<W>) -> Result<(), Error> {
        let (home, ended) = oneshot::channel();
        let lane = Lane {
            number,
            build: Arc::clone(&self.build),
            ctx: ctx.lane(),
            io,
        };
        spawn_lane(ctx.node(), number, async move {
            let _ = home.send(lane.live().await);
        })?;
        self.living.push(ended);
        Ok(())
    }

    /// Waits until every lane has ended. Returns one failure, if there was any.
    ///
    /// Cancel safe: what a lane brings home is not lost.
    async fn all_ended(&mut self) -> Result<(), Error> {
        let mut result = Ok(());
        while let Some(living) = self.living.last_mut() {
            let ended = living.await;
            self.living.pop();
            // A lane that is lost was lost with its runtime.
            let Ok(ended) = ended else { continue };
            self.idle.push((ended.lane, ended.io));
            result = result.and(ended.ran);
            let before = std::mem::replace(&mut self.at_the_end, Ok(()));
            self.at_the_end = before.and(ended.at_the_end);
        }
        result
    }
}

impl<W: Worker> Drop for LaneSet<W> {
    fn drop(&mut self) {
        // If no lane has ever lived, or one is lost, nobody else gives up what waits for it.
        for lane in 1..=self.others {
            drop(Queue::new(&self.channel, lane));
        }
    }
}

impl<W: Worker> RunLoop<W> for LaneSet<W> {
    async fn run(
        &mut self,
        worker: &mut Detachable<W>,
        ctx: &Context,
        io: &mut Detachable<Io<W>>,
    ) -> Result<(), Error> {
        if self.idle.is_empty() {
            self.idle = (1..=self.others)
                .map(|lane| (lane, io.lane(&self.channel, lane)))
                .collect();
        }
        let idle = std::mem::take(&mut self.idle);
        let mut idle = idle.into_iter();
        let begun = idle.try_for_each(|(lane, io)| self.begin(ctx, lane, io));
        let first = match begun {
            Ok(()) => run_caught(&mut **worker, ctx, io).await,
            Err(error) => Err(error),
        };
        io.hand_over();
        answer(&first, ctx, io);
        first.and(self.all_ended().await)
    }

    fn in_span<F: Future + Send>(run: F, ctx: &Context) -> impl Future<Output = F::Output> + Send {
        InSpan::new(run, worker_span(&ctx.node().path(), Some(0)))
    }

    fn rest(&mut self) -> Result<(), Error> {
        std::mem::replace(&mut self.at_the_end, Ok(()))
    }

    async fn recover(&mut self, _: Option<&mut Detachable<W>>, _: &mut Detachable<Io<W>>) {
        // They are cut off by the same signal.
        let _ = self.all_ended().await;
    }
}

/// A lane besides the first.
struct Lane<W: Worker> {
    number: usize,
    build: Builder<W>,
    ctx: Context,
    io: Io<W>,
}

impl<W: Worker> Lane<W> {
    async fn live(mut self) -> LaneEnded<W> {
        let ctx = self.ctx.clone();
        let run_control = Arc::clone(ctx.run_control());
        let mut at_the_end = Ok(());
        // Caught here is what escapes the life itself: a worker or a message whose `drop` panics.
        let lived = catch(until(run_control.cut_off(), self.run(&mut at_the_end))).await;
        let ran = match lived {
            Ok(Some(ran)) => ran,
            Ok(None) => {
                // As for the first lane: what is in hand is undelivered if the end is forced, and failed if
                // not.
                if !ctx.node().forced().is_raised() {
                    self.io.queue.failed();
                }
                Ok(())
            }
            Err(panicked) => {
                let ran = Err(panicked.into());
                answer(&ran, &ctx, &mut self.io);
                ran
            }
        };
        LaneEnded {
            lane: self.number,
            io: self.io,
            ran,
            at_the_end,
        }
    }

    async fn run(&mut self, at_the_end: &mut Result<(), Error>) -> Result<(), Error> {
        let Self { build, ctx, io, .. } = self;
        let mut worker = match begin(|| Some((lock(build))()), ctx).await {
            Ok(Some(worker)) => worker,
            Ok(None) => return Ok(()),
            Err(error) => {
                let failed = Err(error);
                answer(&failed, ctx, io);
                return failed;
            }
        };
        io.begin(ctx);
        let ran = run_caught(&mut worker, ctx, io).await;
        io.hand_over();
        answer(&ran, ctx, io);
        *at_the_end = catch(worker.on_shutdown(ctx))
            .await
            .map_err(Error::from)
            .flatten();
        ran
    }
}

/// Calls the `run` of one lane.
async fn run_caught<W: Worker>(worker: &mut W, ctx: &Context, io: &mut Io<W>) -> Result<(), Error> {
    // In a block, so that one written by hand may panic before its future is made.
    let ran = catch(async { run(worker, ctx, io).await }).await;
    survived(ran.map_err(Error::from).flatten(), ctx, io)
}

/// The `run` of one lane has ended: if that is no end of all, the others finish what they have in hand, within
/// the time that a failing worker has for its end.
fn answer<W: Worker>(ran: &Result<(), Error>, ctx: &Context, io: &mut Io<W>) {
    let node = ctx.node();
    match ran {
        // It was asked to, or all is done.
        Ok(()) if !ctx.is_running() || io.queue.is_finished() => return io.queue.settle(),
        // Nobody would handle what comes for it. So its worker ends, as one with a single lane does.
        Ok(()) => io.queue.settle(),
        Err(error) => {
            io.queue.failed();
            // Told before its hooks are called, which may hang.
            node.fail_with(error);
        }
    }
    ctx.end();
    node.tell_failing();
    if let Some(queue_control) = &node.queue_control {
        queue_control.interrupt(true);
    }
}
