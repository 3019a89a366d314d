//! Runs one incarnation after the other until the exit: build, startup, run and shutdown.

#![allow(
    clippy::manual_async_fn,
    reason = "a block uses its arguments where they are, and keeps no second copy of them"
)]

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{self, Poll, ready};

use pin_project_lite::pin_project;

use crate::catch::{Catch, catch, catch_now};
use crate::error::Error;
use crate::lifecycle::launch::{Build, Built, ReadyWorker};
use crate::lifecycle::run_mode::{Detachable, RunLoop, or_stalled};
use crate::node::Node;
use crate::node::context::Context;
use crate::node::directive::{Directive, Failure, RunStart};
use crate::options::OnError;
use crate::report::cause::Cause;
use crate::state::State;
use crate::sync::flag::until;
use crate::worker::{Io, Worker};

/// Runs all incarnations of a worker, sets its exit, and reports its end.
pub(crate) fn run_to_exit<W: Worker>(
    ready: ReadyWorker<W>,
    run: impl RunLoop<W>,
) -> impl Future<Output = ()> + Send {
    let node = Arc::clone(&ready.node);
    // Catches a panic outside the worker's methods: in the `drop` of a worker or of a message.
    let future = catch(run_incarnations(ready, run));
    RunToExit { future, node }
}

pin_project! {
    /// The future of [`run_to_exit`].
    struct RunToExit<F> {
        #[pin]
        future: F,
        node: Arc<Node>,
    }
}

impl<F> Future for RunToExit<F>
where
    F: Future<Output = Result<Option<()>, Error>>,
{
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<()> {
        let this = self.project();
        let result = ready!(this.future.poll(cx));
        // The future's values were dropped when it completed, before the exit is created. So the counts are final.
        let node = this.node;
        match result {
            Ok(Some(())) => {}
            Ok(None) => {
                tracing::warn!(worker = &*node.path(), "forced to stop");
                node.finish(node.report(node.ended_because(), true, false));
            }
            Err(error) => {
                let forced = node.forced().is_raised();
                node.note_error(&error);
                node.finish(node.report(Cause::failure(node.name(), error), forced, false));
            }
        }
        node.notify_ended();
        Poll::Ready(())
    }
}

/// The parts of a worker that all incarnations use. They are borrowed as one struct, because each layer of futures
/// would store its own copy of an argument.
struct Incarnations<W: Worker, R> {
    worker: Option<Detachable<W>>,
    run: R,
    io: Box<Detachable<Io<W>>>,
    build: Build<W>,
    node: Arc<Node>,
}

/// Runs all incarnations and sets the exit. Returns `None` if the worker is forced to stop.
///
/// An `async` block and no `async fn`, because that would store its arguments twice.
fn run_incarnations<W: Worker>(
    ready: ReadyWorker<W>,
    run: impl RunLoop<W>,
) -> impl Future<Output = Result<Option<()>, Error>> + Send {
    let ReadyWorker { node, build, io } = ready;
    let mut incarnations = Incarnations {
        worker: None,
        run,
        io,
        build,
        node,
    };
    async move {
        let Some(cause) = incarnations.run_all().await else {
            // A panic of this `drop` is the cause of the exit.
            drop(incarnations.worker.take().map(Detachable::into_inner));
            return Ok(None);
        };
        let Incarnations {
            worker,
            run,
            io,
            node,
            ..
        } = incarnations;
        if let Some(error) = cause.error()
            && !matches!(cause, Cause::StartupFailed { .. })
        {
            node.note_error(&error);
            // The supervisor logs a failure for which it forgets the worker.
            if node.options.on_error != Some(OnError::Forget) {
                tracing::error!(
                    worker = &*node.path(),
                    error = format!("{error:#}"),
                    "worker failed"
                );
            }
        }
        node.advance(State::Stopping);
        drop(run);
        drop(io);
        let mut exit = node.report(cause, false, false);
        if let Some(mut worker) = worker {
            let last = catch(async {
                worker.after_shutdown(&exit).await;
                Ok(())
            });
            let Some(last) = until(node.forced(), last).await else {
                return Ok(None);
            };
            drop(worker.into_inner());
            if let Err(error) = last {
                tracing::error!(worker = &*node.path(), %error, "after_shutdown failed");
                node.note_error(&error);
                if !exit.cause().is_failure() {
                    let cause = Cause::failure(node.name(), error);
                    exit = node.report(cause, false, false);
                }
            }
        }
        node.finish(exit);
        Ok(Some(()))
    }
}

