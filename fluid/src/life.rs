//! The life of one worker: built, started, run, stopped, and built anew if its policy says so.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tracing::Span;

use crate::catch::{catch, catch_inner, catch_now};
use crate::context::Context;
use crate::error::{Error, Panicked};
use crate::exit::Cause;
use crate::lock::lock;
use crate::node::{Events, MemberId, Node};
use crate::queue::own_thread;
use crate::restart::{Achieved, Down, Failure, Life, Order};
use crate::signal::until;
use crate::state::State;
use crate::supervisor::Event;
use crate::sync::{Mutex, oneshot};
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
}

/// How a member of a group is brought to life.
pub(crate) trait Launch: Send {
    fn launch(self: Box<Self>, site: Site);
}

/// Where a member lives.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) member: MemberId,
    /// A failure of the member may be answered by a restart, here or further up.
    pub(crate) answered: bool,
    pub(crate) place: Arc<Place>,
}

/// What is the same for all members of a group.
pub(crate) struct Place {
    pub(crate) events: Events,
    pub(crate) runtime: Handle,
    /// The group has a strategy.
    pub(crate) strategy: bool,
    /// How long the present life of something in the group may take to end.
    pub(crate) patience: Duration,
}

impl Site {
    /// Tells the group that the member has started.
    pub(crate) fn started(&self) {
        let _ = self.place.events.send(Event::Started(self.member));
    }

    /// Tells the group that the member has failed, and that its own hooks are called.
    pub(crate) fn failing(&self) {
        let _ = self.place.events.send(Event::Failing(self.member));
    }

    /// Tells the group that one life has ended, and that the member waits for what comes.
    pub(crate) fn down(
        &self,
        failure: Option<Cause>,
        achieved: Achieved,
    ) -> oneshot::Receiver<Order> {
        let (order, ordered) = oneshot::channel();
        let down = Down {
            failure,
            achieved,
            order,
        };
        let _ = self
            .place
            .events
            .send(Event::Down(self.member, Box::new(down)));
        ordered
    }

    /// The same, and waits. Nothing, if the member is forced to end, or no one is left to say what comes.
    pub(crate) async fn next_life(
        &self,
        node: &Node,
        failure: Option<Cause>,
        achieved: Achieved,
    ) -> Option<Order> {
        until(node.forced(), self.down(failure, achieved))
            .await?
            .ok()
    }

    /// Tells the group that the member has ended; its node holds the exit.
    pub(crate) fn ended(&self) {
        let _ = self.place.events.send(Event::Ended(self.member));
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
    /// In a box, which its life takes over: so it is moved only once.
    pub(crate) io: Box<Lendable<Io<W>>>,
    pub(crate) way: Option<Box<dyn Way<W>>>,
}

/// A worker that is about to be started.
pub(crate) struct Unlived<W: Worker> {
    pub(crate) node: Arc<Node>,
    pub(crate) build: Build<W>,
    pub(crate) io: Box<Lendable<Io<W>>>,
}

impl<W: Worker> Launch for Unborn<W> {
    fn launch(self: Box<Self>, site: Site) {
        let Self { node, build, ends } = *self;
        let Ends { io, way } = lock(&ends).take().expect("a worker is launched once");
        #[cfg(feature = "test-util")]
        let io = match crate::test::stub_of::<W>(&node) {
            Some(stub) => {
                let mut io = io;
                return stub.launch(node, io.take(), site);
            }
            None => io,
        };
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
    let (place, member) = (Arc::clone(&site.place), site.member);
    if let Err(error) = spawn_on(&place.runtime, node, life(site)) {
        let worker = (&**node.name()).into();
        let cause = Cause::StartupFailed {
            worker,
            error: error.into(),
        };
        node.finish(node.report(cause, false, false));
        let _ = place.events.send(Event::Ended(member));
    }
}

/// Runs a part of a worker's life in a task, or, if it blocks, in a thread.
pub(crate) fn spawn(
    node: &Node,
    life: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    spawn_on(&Handle::current(), node, life)
}

fn spawn_on(
    runtime: &Handle,
    node: &Node,
    life: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let life = InSpan::new(life, tracing::info_span!("worker", name = &**node.name()));
    if !node.options.blocking {
        runtime.spawn(life);
        return Ok(());
    }
    // A thread of its own, rather than one of tokio's pool: a function that never returns holds up
    // neither the pool nor the end of the runtime.
    let thread = std::thread::Builder::new().name(node.name().replace('\0', ""));
    let runtime = runtime.clone();
    thread.spawn(move || {
        own_thread();
        runtime.block_on(life);
    })?;
    Ok(())
}

pin_project! {
    /// A part of a life within its span, which is in a box, since mostly nobody asks for spans.
    struct InSpan<F> {
        // Dropped within the span, too.
        #[pin]
        life: Option<F>,
        span: Option<Box<Span>>,
    }

    impl<F> PinnedDrop for InSpan<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _entered = this.span.as_deref().map(Span::enter);
            this.life.set(None);
        }
    }
}

