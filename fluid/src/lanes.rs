//! The life of a consumer with several lanes: one life, lived by several workers of the same kind.
//!
//! The worker that every life has is the first lane. The others are built beside it, run in tasks of their
//! own, and end with it. What they read and write outlives them, as it does for the first.

use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

use crate::catch::{catch, catch_now};
use crate::context::Context;
use crate::error::Error;
use crate::life::{BoxFuture, Build, Site, Unlived, live_to_the_end, spawn};
use crate::lock::lock;
use crate::queue::Channel;
use crate::signal::until;
use crate::way::{Lendable, Run, Way};
use crate::worker::{Io, Worker};

/// What builds the workers of all lanes.
type Builder<W> = Arc<Mutex<Box<dyn FnMut() -> W + Send>>>;

/// How a consumer with several lanes lives.
pub(crate) struct InLanes<W: Worker> {
    channel: Arc<Channel<W::Message>>,
    lanes: usize,
}

impl<W: Worker> InLanes<W> {
    pub(crate) fn new(channel: Arc<Channel<W::Message>>, lanes: usize) -> Self {
        Self { channel, lanes }
    }
}

impl<W: Worker> Way<W> for InLanes<W> {
    fn life(self: Box<Self>, unlived: Unlived<W>, site: Site) -> BoxFuture<()> {
        let Build::Anew(build) = unlived.build else {
            unreachable!("its seat has seen to that");
        };
        let build: Builder<W> = Arc::new(Mutex::new(build));
        let laned = Laned::new(Arc::clone(&build), self.channel, self.lanes);
        let first = Build::Anew(Box::new(move || (lock(&build))()));
        let unlived = Unlived {
            build: first,
            ..unlived
        };
        Box::pin(live_to_the_end(unlived, laned, site))
    }

    #[cfg(feature = "test-util")]
    fn of_stub(self: Box<Self>) -> Option<Box<dyn Way<crate::test::StubOf<W>>>> {
        Some(Box::new(InLanes::new(self.channel, self.lanes)))
    }
}

struct Laned<W: Worker> {
    build: Builder<W>,
    channel: Arc<Channel<W::Message>>,
    /// How many lanes there are besides the first.
    others: usize,
    /// What they read and write, while none of them lives.
    idle: Vec<Io<W>>,
    /// Those that live.
    living: Vec<oneshot::Receiver<Ended<W>>>,
}

type Ended<W> = (Io<W>, Result<(), Error>);

impl<W: Worker> Laned<W> {
    fn new(build: Builder<W>, channel: Arc<Channel<W::Message>>, lanes: usize) -> Self {
        Self {
            build,
            channel,
            others: lanes - 1,
            idle: Vec::new(),
            living: Vec::new(),
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

    /// Waits until every lane has ended. Returns the first failure.
    async fn all_ended(&mut self) -> Result<(), Error> {
        let mut result = Ok(());
        while let Some(ended) = self.living.pop() {
            // A lane that is lost was lost with its runtime.
            let Ok((io, ended)) = ended.await else {
                continue;
            };
            self.idle.push(io);
            result = result.and(ended);
        }
        result
    }
}

impl<W: Worker> Run<W> for Laned<W> {
    async fn run(
        &mut self,
        worker: &mut Lendable<W>,
        ctx: &Context,
        io: &mut Lendable<Io<W>>,
    ) -> Result<(), Error> {
        if self.idle.is_empty() {
            self.idle = (1..=self.others)
                .map(|lane| io.lane(&self.channel, lane))
                .collect();
        }
        let idle = std::mem::take(&mut self.idle);
        let begun = idle.into_iter().try_for_each(|io| self.begin(ctx, io));
        let first = match begun {
            Ok(()) => catch(worker.run(ctx, io))
                .await
                .map_err(Error::from)
                .flatten(),
            Err(error) => Err(error),
        };
        match &first {
            Ok(()) => io.queue.settle(),
            Err(error) => {
                io.queue.failed();
                end_others(ctx, error);
            }
        }
        first.and(self.all_ended().await)
    }

    async fn recover(&mut self, _: Option<&mut Lendable<W>>, _: &mut Lendable<Io<W>>) {
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
    async fn live(mut self) -> Ended<W> {
        let ctx = self.ctx.clone();
        let term = Arc::clone(ctx.term());
        let lived = until(&term.cut, self.run()).await;
        let result = lived.unwrap_or_else(|| {
            // As for the first lane: what is in hand is undelivered if the end is forced, and failed if not.
            if !ctx.node().force.is_raised() {
                self.io.queue.failed();
            }
            Ok(())
        });
        (self.io, result)
    }

    async fn run(&mut self) -> Result<(), Error> {
        let built = {
            let build = Arc::clone(&self.build);
            catch_now(move || (lock(&build))())
        };
        let lived = match built {
            Ok(mut worker) => self.run_worker(&mut worker).await,
            Err(panicked) => Err(panicked.into()),
        };
        if let Err(error) = &lived {
            end_others(&self.ctx, error);
        }
        lived
    }

    async fn run_worker(&mut self, worker: &mut W) -> Result<(), Error> {
        let (ctx, io) = (&self.ctx, &mut self.io);
        catch(worker.on_startup(ctx)).await??;
        let ran = catch(worker.run(ctx, io))
            .await
            .map_err(Error::from)
            .flatten();
        match &ran {
            Ok(()) => io.queue.settle(),
            Err(_) => io.queue.failed(),
        }
        let ended = catch(worker.on_shutdown(ctx))
            .await
            .map_err(Error::from)
            .flatten();
        ran.and(ended)
    }
}

/// One lane has failed: the others finish what they have in hand, within the time that a failing worker
/// has for its end.
fn end_others(ctx: &Context, error: &Error) {
    let node = ctx.node();
    node.fail_with(error);
    node.tell_failing();
    if let Some(intake) = &node.intake {
        intake.interrupt(true);
    }
}
