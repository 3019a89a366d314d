//! What a worker's function may know of its own life.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use tokio::task::coop::consume_budget;

use crate::node::Node;
use crate::signal::{Signal, until};
use crate::term::Term;

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
    term: Arc<Term>,
    call: Arc<Call>,
}

/// What is known of the present call of a consumer that makes several attempts.
#[derive(Debug)]
struct Call {
    attempt: AtomicU32,
    may_retry: AtomicBool,
}

impl Context {
    pub(crate) fn new(node: Arc<Node>, term: Arc<Term>) -> Self {
        let call = Arc::new(Call {
            attempt: AtomicU32::new(1),
            may_retry: AtomicBool::new(true),
        });
        Self { node, term, call }
    }

    /// That of another lane.
    pub(crate) fn lane(&self) -> Self {
        Self::new(Arc::clone(&self.node), Arc::clone(&self.term))
    }

    pub(crate) fn term(&self) -> &Arc<Term> {
        &self.term
    }

    pub(crate) fn begin_attempt(&self, attempt: u32) {
        self.call.attempt.store(attempt, Ordering::Relaxed);
        self.call.may_retry.store(true, Ordering::Relaxed);
    }

    pub(crate) fn may_retry(&self) -> bool {
        self.call.may_retry.load(Ordering::Relaxed)
    }

    /// Says whether an error of the present call is one after which it may be made again: `retry_if`.
    #[doc(hidden)]
    pub fn retry_if(&self, may_retry: bool) {
        self.call.may_retry.store(may_retry, Ordering::Relaxed);
    }

    /// Raised when this life should end.
    pub(crate) fn over(&self) -> &Signal {
        &self.term.over
    }

    /// Lets whoever looks know that the present life should end.
    pub(crate) fn end(&self) {
        self.term.over.raise();
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Raised when this life should end, because another one is to follow.
    pub(crate) fn recycled(&self) -> &Signal {
        &self.term.recycled
    }

    /// Whether another life is to follow this one.
    pub(crate) fn is_recycled(&self) -> bool {
        self.term.recycled.is_raised()
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
        !self.term.over.is_raised()
    }

    /// Resolves when [`is_running`](Self::is_running) has become false, at once if it is. Cancel safe.
    pub async fn stopping(&self) {
        consume_budget().await;
        self.term.over.raised().await;
    }

    /// Sleeps, but no longer than until the worker's turn to stop. Returns whether it slept the whole
    /// time. Cancel safe.
    pub async fn sleep(&self, duration: Duration) -> bool {
        // A loop that does not look at the stop is then at once here again, and must let others run.
        consume_budget().await;
        until(&self.term.over, tokio::time::sleep(duration))
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
        self.call.attempt.load(Ordering::Relaxed)
    }

    /// How often the worker was built anew so far.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.node.restarts.load(Ordering::Relaxed)
    }
}
