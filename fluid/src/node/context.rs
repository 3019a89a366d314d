//! The context of an incarnation, which a worker's function can take as an argument.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::consume_budget;
use tokio::time::Instant;

use crate::error::{Error, Stalled};
use crate::node::Node;
use crate::sync::flag::{Flag, until};
use crate::time::run_control::RunControl;
use crate::time::stall::{IdleGuard, Monitored, StallMonitor};

/// A worker's view of its own incarnation. It is an argument of type `&Context` of the function, or of the hooks of
/// a worker written by hand.
///
/// ```
/// use std::time::Duration;
/// use fluid::{worker, Context};
///
/// #[worker]
/// async fn watch(ctx: &Context) {
///     while ctx.is_running() {
///         // … look at something …
///         ctx.sleep(Duration::from_secs(1)).await;
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Context {
    node: Arc<Node>,
    /// The requests to this incarnation.
    run_control: Arc<RunControl>,
    /// The current call, if the worker may make several attempts.
    call: Option<Arc<AttemptState>>,
    /// The stall monitor of this lane, if the worker has a stall.
    monitor: Option<Arc<StallMonitor>>,
}

/// The attempts of the current call of a worker with `retry`.
#[derive(Debug)]
struct AttemptState {
    attempt: AtomicU32,
    may_retry: AtomicBool,
}

impl Default for AttemptState {
    fn default() -> Self {
        Self {
            attempt: AtomicU32::new(1),
            may_retry: AtomicBool::new(true),
        }
    }
}

impl Context {
    pub(crate) fn new(node: Arc<Node>, run_control: Arc<RunControl>) -> Self {
        let call = (node.options.retry > 0).then(Arc::default);
        let monitor = node
            .options
            .stall
            .map(|limit| run_control.add_stall_monitor(limit));
        Self {
            node,
            run_control,
            call,
            monitor,
        }
    }

    /// The context of another lane.
    pub(crate) fn lane(&self) -> Self {
        Self::new(Arc::clone(&self.node), Arc::clone(&self.run_control))
    }

    pub(crate) fn run_control(&self) -> &Arc<RunControl> {
        &self.run_control
    }

    pub(crate) fn begin_attempt(&self, attempt: u32) {
        if let Some(call) = &self.call {
            call.attempt.store(attempt, Ordering::Relaxed);
            call.may_retry.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn stall_monitor(&self) -> Option<&Arc<StallMonitor>> {
        self.monitor.as_ref()
    }

    /// Suspends the stall monitor until the returned guard is dropped.
    pub(crate) fn idle_guard(&self) -> Option<IdleGuard<&StallMonitor>> {
        self.monitor.as_deref().map(StallMonitor::idle_guard)
    }

    /// Monitors `call`. If it stalls and the worker is to be restarted, it is aborted with an error.
    pub(crate) fn watch<F>(&self, call: F) -> AbortOnStall<'_, F> {
        AbortOnStall {
            ctx: self,
            call: Monitored::new(self.monitor.as_deref(), call),
        }
    }

    /// Returns the error of a stalled call that completed before it could be aborted.
    pub(crate) fn check_stall(&self) -> Result<(), Error> {
        match &self.monitor {
            None => Ok(()),
            Some(monitor) => self.check_monitor(monitor),
        }
    }

    #[inline(never)]
    fn check_monitor(&self, monitor: &StallMonitor) -> Result<(), Error> {
        if monitor.take_abort() {
            return Err(self.stalled(monitor, None));
        }
        Ok(())
    }

    fn stalled(&self, monitor: &StallMonitor, error: Option<Error>) -> Error {
        Stalled::new(self.node.path(), monitor.limit(), error).into()
    }

    pub(crate) fn may_retry(&self) -> bool {
        let call = self.call.as_ref();
        call.is_some_and(|call| call.may_retry.load(Ordering::Relaxed))
    }

    /// Sets whether the current call may be made again after its error: `retry_if`.
    #[doc(hidden)]
    pub fn retry_if(&self, may_retry: bool) {
        if let Some(call) = &self.call {
            call.may_retry.store(may_retry, Ordering::Relaxed);
        }
    }

    /// Raised when this incarnation is to end.
    pub(crate) fn stop_requested(&self) -> Flag<'_> {
        self.run_control.stop_requested()
    }

    /// Requests the end of this incarnation, in all lanes.
    pub(crate) fn end(&self) {
        self.run_control.stop_requested().raise();
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Raised when this incarnation is to end, because the worker is restarted.
    pub(crate) fn restart_requested(&self) -> Flag<'_> {
        self.run_control.restart_requested()
    }

    /// Whether this incarnation ends because the worker is restarted.
    pub(crate) fn is_restart_requested(&self) -> bool {
        self.run_control.restart_requested().is_raised()
    }

    /// Whether the worker stops and no message waits for it. An incarnation that has not begun then need not begin.
    pub(crate) fn need_not_start(&self) -> bool {
        let queue = self.node.queue_control.as_ref();
        self.node.stop().is_raised() && queue.is_none_or(|queue| queue.queue_size() == 0)
    }

