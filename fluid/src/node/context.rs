//! What a worker's function may know of its own life.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::task::{self, Poll, ready};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::consume_budget;

use crate::error::{Error, Stalled};
use crate::node::Node;
use crate::sync::signal::{Signal, until};
use crate::time::run_control::RunControl;
use crate::time::stall::{Pulse, Rest, Watched};

/// The worker's own view of its life: an argument of type `&Context` of the function, or of the hooks
/// of a worker written by hand.
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
    /// The life that it is the context of.
    run_control: Arc<RunControl>,
    /// The present call, if the worker may make another attempt at it.
    call: Option<Arc<Call>>,
    /// The signs of life of this lane, if the worker has a stall.
    pulse: Option<Arc<Pulse>>,
}

/// What is known of the present call of a consumer that makes several attempts.
#[derive(Debug)]
struct Call {
    attempt: AtomicU32,
    may_retry: AtomicBool,
}

impl Default for Call {
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
        let pulse = node.options.stall.map(|limit| run_control.feel(limit));
        Self {
            node,
            run_control,
            call,
            pulse,
        }
    }

    /// That of another lane.
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

    pub(crate) fn pulse(&self) -> Option<&Arc<Pulse>> {
        self.pulse.as_ref()
    }

    /// Nothing is expected of the worker until what is returned is dropped.
    pub(crate) fn rest(&self) -> Option<Rest<&Pulse>> {
        self.pulse.as_deref().map(Pulse::rest)
    }

    /// Awaits work that must give signs of life, if any are looked at, and is cut off if it stalls and the worker is
    /// to be restarted.
    pub(crate) fn watch<F>(&self, work: F) -> Watch<'_, F> {
        Watch {
            ctx: self,
            work: Watched::new(self.pulse.as_deref(), work),
        }
    }

    /// PendingIo a life in which a call stalled and could not be cut off before it was done.
    pub(crate) fn survived(&self) -> Result<(), Error> {
        match &self.pulse {
            Some(pulse) if pulse.take_doom() => Err(self.stalled(pulse, None)),
            _ => Ok(()),
        }
    }

    fn stalled(&self, pulse: &Pulse, error: Option<Error>) -> Error {
        Stalled::new(Arc::clone(self.node.name()), pulse.limit(), error).into()
    }

    pub(crate) fn may_retry(&self) -> bool {
        let call = self.call.as_ref();
        call.is_some_and(|call| call.may_retry.load(Ordering::Relaxed))
    }

    /// Says whether an error of the present call is one after which it may be made again: `retry_if`.
    #[doc(hidden)]
    pub fn retry_if(&self, may_retry: bool) {
        if let Some(call) = &self.call {
            call.may_retry.store(may_retry, Ordering::Relaxed);
        }
    }

    /// Raised when this life should end.
    pub(crate) fn stop_requested(&self) -> Signal<'_> {
        self.run_control.stop_requested()
    }

    /// Lets whoever looks know that the present life should end.
    pub(crate) fn end(&self) {
        self.run_control.stop_requested().raise();
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Raised when this life should end, because another one is to follow.
    pub(crate) fn restart_requested(&self) -> Signal<'_> {
        self.run_control.restart_requested()
    }

    /// Whether another life is to follow this one.
    pub(crate) fn is_restart_requested(&self) -> bool {
        self.run_control.restart_requested().is_raised()
    }

    /// The worker's name.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.node.name()
    }

    /// Whether the worker's turn to stop has not come yet. One relaxed load.
    ///
    /// A worker without a queue is told as soon as its group stops; a consumer when all that feeds it
    /// has ended. A worker that is to be restarted along with another ([`Restart`](crate::Restart)) is told
    /// in the same way that its present life should end.
    #[must_use]
    pub fn is_running(&self) -> bool {
        !self.run_control.stop_requested().is_raised()
    }

    /// Gives a sign of life. Nothing else tells a worker whose function is its own loop, or takes long for one
    /// call, from one that stalls ([`Options::stall`](crate::Options::stall)).
    ///
    /// With a stall it reads the clock; without one, it does nothing.
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
    ///         ctx.beat();
    ///         // … handle the news …
    /// #       let _ = news;
    ///     }
    /// }
    /// ```
    pub fn beat(&self) {
        if let Some(pulse) = &self.pulse {
            pulse.beat();
        }
    }

    /// A sign of life, if it comes from within a call. Returns whether that is to be cut off.
    fn beat_at_work(&self) -> bool {
        self.pulse
            .as_ref()
            .is_some_and(|pulse| pulse.beat_at_work())
    }

    /// Resolves when [`is_running`](Self::is_running) has become false, at once if it is. Cancel safe.
    ///
    /// To call it is a sign of life. To wait in it is none, since something else is mostly awaited beside it: a worker
    /// with a [`stall`](crate::Options::stall) that waits for nothing but its stop stalls.
    pub async fn stopping(&self) {
        consume_budget().await;
        self.beat_at_work();
        self.run_control.stop_requested().raised().await;
    }

    /// Sleeps, but no longer than until the worker's turn to stop. Returns whether it slept the whole
    /// time. Cancel safe.
    ///
    /// That is no stall, and its beginning and its end are signs of life.
    pub async fn sleep(&self, duration: Duration) -> bool {
        // A loop that does not look at the stop is then at once here again, and must let others run.
        consume_budget().await;
        // What is to be cut off is cut off here, and while it rests it would not be.
        let _rest = if self.beat_at_work() {
            None
        } else {
            self.rest()
        };
        until(
            self.run_control.stop_requested(),
            tokio::time::sleep(duration),
        )
        .await
        .is_some()
    }

    /// Asks this worker to stop, as its handle's `gracefully_stop` does.
    pub fn gracefully_stop(&self) {
        self.node.ask_to_stop(None);
    }

    /// Which attempt at its message the present call is: 1 for the first, more if `retry` makes it again.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        let call = self.call.as_ref();
        call.map_or(1, |call| call.attempt.load(Ordering::Relaxed))
    }

    /// How often the worker was built anew so far.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.node.restarts()
    }
}

pin_project! {
    /// See [`Context::watch`].
    pub(crate) struct Watch<'a, F> {
        ctx: &'a Context,
        #[pin]
        work: Watched<'a, F>,
    }
}

impl<T, F: Future<Output = Result<T, Error>>> Future for Watch<'_, F> {
    type Output = F::Output;

    #[cfg_attr(not(debug_assertions), inline(always))]
    fn poll(self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let watched = ready!(this.work.poll(cx));
        let Some(pulse) = this.ctx.pulse() else {
            return Poll::Ready(watched.expect("only a pulse cuts off"));
        };
        Poll::Ready(match watched {
            None => Err(this.ctx.stalled(pulse, None)),
            Some(Err(error)) if pulse.take_doom() => Err(this.ctx.stalled(pulse, Some(error))),
            Some(result) => result,
        })
    }
}