impl<F> InSpan<F> {
    fn new(life: F, span: Span) -> Self {
        Self {
            life: Some(life),
            span: (!span.is_disabled()).then(|| Box::new(span)),
        }
    }
}

impl<F: Future<Output = ()>> Future for InSpan<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        let _entered = this.span.as_deref().map(Span::enter);
        match this.life.as_pin_mut() {
            Some(life) => life.poll(cx),
            None => Poll::Ready(()),
        }
    }
}

/// Lives, or is forced to end, and reports.
pub(crate) fn live_to_the_end<W: Worker>(
    unlived: Unlived<W>,
    run: impl Run<W>,
    site: Site,
) -> impl Future<Output = ()> + Send {
    let node = Arc::clone(&unlived.node);
    // Caught here is what escapes the life itself: a worker or a message whose `drop` panics.
    let life = catch(live(unlived, run, site.clone()));
    ToTheEnd { life, node, site }
}

pin_project! {
    /// A life and its report.
    struct ToTheEnd<F> {
        #[pin]
        life: F,
        node: Arc<Node>,
        site: Site,
    }
}

impl<F> Future for ToTheEnd<F>
where
    F: Future<Output = Result<Option<()>, Panicked>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        let lived = ready!(this.life.poll(cx));
        // What the life owned was dropped when it ended, before its exit is written, so that the counts are final.
        let node = this.node;
        match lived {
            Ok(Some(())) => {}
            Ok(None) => {
                tracing::warn!(worker = &**node.name(), "forced to stop");
                node.finish(node.report(node.ended_because(), true, false));
            }
            Err(panicked) => {
                let forced = node.forced().is_raised();
                let error = Error::from(panicked);
                node.note_error(&error);
                node.finish(node.report(Cause::failure(node.name(), error), forced, false));
            }
        }
        this.site.ended();
        Poll::Ready(())
    }
}

/// All that a worker is, in one life after the other. It is lent to what drives these as one, since each layer has
/// room for what it is given.
struct Lives<W: Worker, R> {
    worker: Option<Lendable<W>>,
    run: R,
    io: Box<Lendable<Io<W>>>,
    build: Build<W>,
    node: Arc<Node>,
    site: Site,
}

/// Lives, and writes the exit. Nothing, if it is forced to end.
///
/// A block, and no `async fn`: that would have room for all that it is given twice.
fn live<W: Worker>(
    unlived: Unlived<W>,
    run: impl Run<W>,
    site: Site,
) -> impl Future<Output = Option<()>> + Send {
    let Unlived { node, build, io } = unlived;
    let mut lives = Lives {
        worker: None,
        run,
        io,
        build,
        node,
        site,
    };
    async move {
        let cause = lives.live_on().await?;
        let Lives {
            worker,
            run,
            io,
            node,
            ..
        } = lives;
        if let Some(error) = cause.error()
            && !matches!(cause, Cause::StartupFailed { .. })
        {
            node.note_error(&error);
            let (worker, error) = (&**node.name(), format!("{error:#}"));
            tracing::error!(worker, error, "worker failed");
        }
        node.advance(State::Stopping);
        drop(run);
        drop(io);
        let exit = node.report(cause, false, false);
        if let Some(mut worker) = worker {
            let last = catch(worker.after_shutdown(&exit));
            if let Err(panicked) = until(node.forced(), last).await? {
                tracing::error!(worker = &**node.name(), %panicked, "after_shutdown failed");
            }
        }
        node.finish(exit);
        Some(())
    }
}

impl<W: Worker, R: Run<W>> Lives<W, R> {
    /// One life after the other, for as long as the group says so. Returns why the last one ended; nothing, if it was
    /// forced to.
    fn live_on(&mut self) -> impl Future<Output = Option<Cause>> + Send {
        async move {
            loop {
                // The one of the life before goes before the next one is built.
                drop(self.worker.take());
                let ctx = Context::new(Arc::clone(&self.node), self.node.term());
                let life = Life::begin(&self.node);
                let mut done = false;
                let lived = self.live_once(&ctx, &mut done);
                let lived = until(ctx.term().cut_off(), lived).await;
                // Who was done before that was asked for has no other life: it said so by its state already.
                let recycled = ctx.is_recycled() && !done;
                if lived.is_none() {
                    self.run.recover(self.worker.as_mut(), &mut self.io).await;
                }
                let failure = match how_it_ended(lived, recycled, &self.node, &mut self.io)? {
                    Lived::TheLast(cause) => return Some(cause),
                    Lived::Failed(failure) => Some(failure),
                    Lived::Recycled => None,
                };
                let achieved = life.achieved(&self.node);
                let next = self.site.next_life(&self.node, failure, achieved);
                match next.await? {
                    Order::Again => {}
                    Order::End(cause) => return Some(cause),
                }
            }
        }
    }