    /// The worker's name.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.node.name()
    }

    /// Whether the worker was not yet asked to stop. One relaxed load.
    ///
    /// A worker without a queue is asked when its group stops, and a consumer when all that feeds it has ended. A
    /// worker that is restarted because another one failed ([`Restart`](crate::Restart)) is asked in the same way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.run_control.stop_requested().is_raised()
    }

    /// Reports progress to the stall monitor ([`Options::stall`](crate::Options::stall)). It is needed in a
    /// function that is its own loop, and in calls that take long: without it, they count as stalled.
    ///
    /// Reads the clock if the worker has a stall. Otherwise it does nothing.
    ///
    /// ```
    /// use fluid::{worker, Context};
    /// # pub struct Feed;
    /// # impl Feed { async fn next(&self) -> Option<u64> { None } }
    ///
    /// /// Is restarted if the feed says nothing for half a minute.
    /// #[worker(stall = "30s", on_stall = "restart")]
    /// async fn listen(ctx: &Context, feed: &Feed) {
    ///     while let Some(news) = feed.next().await {
    ///         ctx.report_progress();
    ///         // … handle the news …
    /// #       let _ = news;
    ///     }
    /// }
    /// ```
    pub fn report_progress(&self) {
        if let Some(monitor) = &self.monitor {
            monitor.progress();
        }
    }

    /// Reports progress if it is called within a call. Returns whether that call is to be aborted.
    fn progress_in_call(&self) -> bool {
        self.monitor
            .as_ref()
            .is_some_and(|monitor| monitor.progress_in_call())
    }

    /// Resolves when [`is_running`](Self::is_running) becomes false, immediately if it is. Cancel safe.
    ///
    /// Calling it reports progress. Waiting in it does not, because usually something else is awaited at the same
    /// time. So a worker with a [`stall`](crate::Options::stall) that only waits for its stop counts as stalled.
    pub async fn stopping(&self) {
        consume_budget().await;
        self.progress_in_call();
        self.run_control.stop_requested().raised().await;
    }

    /// Sleeps for `duration`, but only until the worker is asked to stop. Returns `true` if it slept the whole
    /// time. Cancel safe.
    ///
    /// Sleeping never counts as a stall. Its start and its end report progress.
    pub async fn sleep(&self, duration: Duration) -> bool {
        // A loop that ignores the stop calls this again immediately, and must let other tasks run.
        consume_budget().await;
        // A call that is to be aborted is aborted here. While it is suspended, it could not be.
        let _idle = if self.progress_in_call() {
            None
        } else {
            self.idle_guard()
        };
        until(
            self.run_control.stop_requested(),
            tokio::time::sleep(duration),
        )
        .await
        .is_some()
    }

    /// Asks this worker to stop, as its handle's [`gracefully_stop`](crate::WorkerHandle::gracefully_stop) does.
    pub fn gracefully_stop(&self) {
        self.node.ask_to_stop(None);
    }

    /// Returns how long the worker has until it is forced to stop. `None` if no stop has begun that has a deadline. Zero
    /// once the grace period is over.
    ///
    /// A handler that would take longer can fail at once, so that its message leaves through the port `failed`:
    ///
    /// ```
    /// use std::time::Duration;
    /// use fluid::{Context, Error, consumer};
    ///
    /// #[consumer]
    /// async fn upload(file: String, ctx: &Context) -> Result<(), Error> {
    ///     if ctx.grace_left().is_some_and(|left| left < Duration::from_secs(2)) {
    ///         return Err(format!("no time left to upload {file}").into());
    ///     }
    ///     // … upload it …
    ///     Ok(())
    /// }
    /// ```
    #[must_use]
    pub fn grace_left(&self) -> Option<Duration> {
        let stop_by = self.node.stop_by()?;
        Some(stop_by.saturating_duration_since(Instant::now()))
    }

    /// The number of the current attempt: 1 for the first, more if `retry` repeats the call.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        let call = self.call.as_ref();
        call.map_or(1, |call| call.attempt.load(Ordering::Relaxed))
    }

    /// The number of restarts of the worker so far.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.node.restarts()
    }
}

pin_project! {
    /// The future of [`Context::watch`].
    pub(crate) struct AbortOnStall<'a, F> {
        ctx: &'a Context,
        #[pin]
        call: Monitored<'a, F>,
    }
}

impl<T, F: Future<Output = Result<T, Error>>> Future for AbortOnStall<'_, F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let output = ready!(this.call.poll(cx));
        let Some(monitor) = this.ctx.stall_monitor() else {
            return Poll::Ready(output.expect("only a monitor aborts a call"));
        };
        Poll::Ready(match output {
            None => Err(this.ctx.stalled(monitor, None)),
            Some(Err(error)) if monitor.take_abort() => Err(this.ctx.stalled(monitor, Some(error))),
            Some(result) => result,
        })
    }
}
