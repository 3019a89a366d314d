//! The life of a consumer with several lanes: one life, lived by several workers of the same kind.
//!
//! The worker that every life has is the first lane. The others are built beside it, run in tasks of their
//! own, and end with it. What they read and write outlives them, as it does for the first.

use std::sync::Arc;

use crate::dropping::{DropCaught, DropPinned};
use crate::error::Error;
use crate::lifecycle::incarnation::run_to_exit;
use crate::lifecycle::launch::{BoxFuture, Build, ReadyWorker, spawn};
use crate::lifecycle::run_mode::{Detachable, RunLoop, RunMode, run, survived};
use crate::node::context::Context;
use crate::queue::{Channel, Queue};
use crate::sync::catch::{catch, catch_now};
use crate::sync::lock::lock;
use crate::sync::signal::until;
use crate::sync::{Mutex, oneshot};
use crate::worker::{Io, Worker};

/// What builds the workers of all lanes.
type Builder<W> = Arc<Mutex<DropCaught<Box<dyn FnMut() -> W + Send>>>>;

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
        let first = Build::anew(move || build_next(&build));
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

fn build_next<W>(build: &Builder<W>) -> W {
    (**lock(build))()
}

struct LaneSet<W: Worker> {
    build: Builder<W>,
    channel: Arc<Channel<W::Message>>,
    /// How many lanes there are besides the first.
    others: usize,
    /// What they read and write, while none of them lives.
    idle: Vec<Io<W>>,
    /// Those that live.
    living: Vec<oneshot::Receiver<LaneEnded<W>>>,
    /// How one failed when its work was done.
    at_the_end: Result<(), Error>,
}

/// How a lane has ended.
struct LaneEnded<W: Worker> {
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
    fn begin(&mut self, ctx: &Context, io: Io<W>) -> Result<(), Error> {
        let (home, ended) = oneshot::channel();
        let lane = Lane {
            build: Arc::clone(&self.build),
            ctx: ctx.lane(),
            io,
        };
        spawn(ctx.node(), async move {
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
            self.idle.push(ended.io);
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
                .map(|lane| io.lane(&self.channel, lane))
                .collect();
        }
        let idle = std::mem::take(&mut self.idle);
        let begun = idle.into_iter().try_for_each(|io| self.begin(ctx, io));
        let first = match begun {
            Ok(()) => run_caught(&mut **worker, ctx, io).await,
            Err(error) => Err(error),
        };
        io.hand_over();
        answer(&first, ctx, io);
        first.and(self.all_ended().await)
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
    build: Builder<W>,
    ctx: Context,
    io: Io<W>,
}

impl<W: Worker> Lane<W> {
    async fn live(mut self) -> LaneEnded<W> {
        let ctx = self.ctx.clone();
        let run_control = Arc::clone(ctx.run_control());
        let mut at_the_end = Ok(());
        // Caught here is what escapes the life itself: a worker whose `drop` panics.
        let lived = catch(until(
            run_control.cut_off(),
            DropPinned::new(self.run(&mut at_the_end)),
        ))
        .await;
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
            io: self.io,
            ran,
            at_the_end,
        }
    }

    async fn run(&mut self, at_the_end: &mut Result<(), Error>) -> Result<(), Error> {
        let Self { build, ctx, io } = self;
        let begun = async {
            let mut worker = Detachable::new(catch_now(|| build_next(build))?);
            catch(worker.on_startup(ctx)).await??;
            Ok::<Detachable<W>, Error>(worker)
        };
        let mut worker = match begun.await {
            Ok(worker) => worker,
            Err(error) => {
                let failed = Err(error);
                answer(&failed, ctx, io);
                return failed;
            }
        };
        io.begin(ctx);
        let ran = run_caught(&mut *worker, ctx, io).await;
        io.hand_over();
        answer(&ran, ctx, io);
        *at_the_end = catch(worker.on_shutdown(ctx))
            .await
            .map_err(Error::from)
            .flatten();
        // If that panics, its life has failed.
        drop(worker.into_inner());
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