    /// One life, from the building of the worker to its `on_shutdown`. Says when the work is `done`, and no other
    /// life follows.
    fn live_once(
        &mut self,
        ctx: &Context,
        done: &mut bool,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        async move {
            let built = begin(&mut self.build, ctx).await.map_err(Failure::Of)?;
            self.worker = Some(Lendable::new(built));
            if self.has_begun() {
                // Lets the group see that before the worker may block this thread.
                tokio::task::yield_now().await;
            }
            self.io.begin(ctx);
            let ran = match &mut self.worker {
                Some(worker) => catch_inner(self.run.run(worker, ctx, &mut self.io))
                    .await
                    .map_err(Error::from)
                    .flatten(),
                None => Ok(()),
            };
            let rested = self.has_run(&ran, ctx, done);
            let end = match &mut self.worker {
                Some(worker) => catch(worker.on_shutdown(ctx))
                    .await
                    .map_err(Error::from)
                    .flatten(),
                None => Ok(()),
            };
            ran.map_err(Failure::Of)?;
            end.and(rested).map_err(Failure::AtTheEnd)
        }
    }

    /// A life has begun. Returns whether it is the first one.
    fn has_begun(&self) -> bool {
        let first = !self.node.has_started();
        self.node.advance(State::Running);
        self.node.is_well();
        self.site.started();
        first
    }

    /// `run` has returned: settles the message in hand. Returns how what ended along did.
    fn has_run(
        &mut self,
        ran: &Result<(), Error>,
        ctx: &Context,
        done: &mut bool,
    ) -> Result<(), Error> {
        self.io.hand_over();
        let rested = self.run.rest();
        match ran {
            Ok(()) => {
                self.io.queue.settle();
                *done = !ctx.is_recycled();
                if *done {
                    self.node.advance(State::Stopping);
                }
            }
            Err(error) => {
                self.io.queue.failed();
                // Its own hooks come next, and may hang: so the failure is told now, and they have no
                // longer than the grace period.
                self.node.fail_with(error);
                self.site.failing();
            }
        }
        rested
    }
}

/// How a life ended.
enum Lived {
    /// No other follows.
    TheLast(Cause),
    /// In a way that another may answer.
    Failed(Cause),
    /// For another to follow.
    Recycled,
}

/// Tells how a life ended, of which nothing is known if it was cut off. Nothing, if the worker is forced to end.
fn how_it_ended<W: Worker>(
    lived: Option<Result<(), Failure>>,
    recycled: bool,
    node: &Node,
    io: &mut Io<W>,
) -> Option<Lived> {
    Some(match lived {
        None if node.forced().is_raised() => return None,
        None => {
            tracing::warn!(
                worker = &**node.name(),
                "took too long to end its life, cut off"
            );
            io.queue.failed();
            match node.failing() {
                Some(failure) => Lived::Failed(failure),
                None if recycled => Lived::Recycled,
                // One lane had ended it.
                None => Lived::TheLast(ended_because(node)),
            }
        }
        Some(Ok(())) if recycled => Lived::Recycled,
        Some(Ok(())) => Lived::TheLast(ended_because(node)),
        Some(Err(Failure::Of(error))) => {
            node.note_error(&error);
            if node.has_started() {
                return Some(Lived::Failed(Cause::failure(node.name(), error)));
            }
            let worker = (&**node.name()).into();
            Lived::TheLast(Cause::StartupFailed { worker, error })
        }
        Some(Err(Failure::AtTheEnd(error))) => {
            node.note_error(&error);
            if !recycled {
                return Some(Lived::TheLast(Cause::failure(node.name(), error)));
            }
            let (worker, error) = (&**node.name(), format!("{error:#}"));
            tracing::warn!(worker, error, "on_shutdown failed before a restart");
            Lived::Recycled
        }
    })
}

/// Why a worker ended that did not fail.
fn ended_because(node: &Node) -> Cause {
    if node.stop().is_raised() {
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

#[cfg(test)]
mod tests;
