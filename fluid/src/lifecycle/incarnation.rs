//! One life after the other: what each consists of, how it ends, and what is written of the last one.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use crate::error::{Error, Panicked};
use crate::lifecycle::launch::{Build, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, survived};
use crate::node::Node;
use crate::node::context::Context;
use crate::node::directive::{Directive, Failure, RunStart};
use crate::report::exit::Cause;
use crate::state::State;
use crate::sync::catch::{catch, catch_now, caught};
use crate::sync::signal::until;
use crate::worker::{Io, Worker};

/// Incarnation, or is forced to end, and reports.
pub(crate) fn run_to_exit<W: Worker>(
    ready: ReadyWorker<W>,
    run: impl RunLoop<W>,
) -> impl Future<Output = ()> + Send {
    let node = Arc::clone(&ready.node);
    // Caught here is what escapes the life itself: a worker or a message whose `drop` panics.
    let life = catch(live(ready, run));
    RunToExit { life, node }
}

pin_project! {
    /// A life and its report.
    struct RunToExit<F> {
        #[pin]
        life: F,
        node: Arc<Node>,
    }
}

impl<F> Future for RunToExit<F>
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
        node.tell_ended();
        Poll::Ready(())
    }
}

/// All that a worker is, in one life after the other. It is lent to what drives these as one, since each layer has
/// room for what it is given.
struct Incarnation<W: Worker, R> {
    worker: Option<Detachable<W>>,
    run: R,
    io: Box<Detachable<Io<W>>>,
    build: Build<W>,
    node: Arc<Node>,
}

/// Incarnation, and writes the exit. Nothing, if it is forced to end.
///
/// A block, and no `async fn`: that would have room for all that it is given twice.
fn live<W: Worker>(
    ready: ReadyWorker<W>,
    run: impl RunLoop<W>,
) -> impl Future<Output = Option<()>> + Send {
    let ReadyWorker { node, build, io } = ready;
    let mut lives = Incarnation {
        worker: None,
        run,
        io,
        build,
        node,
    };
    async move {
        let cause = lives.run_incarnations().await?;
        let Incarnation {
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

impl<W: Worker, R: RunLoop<W>> Incarnation<W, R> {
    /// One life after the other, for as long as the group says so. Returns why the last one ended; nothing, if it was
    /// forced to.
    fn run_incarnations(&mut self) -> impl Future<Output = Option<Cause>> + Send {
        async move {
            loop {
                // The one of the life before goes before the next one is built.
                drop(self.worker.take());
                let ctx = Context::new(Arc::clone(&self.node), self.node.run_control());
                let life = RunStart::begin(&self.node);
                let mut done = false;
                let lived = self.run_once(&ctx, &mut done);
                let lived = until(ctx.run_control().cut_off(), lived).await;
                // Who was done before that was asked for has no other life: it said so by its state already.
                let recycled = ctx.is_restart_requested() && !done;
                if lived.is_none() {
                    self.run.recover(self.worker.as_mut(), &mut self.io).await;
                }
                let failure = match how_it_ended(lived, recycled, &self.node, &mut self.io)? {
                    RunOutcome::Final(cause) => return Some(cause),
                    RunOutcome::Failed(failure) => Some(failure),
                    RunOutcome::RestartRequested => None,
                };
                let run_stats = life.run_stats(&self.node);
                let next = self.node.next_life(failure, run_stats);
                match next.await? {
                    Directive::Restart => {}
                    Directive::Stop(cause) => return Some(cause),
                }
            }
        }
    }

    /// One life, from the building of the worker to its `on_shutdown`. Says when the work is `done`, and no other
    /// life follows.
    fn run_once(
        &mut self,
        ctx: &Context,
        done: &mut bool,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        async move {
            let built = begin(&mut self.build, ctx).await.map_err(Failure::Of)?;
            self.worker = Some(Detachable::new(built));
            if self.has_begun() {
                // Lets the group see that before the worker may block this thread.
                tokio::task::yield_now().await;
            }
            self.io.begin(ctx);
            let ran = match &mut self.worker {
                Some(worker) => {
                    let (run, io) = (&mut self.run, &mut self.io);
                    caught(pin!(None), || run.run(worker, ctx, io)).await
                }
                None => Ok(()),
            };
            let ran = survived(ran, ctx, &mut self.io);
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
        self.node.tell_started();
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
                *done = !ctx.is_restart_requested();
                if *done {
                    self.node.advance(State::Stopping);
                }
            }
            Err(error) => {
                self.io.queue.failed();
                // Its own hooks come next, and may hang: so the failure is told now, and they have no
                // longer than the grace period.
                self.node.fail_with(error);
                self.node.tell_failing();
            }
        }
        rested
    }
}

/// How a life ended.
enum RunOutcome {
    /// No other follows.
    Final(Cause),
    /// In a run_mode that another may answer.
    Failed(Cause),
    /// For another to follow.
    RestartRequested,
}

/// Tells how a life ended, of which nothing is known if it was cut off. Nothing, if the worker is forced to end.
fn how_it_ended<W: Worker>(
    lived: Option<Result<(), Failure>>,
    recycled: bool,
    node: &Node,
    io: &mut Io<W>,
) -> Option<RunOutcome> {
    Some(match lived {
        None if node.forced().is_raised() => return None,
        None => {
            tracing::warn!(
                worker = &**node.name(),
                "took too long to end its life, cut off"
            );
            io.queue.failed();
            match node.failing() {
                Some(failure) => RunOutcome::Failed(failure),
                None if recycled => RunOutcome::RestartRequested,
                // One lane had ended it.
                None => RunOutcome::Final(ended_because(node)),
            }
        }
        Some(Ok(())) if recycled => RunOutcome::RestartRequested,
        Some(Ok(())) => RunOutcome::Final(ended_because(node)),
        Some(Err(Failure::Of(error))) => {
            node.note_error(&error);
            if node.has_started() {
                return Some(RunOutcome::Failed(Cause::failure(node.name(), error)));
            }
            let worker = (&**node.name()).into();
            RunOutcome::Final(Cause::StartupFailed { worker, error })
        }
        Some(Err(Failure::AtTheEnd(error))) => {
            node.note_error(&error);
            if !recycled {
                return Some(RunOutcome::Final(Cause::failure(node.name(), error)));
            }
            let (worker, error) = (&**node.name(), format!("{error:#}"));
            tracing::warn!(worker, error, "on_shutdown failed before a restart");
            RunOutcome::RestartRequested
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
