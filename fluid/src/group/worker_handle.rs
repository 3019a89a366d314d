//! Handles: what the rest of the program sees of a worker.

use std::future::{Future, Ready};
use std::ops::Deref;
use std::sync::Arc;

use crate::node::Node;
use crate::queue::{AskError, MessageProducer, Reply, SendError, Sender, TrySendError};
use crate::report::exit::Exit;
use crate::report::status::Status;
use crate::rule::IsSentFromOutside;
use crate::state::State;

/// One worker, before, while and after it runs. Cheap to clone; dropping it does nothing.
#[derive(Clone, Debug)]
pub struct WorkerHandle {
    node: Arc<Node>,
}

impl WorkerHandle {
    pub(crate) fn new(node: Arc<Node>) -> Self {
        Self { node }
    }

    pub(crate) fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// The worker's name, unique within its group.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.node.name()
    }

    /// Its state.
    #[must_use]
    pub fn state(&self) -> State {
        self.node.state()
    }

    /// Resolves when the state is `state` or past it, with the state seen then. Cancel safe.
    pub async fn wait_for(&self, state: State) -> State {
        self.node.reached(state).await
    }

    /// Whether it was started and has not been asked to stop.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state(), State::Running | State::Restarting)
    }

    /// Whether it was asked to stop, or is done, and is finishing what it has.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.state() == State::Stopping
    }

    /// What it is doing right now.
    #[must_use]
    pub fn status(&self) -> Status {
        self.node.status()
    }

    /// Asks the worker to stop, and returns at once. It may be called any number of times, from
    /// anywhere.
    ///
    /// A consumer refuses messages from then on, and handles those that it has. When the worker has
    /// ended, its group stops too, unless its [`on_exit`](crate::Options::on_exit) says otherwise.
    pub fn gracefully_stop(&self) {
        self.node.ask_to_stop(None);
    }

    /// Asks the worker to stop, and waits until it has ended; after its grace period, by force.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing back: the worker still stops.
    pub async fn shutdown(&self) -> Exit {
        self.gracefully_stop();
        self.wait_for_shutdown().await
    }

    /// Waits until the worker has ended, and asks nothing. Every waiter gets the same exit, also one
    /// that comes late. Cancel safe.
    pub async fn wait_for_shutdown(&self) -> Exit {
        self.node.exited().await
    }

    /// The exit, if the worker has ended.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        self.node.exit().cloned()
    }
}

/// What a consumer's handle can do besides. Here it is only an error that says where to write `pub`: there
/// is no message to call it with.
#[doc(hidden)]
#[allow(missing_docs, clippy::unused_self, reason = "never called")]
impl WorkerHandle {
    pub fn send<M: IsSentFromOutside>(&self, _: M) -> Ready<Result<(), SendError<M>>> {
        M::never()
    }

    pub fn try_send<M: IsSentFromOutside>(&self, _: M) -> Result<(), TrySendError<M>> {
        M::never()
    }

    pub fn blocking_send<M: IsSentFromOutside>(&self, _: M) -> Result<(), SendError<M>> {
        M::never()
    }

    pub fn ask<T, M: IsSentFromOutside>(
        &self,
        _: impl FnOnce(Reply<T>) -> M,
    ) -> Ready<Result<T, AskError>> {
        M::never()
    }

    pub fn sender<M: IsSentFromOutside>(&self) -> &Sender<M> {
        M::never()
    }
}

/// One consumer: a [`WorkerHandle`] and a [`Sender`] in one, and everything that both can do.
///
/// Messages may be sent before the consumer is started; they wait. The handle stays valid across
/// restarts.
pub struct ConsumerHandle<M> {
    worker: WorkerHandle,
    sender: Sender<M>,
}

impl<M> ConsumerHandle<M> {
    pub(crate) fn new(worker: WorkerHandle, sender: Sender<M>) -> Self {
        Self { worker, sender }
    }

    /// Its name, state and status, and how to stop it.
    #[must_use]
    pub fn worker(&self) -> &WorkerHandle {
        &self.worker
    }

    /// The sending side, which can be cloned and given away.
    #[must_use]
    pub fn sender(&self) -> &Sender<M> {
        &self.sender
    }
}

/// The sending side, as [`Sender`] describes it.
impl<M: Send + 'static> ConsumerHandle<M> {
    /// Sends a message, and waits for room if need be. See [`Sender::send`].
    ///
    /// # Errors
    ///
    /// If the consumer no longer accepts messages. The error gives the message back.
    pub fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send {
        self.sender.send(message)
    }

    /// Sends a message if that needs no waiting. See [`Sender::try_send`].
    ///
    /// # Errors
    ///
    /// If the queue is full or closed. Both give the message back.
    pub fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.sender.try_send(message)
    }

    /// Sends a message from a thread that may block. See [`Sender::blocking_send`].
    ///
    /// # Errors
    ///
    /// If the consumer no longer accepts messages. The error gives the message back.
    ///
    /// # Panics
    ///
    /// If it is called from an async task.
    pub fn blocking_send(&self, message: M) -> Result<(), SendError<M>> {
        self.sender.blocking_send(message)
    }

    /// Sends a question, and awaits its answer. See [`Sender::ask`].
    ///
    /// # Errors
    ///
    /// [`AskError`](crate::AskError) says why there is no answer.
    pub fn ask<T: Send + 'static>(
        &self,
        message: impl FnOnce(Reply<T>) -> M,
    ) -> impl Future<Output = Result<T, AskError>> {
        self.sender.ask(message)
    }

    /// How many messages wait.
    #[must_use]
    pub fn queue_size(&self) -> usize {
        self.sender.queue_size()
    }

    /// How many messages may wait; `usize::MAX` if there is no bound.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.sender.capacity()
    }
}

impl<M> Deref for ConsumerHandle<M> {
    type Target = WorkerHandle;

    fn deref(&self) -> &WorkerHandle {
        &self.worker
    }
}

impl<M> Clone for ConsumerHandle<M> {
    fn clone(&self) -> Self {
        Self {
            worker: self.worker.clone(),
            sender: self.sender.clone(),
        }
    }
}

impl<M> std::fmt::Debug for ConsumerHandle<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ConsumerHandle")
            .field("worker", &self.worker)
            .finish()
    }
}

impl<M: Send + 'static> MessageProducer<M> for ConsumerHandle<M> {
    fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send {
        self.sender.send(message)
    }

    fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.sender.try_send(message)
    }
}
