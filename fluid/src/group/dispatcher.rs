//! Dispatches messages to handlers that are registered at run time, by the event type of the message.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use crate::catch::{DropCaught, catch, install_hook};
use crate::error::Error;
use crate::lifecycle::launch::BoxFuture;
use crate::node::context::Context;
use crate::outcome::Outcome;
use crate::state::Nothing;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::worker::function::{Function, PerMessage};

type Handler<M> = Arc<dyn Fn(Arc<M>) -> BoxFuture<Result<(), Error>> + Send + Sync>;
type Handlers<K, M> = BTreeMap<K, BTreeMap<Box<str>, Handler<M>>>;

/// Passes each message to all handlers of its event type.
///
/// Handlers can be registered and unregistered at any time. Each has an event type and a *tag*, which distinguishes
/// the handlers of one event type. The function given to [`new`](Self::new) returns the event type of a message.
///
/// A dispatcher is also a worker: in a group it consumes messages and dispatches them. Clones share their handlers,
/// so handlers can be registered with one clone while another one runs.
///
/// ```
/// use fluid::Dispatcher;
///
/// struct Trade { symbol: &'static str, price: f64 }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::DispatchError> {
/// let trades = Dispatcher::new(|trade: &Trade| trade.symbol);
/// trades.register("EURUSD", "print", |trade| async move { println!("{}", trade.price) });
///
/// assert_eq!(trades.dispatch(Trade { symbol: "EURUSD", price: 1.1 }).await?, 1);
/// assert_eq!(trades.dispatch(Trade { symbol: "USDJPY", price: 150.0 }).await?, 0);
/// assert!(trades.unregister(&"EURUSD", "print"));
/// # Ok(())
/// # }
/// ```
pub struct Dispatcher<M, K = &'static str> {
    event_type: fn(&M) -> K,
    handlers: Arc<Mutex<Handlers<K, M>>>,
}

impl<M: Send + Sync + 'static, K: Ord + Send + 'static> Dispatcher<M, K> {
    /// Creates a dispatcher without handlers. `event_type` returns the event type of a message.
    pub fn new(event_type: fn(&M) -> K) -> Self {
        install_hook();
        Self {
            event_type,
            handlers: Arc::default(),
        }
    }

    /// Registers a handler for messages of `event_type` under `tag`. The handler returns `()` or a `Result`.
    /// Returns `true` if it replaced a handler with the same event type and tag.
    #[allow(clippy::must_use_candidate, reason = "most callers ignore it")]
    pub fn register<F>(
        &self,
        event_type: K,
        tag: &str,
        handler: impl Fn(Arc<M>) -> F + Send + Sync + 'static,
    ) -> bool
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
        let handler = DropCaught::new(handler);
        let handler: Handler<M> = Arc::new(move |message| {
            let future = handler(message);
            Box::pin(async move { future.await.outcome() })
        });
        let replaced = {
            let mut handlers = lock(&self.handlers);
            handlers
                .entry(event_type)
                .or_default()
                .insert(tag.into(), handler)
        };
        replaced.is_some()
    }

    /// Removes the handler with this event type and tag. Returns `false` if there was none.
    #[allow(clippy::must_use_candidate, reason = "most callers ignore it")]
    pub fn unregister(&self, event_type: &K, tag: &str) -> bool {
        let mut handlers = lock(&self.handlers);
        let Some(tags) = handlers.get_mut(event_type) else {
            return false;
        };
        let removed = tags.remove(tag);
        // After its last handler, the event type is removed too. Both are dropped outside the lock.
        let last = tags.is_empty().then(|| handlers.remove(event_type));
        drop(handlers);
        drop(last);
        removed.is_some()
    }

    /// Passes `message` to all handlers of its event type, awaits them concurrently, and returns their number.
    ///
    /// A handler that fails or panics does not affect the others.
    ///
    /// # Errors
    ///
    /// If handlers failed or panicked. The error lists them.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the handlers that have not finished are dropped too.
    pub async fn dispatch(&self, message: M) -> Result<usize, DispatchError> {
        let message = DropCaught::new(Arc::new(message));
        let event_type = (self.event_type)(&message);
        let handlers: Vec<_> = match lock(&self.handlers).get(&event_type) {
            Some(tags) => tags
                .iter()
                .map(|(tag, run)| (tag.clone(), Arc::clone(run)))
                .collect(),
            None => return Ok(0),
        };
        let called = handlers.len();
        let calls = handlers.into_iter().map(|(tag, handler)| {
            let message = Arc::clone(&message);
            let call = catch(async move { handler(message).await });
            Box::pin(async move {
                match call.await {
                    Ok(()) => None,
                    Err(error) => Some((tag, error)),
                }
            })
        });
        let failures: Vec<_> = join_all(calls.collect())
            .await
            .into_iter()
            .flatten()
            .collect();
        if failures.is_empty() {
            Ok(called)
        } else {
            Err(DispatchError { called, failures })
        }
    }
}

/// Awaits all futures concurrently in this task.
async fn join_all<F: Future>(mut futures: Vec<Pin<Box<F>>>) -> Vec<F::Output> {
    let mut outputs = Vec::with_capacity(futures.len());
    poll_fn(|cx| {
        futures.retain_mut(|future| match future.as_mut().poll(cx) {
            Poll::Ready(output) => {
                outputs.push(output);
                false
            }
            Poll::Pending => true,
        });
        if futures.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
    outputs
}

impl<M: Send + Sync + 'static, K: Ord + Send + 'static> Function for Dispatcher<M, K> {
    type Input = PerMessage<M>;
    type Emission = Option<Nothing>;

    async fn call(&mut self, message: M, _: &Context, (): &()) -> Result<Option<Nothing>, Error> {
        self.dispatch(message).await?;
        Ok(None)
    }
}

impl<M, K> Clone for Dispatcher<M, K> {
    fn clone(&self) -> Self {
        Self {
            event_type: self.event_type,
            handlers: Arc::clone(&self.handlers),
        }
    }
}

impl<M, K: fmt::Debug> fmt::Debug for Dispatcher<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let handlers = lock(&self.handlers);
        let tags = handlers
            .iter()
            .map(|(kind, tags)| (kind, tags.keys().collect::<Vec<_>>()));
        f.debug_map().entries(tags).finish()
    }
}

/// The error of a dispatch: some handlers failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DispatchError {
    /// The number of handlers that were called.
    pub called: usize,
    /// The tag and the error of each handler that failed.
    pub failures: Vec<(Box<str>, Error)>,
}

impl fmt::Display for DispatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} handlers failed",
            self.failures.len(),
            self.called
        )?;
        let mut separator = ": ";
        for (tag, error) in &self.failures {
            write!(f, "{separator}`{tag}`: {error:#}")?;
            separator = ", ";
        }
        Ok(())
    }
}

impl std::error::Error for DispatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.failures.first().map(|(_, error)| error.as_std() as _)
    }
}
