//! The life of one worker: built, started, run, stopped, and built anew if its policy says so.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::runtime::Handle;
use tracing::Instrument;

use crate::catch::{catch, catch_now};
use crate::context::Context;
use crate::error::Error;
use crate::exit::Cause;
use crate::lock::lock;
use crate::node::{Events, MemberId, Node};
use crate::options::OnError;
use crate::signal::until;
use crate::state::State;
use crate::supervisor::Event;
use crate::worker::{Io, Worker};

/// The pause before the first restart in a row, doubled at each further one …
const FIRST_BACKOFF: Duration = Duration::from_millis(100);
/// … up to this.
const LAST_BACKOFF: Duration = Duration::from_secs(5);

pub(crate) type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Builds a worker, or gives `None` if it was added by value and that value is used up.
pub(crate) type Build<W> = Box<dyn FnMut() -> Option<W> + Send>;

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
    pub(crate) io: Arc<Mutex<Option<Io<W>>>>,
}

impl<W: Worker> Launch for Unborn<W> {
    fn launch(self: Box<Self>, site: Site) {
        let node = Arc::clone(&self.node);
        let span = tracing::info_span!("worker", name = &**node.name());
        if !node.options.blocking {
            let runtime = site.runtime.clone();
            runtime.spawn(live_to_the_end(*self, site).instrument(span));
            return;
        }
        // A thread of its own, rather than one of tokio's pool: a function that never returns holds up
        // neither the pool nor the end of the runtime.
        let thread = std::thread::Builder::new().name(node.name().to_string());
        let events = site.events.clone();
        let member = site.member;
        let runtime = site.runtime.clone();
        let life = live_to_the_end(*self, site).instrument(span);
        if let Err(error) = thread.spawn(move || runtime.block_on(life)) {
            let worker = (&**node.name()).into();
            let cause = Cause::StartupFailed {
                worker,
                error: error.into(),
            };
            node.finish(node.report(cause, false, false));
            let _ = events.send(Event::Ended(member));
        }
    }
}

/// Lives, or is forced to end, and reports.
async fn live_to_the_end<W: Worker>(unborn: Unborn<W>, site: Site) {
    let node = Arc::clone(&unborn.node);
    // What the life owns is dropped before its exit is written, so that the counts are final.
    if until(&node.force, live(unborn, &site)).await.is_none() {
        tracing::warn!(worker = &**node.name(), "forced to stop");
        node.finish(node.report(node.asked_because(), true, false));
    }
    site.ended();
}

/// One life after the other, as long as the policy holds.
async fn live<W: Worker>(unborn: Unborn<W>, site: &Site) {
    let Unborn {
        node,
        mut build,
        io,
    } = unborn;
    let mut io = lock(&io).take().expect("a worker is launched once");
    let ctx = Context::new(Arc::clone(&node));
    let mut backoff = FIRST_BACKOFF;
    let mut started = false;
    let (worker, cause) = loop {
        let mut worker = match begin(&mut build, &ctx).await {
            Ok(worker) => worker,
            Err(error) if !started => {
                let worker = (&**node.name()).into();
                node.note_error(&error);
                break (None, Cause::StartupFailed { worker, error });
            }
            Err(error) => {
                node.note_error(&error);
                if !rest(&node, &mut io, &mut backoff).await {
                    break (None, Cause::failure(node.name(), error));
                }
                continue;
            }
        };
        node.advance(State::Running);
        if !std::mem::replace(&mut started, true) {
            site.started();
        }
        let handled = io.queue.handled();
        let Err(error) = run_once(&mut worker, &ctx, &mut io).await else {
            let asked = node.stop.is_raised();
            break (
                Some(worker),
                if asked {
                    node.asked_because()
                } else {
                    Cause::Finished
                },
            );
        };
        tracing::error!(
            worker = &**node.name(),
            error = format!("{error:#}"),
            "worker failed"
        );
        node.note_error(&error);
        if io.queue.handled() > handled {
            backoff = FIRST_BACKOFF;
        }
        if node.options.on_error != OnError::Restart || !rest(&node, &mut io, &mut backoff).await {
            break (Some(worker), Cause::failure(node.name(), error));
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

/// Builds the worker and calls its `on_startup`.
async fn begin<W: Worker>(build: &mut Build<W>, ctx: &Context) -> Result<W, Error> {
    let built = catch_now(build)?;
    let mut worker = built.ok_or("it was added by value, and cannot be built a second time")?;
    catch(worker.on_startup(ctx)).await??;
    Ok(worker)
}

/// Calls `run` and `on_shutdown`, and settles the message in hand.
async fn run_once<W: Worker>(worker: &mut W, ctx: &Context, io: &mut Io<W>) -> Result<(), Error> {
    let run = catch(worker.run(ctx, io))
        .await
        .map_err(Error::from)
        .flatten();
    match run {
        Ok(()) => {
            io.queue.settle();
            ctx.node().advance(State::Stopping);
        }
        Err(_) => io.queue.failed(),
    }
    let end = catch(worker.on_shutdown(ctx))
        .await
        .map_err(Error::from)
        .flatten();
    run.and(end)
}

/// Rests before a restart. Returns whether there is to be one.
///
/// A stop interrupts the rest. A consumer that has messages left is then restarted at once, to handle
/// them; anything else is not restarted. A life that handles nothing ends that, so that it cannot go
/// round for ever.
async fn rest<W: Worker>(node: &Node, io: &mut Io<W>, backoff: &mut Duration) -> bool {
    node.advance(State::Restarting);
    let pause = *backoff / 2 + crate::stage::jitter(*backoff / 2);
    let tried_hard = *backoff >= LAST_BACKOFF;
    *backoff = (*backoff * 2).min(LAST_BACKOFF);
    if !node.stop.is_raised() {
        tracing::info!(worker = &**node.name(), ?pause, "restarting");
        until(&node.stop, tokio::time::sleep(pause)).await;
    }
    let restart = !node.stop.is_raised() || (io.queue.queue_size() > 0 && !tried_hard);
    if restart {
        node.restarts.fetch_add(1, Ordering::Relaxed);
    }
    restart
}
