//! The ingress: an input of a group for servers, which at a stop admits what is in flight.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::catch::DropCaught;
use crate::error::Error;
use crate::graph::Form;
use crate::group::resources::{Resources, Share};
use crate::group::slot::{Member, Slot};
use crate::node::context::Context;
use crate::queue::{AskError, MessageProducer, Output, Reply, SendError, TrySendError};
use crate::state::Nothing;
use crate::worker::{Io, Worker};

/// An input of a group for code outside its workers, such as the handlers of a server.
///
/// A sender of a `pub` consumer refuses messages as soon as its group stops. A server then still has requests in
/// flight. An ingress is a source of its group, so the consumers behind it go on until it has ended. When the group
/// stops,
///
/// 1. [`stopping`](Self::stopping) resolves, so that the server accepts no more connections,
/// 2. messages are admitted until the last `Ingress` of this source is dropped, or until its
///    [`close_after`](crate::Options::close_after) is over,
/// 3. the source ends, and the consumers behind it drain as at any stop.
///
/// `workers!` declares one as a field `orders: Ingress<Order>` with an edge that starts there. The handle of the group
/// returns the ingress, and another field can take it as a resource, `{ orders }`:
///
/// ```
/// use fluid::{Ingress, consumer, worker, workers};
///
/// /// Serves requests until the group stops, and completes those in flight.
/// #[worker]
/// async fn serve(orders: &Ingress<String>) {
///     // A server is told to stop by `orders.stopping()`. Each of its handlers has a clone of `orders`.
///     let _ = orders.send("tea".to_owned()).await;
///     orders.stopping().await;
/// }
///
/// #[consumer]
/// async fn brew(order: String) {
///     println!("brewing {order}");
/// }
///
/// workers! {
///     struct Kitchen {
///         serve: Serve { orders },
///         orders: Ingress<String>,
///         brew: Brew,
///     }
///
///     orders => brew;
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::Exit> {
/// let kitchen = Kitchen::new().startup().await?;
/// kitchen.orders().send("coffee".to_owned()).await.unwrap();
/// let exit = kitchen.shutdown().await;
/// assert_eq!(exit.worker("brew").unwrap().counts().unwrap().done, 2);
/// # Ok(())
/// # }
/// ```
///
/// [`Workers::add_ingress`](crate::Workers::add_ingress) adds one to a group that is built by hand.
///
/// Cloning is cheap, and each clone keeps the ingress open at a stop. A clone that is not dropped makes the stop wait
/// until `close_after` is over. So does a clone in a consumer behind the ingress, which ends only after the ingress.
pub struct Ingress<M> {
    shared: Arc<Shared<M>>,
}

/// The ingress as its group keeps it. Unlike an [`Ingress`], it does not keep the ingress open.
#[doc(hidden)]
pub struct IngressKey<M> {
    shared: Arc<Shared<M>>,
}

/// The worker of an [`Ingress`]: it ends when the last `Ingress` is dropped after the stop.
pub struct IngressSource<M> {
    shared: Arc<Shared<M>>,
}

/// What an ingress, its key and its source share.
struct Shared<M> {
    name: Box<str>,
    /// A port of the source, from its first start on.
    output: OnceLock<Output<M>>,
    state: watch::Sender<IngressState>,
    /// How many [`Ingress`]es there are.
    holders: watch::Sender<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum IngressState {
    /// The group has not started the source.
    Pending,
    Open,
    /// The group stops; messages are still admitted.
    Stopping,
    /// Messages are refused.
    Closed,
}

impl<M> IngressKey<M> {
    /// The key of an ingress whose source will have this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            shared: Arc::new(Shared {
                name: name.into(),
                output: OnceLock::new(),
                state: watch::Sender::new(IngressState::Pending),
                holders: watch::Sender::new(0),
            }),
        }
    }

    /// An ingress for a server.
    #[must_use]
    pub fn ingress(&self) -> Ingress<M> {
        self.shared.holders.send_modify(|holders| *holders += 1);
        Ingress {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// An [`Ingress`] as a field of a group that `workers!` declares.
pub trait HasKey {
    /// How the group keeps it.
    type Key;

    /// The key of an ingress whose source will have this name.
    fn key(name: &str) -> Self::Key;
}

impl<M> HasKey for Ingress<M> {
    type Key = IngressKey<M>;

    fn key(name: &str) -> IngressKey<M> {
        IngressKey::new(name)
    }
}

impl<M: Send + 'static> Member for Ingress<M> {
    type Slot = Slot<IngressSource<M>>;
    const FORM: Form = Form::UNKNOWN;

    fn into_member(self) -> IngressSource<M> {
        IngressSource {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<M: Send + 'static> Resources for &IngressKey<M> {
    type Owned = IngressKey<M>;

    fn owned(self) -> IngressKey<M> {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<M> Share<Arc<Ingress<M>>> for IngressKey<M> {
    fn share(&self) -> Arc<Ingress<M>> {
        Arc::new(self.ingress())
    }
}

#[diagnostic::do_not_recommend]
impl<M> Share<Ingress<M>> for IngressKey<M> {
    fn share(&self) -> Ingress<M> {
        self.ingress()
    }
}

impl<M> Clone for IngressKey<M> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<M> Clone for Ingress<M> {
    fn clone(&self) -> Self {
        let key = IngressKey {
            shared: Arc::clone(&self.shared),
        };
        key.ingress()
    }
}

impl<M> Drop for Ingress<M> {
    fn drop(&mut self) {
        self.shared.holders.send_modify(|holders| *holders -= 1);
    }
}

impl<M> Ingress<M> {
    /// The name of its source in the group.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        &self.shared.name
    }

    /// Resolves when the group stops, immediately if it has. Messages are still admitted then. Cancel safe.
    pub async fn stopping(&self) {
        self.shared.reached(IngressState::Stopping).await;
    }

    /// Whether the group stops or has stopped.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.shared.state() >= IngressState::Stopping
    }

    /// Whether messages are refused: the source has ended, or its group was dropped before its start.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.shared.state() == IngressState::Closed
    }
}

impl<M: Send + 'static> Ingress<M> {
    /// Sends a message, and waits for room at each consumer that is full. Before the group has started, it waits for
    /// the start.
    ///
    /// # Errors
    ///
    /// If the ingress is closed, or every consumer behind it has ended. The error gives the message back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits, the message was not sent, and is dropped with it. With several consumers,
    /// some may have got it.
    pub async fn send(&self, message: M) -> Result<(), SendError<M>> {
        let mut message = DropCaught::new(message);
        match self.shared.opened().await {
            Some(output) => output.send(message.take()).await,
            None => Err(self.refused(message.take())),
        }
    }

    /// Sends a message if that needs no waiting.
    ///
    /// # Errors
    ///
    /// If a single consumer is full or has ended, or with several consumers every one of them; if the group has not
    /// started, or the ingress is closed. The error gives the message back.
    pub fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        match self.shared.state() {
            IngressState::Closed => Err(TrySendError::Closed(self.refused(message))),
            IngressState::Pending => Err(TrySendError::Full(SendError::full(
                message,
                &self.shared.name,
            ))),
            IngressState::Open | IngressState::Stopping => match self.shared.output.get() {
                Some(output) => output.try_send(message),
                None => Err(TrySendError::Closed(self.refused(message))),
            },
        }
    }

    /// Sends the message that `message` makes of a [`Reply`], and awaits the answer.
    ///
    /// # Errors
    ///
    /// [`AskError`] says whether the message was refused, dropped unhandled, or handled without an answer.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the message may still be handled; its answer is dropped.
    pub async fn ask<T: Send + 'static>(
        &self,
        message: impl FnOnce(Reply<T>) -> M + Send,
    ) -> Result<T, AskError> {
        let mut message = DropCaught::new(message);
        match self.shared.opened().await {
            Some(output) => output.ask(message.take()).await,
            None => Err(AskError::Refused(self.shared.name.clone())),
        }
    }

    fn refused(&self, message: M) -> SendError<M> {
        SendError::closed(message, &self.shared.name)
    }
}