impl<W: Worker, R: RunLoop<W>> Incarnations<W, R> {
    /// Runs incarnations as long as the supervisor restarts the worker. Returns why the last one ended, or `None`
    /// if it was forced to stop.
    fn run_all(&mut self) -> impl Future<Output = Option<Cause>> + Send {
        async move {
            loop {
                // The last worker is dropped before the next one is built.
                drop(self.worker.take().map(Detachable::into_inner));
                let ctx = Context::new(Arc::clone(&self.node), self.node.run_control());
                let start = RunStart::begin(&self.node);
                let mut done = false;
                let result = R::in_span(self.run_once(&ctx, &mut done), &ctx);
                let result = until(ctx.run_control().cut_off(), result).await;
                // A worker whose work was done before the request is not restarted: it is `Stopping` already.
                let restart_requested = ctx.is_restart_requested() && !done;
                if result.is_none() {
                    self.run.recover(self.worker.as_mut(), &mut self.io).await;
                }
                let failure =
                    match run_outcome(result, restart_requested, &self.node, &mut self.io)? {
                        RunOutcome::Final(cause) => return Some(cause),
                        RunOutcome::Failed(failure) => Some(failure),
                        RunOutcome::RestartRequested => None,
                    };
                let run_stats = start.run_stats(&self.node);
                let next = self.node.next_directive(failure, run_stats);
                match next.await? {
                    Directive::Restart => {}
                    Directive::Stop(cause) => return Some(cause),
                }
            }
        }
    }

    /// Runs one incarnation, from the build of the worker to its `on_shutdown`. Sets `done` if `run` returned and
    /// no restart is requested.
    fn run_once(
        &mut self,
        ctx: &Context,
        done: &mut bool,
    ) -> impl Future<Output = Result<(), Failure>> + Send {
        async move {
            let build = &mut self.build;
            let built = build_and_start(|| build.build(), ctx).await;
            let Some(built) = built.map_err(Failure::Of)? else {
                return Ok(());
            };
            self.worker = Some(built);
            let ran = match (self.run.start(ctx, &mut self.io).await, &mut self.worker) {
                (Ok(true), Some(worker)) => {
                    if note_start(&self.node) {
                        // The group must see the start before the worker may block this thread.
                        tokio::task::yield_now().await;
                    }
                    self.io.begin(ctx);
                    let (run, io) = (&mut self.run, &mut self.io);
                    let mut running = pin!(Catch::unmade());
                    match running.as_mut().make(|| run.run(worker, ctx, io)) {
                        Ok(()) => running.await,
                        Err(panicked) => Err(panicked.into()),
                    }
                }
                (started, _) => started.map(drop),
            };
            let ran = or_stalled(ran, ctx, &mut self.io);
            let others = self.note_run(&ran, ctx, done);
            let end = match &mut self.worker {
                Some(worker) => catch(worker.on_shutdown(ctx)).await,
                None => Ok(()),
            };
            ran.map_err(Failure::Of)?;
            end.and(others).map_err(Failure::AtTheEnd)
        }
    }

    /// Called after `run` returned. Settles the message in hand. Returns the result of the workers that ended with
    /// this one.
    fn note_run(
        &mut self,
        ran: &Result<(), Error>,
        ctx: &Context,
        done: &mut bool,
    ) -> Result<(), Error> {
        self.io.hand_over();
        let others = self.run.rest();
        match ran {
            Ok(()) => {
                self.io.queue.settle();
                *done = !ctx.is_restart_requested();
                if *done {
                    self.node.advance(State::Stopping);
                }
            }
            Err(error) if self.node.forced().is_raised() => {
                // It may have failed only because the forced stop closed the queue that it sends to.
                self.io.queue.failed();
                self.node.note_error(error);
            }
            Err(error) => {
                self.io.queue.failed();
                // Reported before the hooks run, which may hang. From now on they have at most the grace period.
                self.node.fail_with(error);
                self.node.notify_failing();
            }
        }
        others
    }
}

