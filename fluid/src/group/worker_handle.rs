//! The handles of workers and consumers.

use std::future::Ready;
use std::ops::Deref;
use std::sync::Arc;

use crate::group::handle::GroupHandle;
use crate::node::Node;
use crate::queue::{AskError, MessageProducer, Reply, SendError, Sender, TrySendError};
use crate::report::exit::Exit;
use crate::report::status::Status;
use crate::rules::IsSentFromOutside;
use crate::state::State;

/// A handle of one worker, valid before, during and after its run. Cheap to clone. Dropping it has no effect.
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

    /// The name of the worker, which is unique within its group.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.node.name()
    }

    /// The handle of the group that the worker is a member of. A worker that runs standalone has a group of its own.
    ///
    /// So a task that was given only the handle of a worker can see its siblings or stop its group:
    ///
    /// ```
    /// use fluid::{WorkerHandle, Workers, consumer};
    ///
    /// #[consumer]
    /// async fn store(line: String) { println!("{line}") }
    ///
    /// fn give_up(on: &WorkerHandle) {
    ///     if let Some(group) = on.group() {
    ///         group.bail_out("the disk is full", 3);
    ///     }
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), fluid::Exit> {
    /// let mut workers = Workers::new("archive");
    /// let store = workers.add(Store).handle();
    /// let running = workers.startup().await?;
    /// give_up(&store);
    /// assert_eq!(running.wait_for_shutdown().await.code(), 3);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Returns `None` if the group has ended and no other handle of it is left.
    #[must_use]
    pub fn group(&self) -> Option<GroupHandle> {
        GroupHandle::of_member(&self.node)
    }

    /// The current state.
    #[must_use]
    pub fn state(&self) -> State {
        self.node.state()
    }

    /// Waits until the state is `state` or a later one, and returns it. Cancel safe.
    pub async fn wait_for(&self, state: State) -> State {
        self.node.reached(state).await
    }

    /// Whether the worker was started and has not been asked to stop.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self.state(), State::Running | State::Restarting)
    }

    /// Whether the worker was asked to stop or has finished its work, and has not ended yet.
    #[must_use]
    pub fn is_stopping(&self) -> bool {
        self.state() == State::Stopping
    }

    /// The current status.
    #[must_use]
    pub fn status(&self) -> Status {
        self.node.status()
    }

    /// Asks the worker to stop, and returns at once. Further calls have no effect. May be called from any thread.
    ///
    /// When this returns, a consumer refuses messages from outside its group. The group closes its edges shortly
    /// after, and the consumer handles the messages that it has accepted. When the worker has ended, its group
    /// stops too, unless its [`on_exit`](crate::Options::on_exit) is `Ignore` or `Forget`.
    pub fn gracefully_stop(&self) {
        self.node.ask_to_stop(None);
    }

    /// Asks the worker to stop, and waits until it has ended. It is forced to end after its grace period.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the worker still stops.
    pub async fn shutdown(&self) -> Exit {
        self.gracefully_stop();
        self.wait_for_shutdown().await
    }

    /// Waits until the worker has ended, without asking it to stop. All calls return the same exit, also after the
    /// end. Cancel safe.
    pub async fn wait_for_shutdown(&self) -> Exit {
        self.node.exited().await
    }

    /// The exit, if the worker has ended.
    #[must_use]
    pub fn exit(&self) -> Option<Exit> {
        self.node.exit().cloned()
    }
}

/// These methods only give a compile error that says where to write `pub`. No value of their parameter exists.
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

/// A handle of one consumer: a [`WorkerHandle`] and a [`Sender`], with the methods of both.
///
/// Messages that are sent before the consumer is started wait in its queue. The handle stays valid across restarts.
pub struct ConsumerHandle<M> {
    worker: WorkerHandle,
    sender: Sender<M>,
}

impl<M> ConsumerHandle<M> {
    pub(crate) fn new(worker: WorkerHandle, sender: Sender<M>) -> Self {
        Self { worker, sender }
    }

    /// The handle without the sending side.
    #[must_use]
    pub fn worker(&self) -> &WorkerHandle {
        &self.worker
    }

    /// The sending side, which can be cloned.
    #[must_use]
    pub fn sender(&self) -> &Sender<M> {
        &self.sender
    }
}

/// The methods of [`Sender`].
impl<M: Send + 'static> ConsumerHandle<M> {
    /// Sends a message, and waits for room if the queue is full. See [`Sender::send`].
    ///
    /// # Errors
    ///
    /// If the consumer no longer accepts messages. The error gives the message back.
    pub fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send {
        self.sender.send(message)
    }

    /// Sends a message without waiting. See [`Sender::try_send`].
    ///
    /// # Errors
    ///
    /// If the queue is full or closed. The error gives the message back.
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

    /// The number of messages in the queue.
    #[must_use]
    pub fn queue_size(&self) -> usize {
        self.sender.queue_size()
    }

    /// The capacity of the queue, or `usize::MAX` without a bound.
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