impl<M> Shared<M> {
    /// Copied, so that no user code runs while the state is borrowed.
    fn state(&self) -> IngressState {
        *self.state.borrow()
    }

    async fn reached(&self, state: IngressState) {
        let mut states = self.state.subscribe();
        // The sender is in `self`, so the channel does not close.
        let _ = states.wait_for(|&now| now >= state).await;
    }

    /// The port, once the source has started. `None` if the ingress is closed.
    async fn opened(&self) -> Option<&Output<M>> {
        if self.state() == IngressState::Pending {
            self.reached(IngressState::Open).await;
        }
        match self.state() {
            IngressState::Closed => None,
            _ => self.output.get(),
        }
    }

    fn advance(&self, state: IngressState) {
        self.state.send_if_modified(|now| {
            let later = *now < state;
            if later {
                *now = state;
            }
            later
        });
    }
}

impl<M: Send + 'static> Worker for IngressSource<M> {
    type Message = Nothing;
    type Output = M;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        self.shared.output.get_or_init(|| io.output.share());
        self.shared.advance(IngressState::Open);
        ctx.stopping().await;
        if ctx.is_restart_requested() {
            // Its consumers are restarted too. Their queues stay, so messages are admitted meanwhile.
            return Ok(());
        }
        self.shared.advance(IngressState::Stopping);
        let close_after = ctx.node().options.close_after;
        let close_after = close_after.or_else(|| Some(ctx.grace_left()? / 2));
        let mut holders = self.shared.holders.subscribe();
        let last = holders.wait_for(|&holders| holders == 0);
        if timeout(close_after.unwrap_or(Duration::MAX), last)
            .await
            .is_err()
        {
            let holders = *self.shared.holders.borrow();
            tracing::warn!(
                worker = ctx.worker_name(),
                holders,
                "closed while it was still held"
            );
        }
        self.shared.advance(IngressState::Closed);
        Ok(())
    }
}

impl<M: Send + 'static> MessageProducer<M> for Ingress<M> {
    async fn send(&self, message: M) -> Result<(), SendError<M>> {
        self.send(message).await
    }

    fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.try_send(message)
    }
}

/// Closes the ingress when its group drops it: the group has ended, or will not start.
pub(crate) struct CloseOnDrop<M>(IngressKey<M>);

impl<M> CloseOnDrop<M> {
    pub(crate) fn new(key: &IngressKey<M>) -> Self {
        Self(key.clone())
    }

    pub(crate) fn source(&self) -> IngressSource<M> {
        IngressSource {
            shared: Arc::clone(&self.0.shared),
        }
    }
}

impl<M> Drop for CloseOnDrop<M> {
    fn drop(&mut self) {
        self.0.shared.advance(IngressState::Closed);
    }
}

impl<M> fmt::Debug for Ingress<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ingress")
            .field("worker", &self.shared.name)
            .field("state", &self.shared.state())
            .finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for IngressKey<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IngressKey")
            .field("worker", &self.shared.name)
            .finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for IngressSource<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IngressSource")
            .field("worker", &self.shared.name)
            .finish_non_exhaustive()
    }
}