/// Reports that an incarnation has started. Returns whether it is the first one.
fn note_start(node: &Node) -> bool {
    let first = !node.has_started();
    node.advance(State::Running);
    node.clear_failure();
    node.notify_started();
    first
}

/// How an incarnation ended.
enum RunOutcome {
    /// No further incarnation follows.
    Final(Cause),
    /// It failed, which a restart can answer.
    Failed(Cause),
    /// It ended because a restart was requested.
    RestartRequested,
}

/// Determines how an incarnation ended; `result` is `None` if it was aborted. Returns `None` if the worker is
/// forced to stop.
fn run_outcome<W: Worker>(
    result: Option<Result<(), Failure>>,
    restart_requested: bool,
    node: &Node,
    io: &mut Io<W>,
) -> Option<RunOutcome> {
    Some(match result {
        None if node.forced().is_raised() => return None,
        None => {
            tracing::warn!(worker = &*node.path(), "took too long to end, aborted");
            io.queue.failed();
            match node.failing().and_then(|cause| cause.error()) {
                Some(error) => failed(node, error),
                None if restart_requested => RunOutcome::RestartRequested,
                // One lane had ended the incarnation.
                None => RunOutcome::Final(end_cause(node)),
            }
        }
        Some(Ok(())) if restart_requested => RunOutcome::RestartRequested,
        Some(Ok(())) => RunOutcome::Final(end_cause(node)),
        Some(Err(Failure::Of(error))) => {
            node.note_error(&error);
            failed(node, error)
        }
        Some(Err(Failure::AtTheEnd(error))) => {
            node.note_error(&error);
            if !restart_requested {
                return Some(RunOutcome::Final(Cause::failure(node.name(), error)));
            }
            tracing::warn!(
                worker = &*node.path(),
                error = format!("{error:#}"),
                "on_shutdown failed before a restart"
            );
            RunOutcome::RestartRequested
        }
    })
}

/// The outcome of a failure. A restart can answer it only after the first start.
fn failed(node: &Node, error: Error) -> RunOutcome {
    if node.has_started() {
        return RunOutcome::Failed(Cause::failure(node.name(), error));
    }
    let worker = (&**node.name()).into();
    RunOutcome::Final(Cause::StartupFailed { worker, error })
}

/// The cause of an end without a failure.
fn end_cause(node: &Node) -> Cause {
    if !node.has_started() {
        Cause::NotStarted
    } else if node.stop().is_raised() {
        node.asked_because()
    } else {
        Cause::Finished
    }
}

/// Builds a worker and calls its `on_startup`. If the worker need not start any more, drops the future of its build or
/// of `on_startup` where it awaits, and returns `None`.
pub(crate) async fn build_and_start<W: Worker>(
    build: impl FnOnce() -> Option<Built<W>>,
    ctx: &Context,
) -> Result<Option<Detachable<W>>, Error> {
    let built = catch_now(build)?;
    let worker = match built.ok_or("it was added by value, and that value is used up")? {
        Built::Now(worker) => worker,
        Built::Later(building) => {
            let building = pin!(catch(building));
            match while_needed(building, ctx).await {
                Some(built) => built?,
                None => return Ok(None),
            }
        }
    };
    let mut worker = Detachable::new(worker);
    let started = {
        let starting = pin!(catch(worker.on_startup(ctx)));
        while_needed(starting, ctx).await
    };
    match started {
        Some(Ok(())) => Ok(Some(worker)),
        Some(Err(error)) => Err(error),
        None => Ok(None),
    }
}

/// Awaits a part of the start. Returns `None` where it awaits if the worker need not start any more.
fn while_needed<T>(
    mut starting: Pin<&mut impl Future<Output = T>>,
    ctx: &Context,
) -> impl Future<Output = Option<T>> {
    // Each request to the incarnation polls this future, so reading the condition is enough.
    poll_fn(move |cx| match starting.as_mut().poll(cx) {
        Poll::Pending if ctx.need_not_start() => {
            tracing::debug!(
                worker = ctx.worker_name(),
                "asked to stop before it had started"
            );
            Poll::Ready(None)
        }
        polled => polled.map(Some),
    })
}
