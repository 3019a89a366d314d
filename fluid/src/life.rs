//! The life of one worker: built, started, run, stopped, and built anew if its policy says so.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use tokio::runtime::Handle;
use tracing::Instrument;

use crate::catch::{catch, catch_now};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Cause;
use crate::lock::lock;
use crate::node::{Events, MemberId, Node};
use crate::queue::own_thread;
use crate::restart::{Backoff, Failure, Life, answer};
use crate::signal::until;
use crate::state::State;
use crate::supervisor::Event;
use crate::way::{Alone, Lendable, Run, Way};
use crate::worker::{Io, Worker};

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where a worker comes from.
pub(crate) enum Build<W> {
    /// It was added by value, until that is used up.
    Once(Option<W>),
    /// It is made, and made anew at each restart.
    Anew(Box<dyn FnMut() -> W + Send>),
}

impl<W> Build<W> {
    fn build(&mut self) -> Option<W> {
        match self {
            Self::Once(worker) => worker.take(),
            Self::Anew(build) => Some(build()),
        }
    }

    pub(crate) fn is_used_up(&self) -> bool {
        matches!(self, Self::Once(None))
    }
}

/// How a member of a group is brought to life.
pub(crate) trait Launch: Send {
    fn launch(self: Box<Self>, site: Site);
}

/// Where a member lives.
pub(crate) struct Site {
    pub(crate) member: MemberId,
    pub(crate) events: Events,
    pub(crate) runtime: Handle,
}

impl Site {
    /// Tells the group that the member has started.
    pub(crate) fn started(&self) {
        let _ = self.events.send(Event::Started(self.member));
    }

    /// Tells the group that the member has failed, and that its own hooks are called.
    pub(crate) fn failing(&self) {
        let _ = self.events.send(Event::Failing(self.member));
    }

    /// Tells the group that the member has ended; its node holds the exit.
    pub(crate) fn ended(&self) {
        let _ = self.events.send(Event::Ended(self.member));
    }
}

/// A worker that has not been started. Its edges are still being drawn, so what it reads and writes
/// is shared with its [`Seat`](crate::Seat).
pub(crate) struct Unborn<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) ends: Arc<Mutex<Option<Ends<W>>>>,
}

/// What a worker reads and writes, and what a fused edge makes of its life.
pub(crate) struct Ends<W: Worker> {
    pub(crate) io: Io<W>,
    pub(crate) way: Option<Box<dyn Way<W>>>,
}

/// A worker that is about to be started.
pub(crate) struct Unlived<W: Worker> {
    node: Arc<Node>,
    build: Build<W>,
    io: Io<W>,
}

impl<W: Worker> Launch for Unborn<W> {
    fn launch(self: Box<Self>, site: Site) {
        let Self { node, build, ends } = *self;
        let Ends { io, way } = lock(&ends).take().expect("a worker is launched once");
        let unlived = Unlived {
            node: Arc::clone(&node),
            build,
            io,
        };
        match way {
            None => launch(&node, site, |site| live_to_the_end(unlived, Alone, site)),
            Some(way) => launch(&node, site, |site| way.life(unlived, site)),
        }
    }
}

/// Starts a life in a task, or in a thread of its own.
fn launch<F: Future<Output = ()> + Send + 'static>(
    node: &Node,
    site: Site,
    life: impl FnOnce(Site) -> F,
) {
    let span = tracing::info_span!("worker", name = &**node.name());
    let runtime = site.runtime.clone();
    if !node.options.blocking {
        runtime.spawn(life(site).instrument(span));
        return;
    }
    // A thread of its own, rather than one of tokio's pool: a function that never returns holds up
    // neither the pool nor the end of the runtime.
    let thread = std::thread::Builder::new().name(node.name().replace('\0', ""));
    let events = site.events.clone();
    let member = site.member;
    let life = life(site).instrument(span);
    if let Err(error) = thread.spawn(move || {
        own_thread();
        runtime.block_on(life);
    }) {
        let worker = (&**node.name()).into();
        let cause = Cause::StartupFailed {
            worker,
            error: error.into(),
        };
        node.finish(node.report(cause, false, false));
        let _ = events.send(Event::Ended(member));
    }
}

