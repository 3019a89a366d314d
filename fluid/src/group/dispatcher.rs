//! Handlers of messages by the type of the message, registered at run time.

use std::collections::BTreeMap;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use crate::error::Error;
use crate::lifecycle::launch::BoxFuture;
use crate::node::context::Context;
use crate::outcome::Outcome;
use crate::state::Nothing;
use crate::sync::Mutex;
use crate::sync::catch::catch;
use crate::sync::lock::lock;
use crate::worker::function::Function;
use crate::worker::stage::EachMessage;

type Handler<M> = Arc<dyn Fn(Arc<M>) -> BoxFuture<Result<(), Error>> + Send + Sync>;
type Handlers<K, M> = BTreeMap<K, BTreeMap<Box<str>, Handler<M>>>;

/// Hands each message to all handlers of its event type.
///
/// Handlers are registered and unregistered at any time, each under an event type and a *tag*, which
/// tells several handlers of one type apart. The function given to [`new`](Self::new) says of which
/// type a message is.
///
/// A dispatcher is a worker itself: in a group it consumes messages, and dispatches each. Clones share
/// their handlers, so one clone may run while another one is used to register.
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
    /// A dispatcher without handlers; `event_type` says of which type a message is.
    pub fn new(event_type: fn(&M) -> K) -> Self {
        Self {
            event_type,
            handlers: Arc::default(),
        }
    }

    /// Registers a handler for messages of `event_type`, under `tag`. It may return `()` or a
    /// `Result`. Returns whether it took the place of another one with the same tag.
    #[allow(clippy::must_use_candidate, reason = "most who register do not care")]
    pub fn register<F>(
        &self,
        event_type: K,
        tag: &str,
        handler: impl Fn(Arc<M>) -> F + Send + Sync + 'static,
    ) -> bool
    where
        F: Future<Output: Outcome> + Send + 'static,
    {
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

    /// Removes the handler of messages of `event_type` under `tag`. Returns whether there was one.
    #[allow(clippy::must_use_candidate, reason = "most who unregister do not care")]
    pub fn unregister(&self, event_type: &K, tag: &str) -> bool {
        let mut handlers = lock(&self.handlers);
        let Some(tags) = handlers.get_mut(event_type) else {
            return false;
        };
        let removed = tags.remove(tag);
        // What was the last one leaves nothing behind.
        let last = tags.is_empty().then(|| handlers.remove(event_type));
        drop(handlers);
        drop(last);
        removed.is_some()
    }

    /// Gives `message` to all handlers of its event type, awaits them all at the same time, and
    /// returns how many there were.
    ///
    /// A handler that fails or panics does not hinder the others.
    ///
    /// # Errors
    ///
    /// If handlers failed or panicked: which, and how.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, so are the handlers that have not finished.
    pub async fn dispatch(&self, message: M) -> Result<usize, DispatchError> {
        let event_type = (self.event_type)(&message);
        let handlers: Vec<_> = match lock(&self.handlers).get(&event_type) {
            Some(tags) => tags
                .iter()
                .map(|(tag, run)| (tag.clone(), Arc::clone(run)))
                .collect(),
            None => return Ok(0),
        };
        let message = Arc::new(message);
        let called = handlers.len();
        let calls = handlers.into_iter().map(|(tag, handler)| {
            let message = Arc::clone(&message);
            let call = catch(async move { handler(message).await });
            Box::pin(async move {
                match call.await.map_err(Error::from).flatten() {
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

/// Awaits all futures at the same time, on this task.
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
    type Message = M;
    type Ports = ();
    type Emission = Option<Nothing>;
    type Calls = EachMessage;

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

/// Handlers that failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DispatchError {
    /// How many handlers were called.
    pub called: usize,
    /// The tag of each that failed, and how it did.
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