/// Lives, or is forced to end, and reports.
pub(crate) async fn live_to_the_end<W: Worker>(
    unlived: Unlived<W>,
    mut run: impl Run<W>,
    site: Site,
) {
    let node = Arc::clone(&unlived.node);
    // What the life owns is dropped before its exit is written, so that the counts are final. Caught
    // here is what escapes the life itself: a worker or a message whose `drop` panics.
    let lived = catch(async {
        let lived = until(&node.force, live(unlived, &mut run, &site)).await;
        run.recover().await;
        drop(run);
        lived
    });
    match lived.await {
        Ok(Some(())) => {}
        Ok(None) => {
            tracing::warn!(worker = &**node.name(), "forced to stop");
            node.finish(node.report(node.ended_because(), true, false));
        }
        Err(panicked) => {
            let forced = node.force.is_raised();
            let error = Error::from(panicked);
            node.note_error(&error);
            node.finish(node.report(Cause::failure(node.name(), error), forced, false));
        }
    }
    site.ended();
}

/// One life after the other, as long as the policy holds.
async fn live<W: Worker>(unlived: Unlived<W>, run: &mut impl Run<W>, site: &Site) {
    let Unlived {
        node,
        mut build,
        io,
    } = unlived;
    let mut io = Lendable::new(io);
    let ctx = Context::new(Arc::clone(&node));
    let mut backoff = Backoff::new();
    let (worker, cause) = loop {
        let life = Life::begin(&node, &io);
        let (worker, failure) = match begin(&mut build, &ctx).await {
            Err(error) if !node.has_started() => {
                let worker = (&**node.name()).into();
                node.note_error(&error);
                break (None, Cause::StartupFailed { worker, error });
            }
            Err(error) => (None, Failure::Of(error)),
            Ok(worker) => {
                let mut worker = Lendable::new(worker);
                let first = !node.has_started();
                node.advance(State::Running);
                node.is_well();
                site.started();
                if first {
                    // Lets the group see that before the worker may block this thread.
                    tokio::task::yield_now().await;
                }
                match run_once(run, &mut worker, &ctx, &mut io, site).await {
                    Ok(()) => break (Some(worker), ended_because(&node)),
                    Err(failure) => (Some(worker), failure),
                }
            }
        };
        let error = failure.error();
        node.note_error(error);
        let text = format!("{error:#}");
        if let Some(cause) = answer(&node, failure, &mut build, &life, &mut io, &mut backoff).await
        {
            tracing::error!(worker = &**node.name(), error = text, "worker failed");
            break (worker, cause);
        }
    };
    node.advance(State::Stopping);
    drop(io);
    let exit = node.report(cause, false, false);
    if let Some(mut worker) = worker
        && let Err(panicked) = catch(worker.after_shutdown(&exit)).await
    {
        tracing::error!(worker = &**node.name(), %panicked, "after_shutdown failed");
    }
    node.finish(exit);
}

/// Why a worker ended that did not fail.
fn ended_because(node: &Node) -> Cause {
    if node.stop.is_raised() {
        node.asked_because()
    } else {
        Cause::Finished
    }
}

/// Builds the worker and calls its `on_startup`.
async fn begin<W: Worker>(build: &mut Build<W>, ctx: &Context) -> Result<W, Error> {
    let built = catch_now(|| build.build())?;
    let mut worker = built.ok_or("it was added by value, and that value is used up")?;
    catch(worker.on_startup(ctx)).await??;
    Ok(worker)
}

/// Calls `run` and `on_shutdown`, and settles the message in hand.
async fn run_once<W: Worker>(
    run: &mut impl Run<W>,
    worker: &mut Lendable<W>,
    ctx: &Context,
    io: &mut Lendable<Io<W>>,
    site: &Site,
) -> Result<(), Failure> {
    let ran = catch(run.run(worker, ctx, io))
        .await
        .map_err(Error::from)
        .flatten();
    run.rest();
    match &ran {
        Ok(()) => {
            io.queue.settle();
            ctx.node().advance(State::Stopping);
        }
        Err(error) => {
            io.queue.failed();
            // Its own hooks come next, and may hang: so the failure is told now, and they have no
            // longer than the grace period.
            ctx.node().fail_with(error);
            site.failing();
        }
    }
    let end = catch(worker.on_shutdown(ctx))
        .await
        .map_err(Error::from)
        .flatten();
    ran.map_err(Failure::Of)?;
    end.map_err(Failure::AtTheEnd)
}
