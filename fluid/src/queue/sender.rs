//! The sending end of a queue.

use std::cell::Cell;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::coop::unconstrained;

use crate::catch::drop_caught;
use crate::queue::channel::{Channel, QueueControl, Refusal};
use crate::queue::reply::{AskError, NoReply, Reply};
use crate::queue::reply_slot::{Answer, ReplySlots};
use crate::sync::atomic::AtomicBool;
use crate::sync::thread::{self, Thread};

/// Where a sender stands, which decides how long it may send at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendOrigin {
    /// Outside the group: refused as soon as the group stops.
    Public,
    /// An edge of the group: refused when all that feeds the consumer has ended.
    Edge,
    /// A feedback edge of the group: like an edge, but it never waits.
    Feedback,
}

/// Sends messages to one consumer. Cheap to clone, and valid across the consumer's restarts.
///
/// Dropping senders never ends anything.
pub struct Sender<M> {
    channel: Arc<Channel<M>>,
    origin: SendOrigin,
}

impl<M> Sender<M> {
    pub(crate) fn new(channel: Arc<Channel<M>>, origin: SendOrigin) -> Self {
        Self { channel, origin }
    }

    /// Whether room may be given in advance.
    pub(crate) fn gives_room(&self) -> bool {
        self.origin == SendOrigin::Edge && self.channel.gives_room()
    }

    /// Whether the consumer waits for a message, as far as is known without a lock.
    pub(crate) fn awaited(&self) -> Arc<AtomicBool> {
        self.channel.awaited()
    }

    /// Hands over messages for which room was given. See [`Channel::deliver`].
    pub(crate) fn deliver(&self, messages: &mut Vec<M>, room: &mut usize, more: usize) -> usize {
        self.channel.deliver(messages, room, more)
    }

    /// The name of the consumer.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.channel.worker()
    }

    /// Where answers to questions that the consumer is sent are awaited.
    pub(crate) fn reply_slots(&self) -> &ReplySlots {
        self.channel.reply_slots()
    }

    /// Its name in log records and error texts.
    pub(crate) fn path(&self) -> Arc<str> {
        self.channel.path()
    }
}

impl<M: Send + 'static> Sender<M> {
    /// Sends a message, and waits for room if the queue is full and its overflow policy is to wait.
    ///
    /// When this returns `Ok`, the message is in the memory of the process. See
    /// [what a crash loses](crate#what-a-crash-loses).
    ///
    /// # Errors
    ///
    /// If the consumer no longer accepts messages. The error gives the message back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits, the message was not sent, and is dropped with it.
    pub async fn send(&self, mut message: M) -> Result<(), SendError<M>> {
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        let channel = self.channel.of(&message);
        loop {
            let mut room = pin!(channel.room().notified());
            message = match channel.push(message, self.origin, false) {
                Ok(()) => return Ok(()),
                Err(Refusal::Closed(message)) => return Err(self.refused(message)),
                Err(Refusal::Full(message)) if self.origin == SendOrigin::Feedback => {
                    return Err(self.without_room(message));
                }
                Err(Refusal::Full(message)) => message,
            };
            room.as_mut().enable();
            message = match channel.push(message, self.origin, true) {
                Ok(()) => return Ok(()),
                Err(Refusal::Closed(message)) => return Err(self.refused(message)),
                Err(Refusal::Full(message)) => message,
            };
            room.await;
        }
    }

    /// Sends a message if that needs no waiting.
    ///
    /// # Errors
    ///
    /// If the queue is full, or the consumer no longer accepts messages. Both give the message back.
    pub fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.channel
            .of(&message)
            .push(message, self.origin, false)
            .map_err(|refusal| match refusal {
                Refusal::Full(message) => TrySendError::Full(self.without_room(message)),
                Refusal::Closed(message) => TrySendError::Closed(self.refused(message)),
            })
    }

    /// Sends a message from a thread that may block, as [`send`](Self::send) does from a task.
    ///
    /// # Errors
    ///
    /// As `send`.
    ///
    /// # Panics
    ///
    /// If it is called from an async task, whose thread must not block.
    pub fn blocking_send(&self, message: M) -> Result<(), SendError<M>> {
        block_on(self.send(message))
    }

    /// Sends the message that `message` makes of a [`Reply`], and awaits the answer.
    ///
    /// ```
    /// # use fluid::{consumer, Reply, WorkerExt};
    /// struct Question { of: u64, reply: Reply<u64> }
    ///
    /// #[consumer]
    /// async fn square(question: Question) {
    ///     question.reply.send(question.of * question.of);
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let running = Square.startup().await?;
    /// assert_eq!(running.ask(|reply| Question { of: 7, reply }).await?, 49);
    /// # running.shutdown().await;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AskError`] says whether the message was refused, dropped unhandled, or handled without an
    /// answer.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the message may still be handled; its answer goes nowhere.
    pub async fn ask<T: Send + 'static>(
        &self,
        message: impl FnOnce(Reply<T>) -> M,
    ) -> Result<T, AskError> {
        let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let place = self.reply_slots().slot(waker);
        let answer = Answer::at(Arc::clone(&place));
        let answered = match self.push_now(message(Reply::to(place))) {
            Ok(()) => answer.expected().await,
            Err(message) => match self.send(message).await {
                Ok(()) => answer.await,
                Err(refused) => {
                    // Before the message is dropped: its reply wakes nobody.
                    drop(answer);
                    drop_caught(refused);
                    Err(NoReply::Refused)
                }
            },
        };
        answered.map_err(|verdict| AskError::new(&self.path(), verdict))
    }

    /// Sends a message for which there is room. Otherwise it is given back, uncounted.
    pub(crate) fn push_now(&self, message: M) -> Result<(), M> {
        self.channel.of(&message).push_now(message, self.origin)
    }

    /// Sends messages under one lock for as long as there is room. Returns how many were accepted, and
    /// the first that was not.
    pub(crate) fn push_each(&self, messages: &mut impl Iterator<Item = M>) -> (u64, Option<M>) {
        if self.channel.has_lanes() {
            // Each into the queue of its lane.
            return (0, messages.next());
        }
        self.channel.push_each(messages, self.origin)
    }

    /// How many messages wait.
    #[must_use]
    pub fn queue_size(&self) -> usize {
        self.channel.queue_size()
    }

    /// How many messages may wait; `usize::MAX` if there is no bound.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.channel.capacity()
    }

    /// Whether the consumer refuses messages from outside its group.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.channel.is_closed()
    }

    /// Whether one message more would be accepted, or dropped by the overflow policy.
    pub(crate) fn has_room(&self) -> bool {
        self.channel.takes(self.origin)
    }

    /// Counts a message as refused.
    pub(crate) fn refuse(&self) {
        self.channel.refuse();
    }

    /// The message that `made_of` a message of this consumer's would be made, unless the consumer
    /// refuses it.
    pub(crate) fn unless_closed<T>(&self, made_of: T) -> Result<T, SendError<T>> {
        if self.channel.admits(self.origin) {
            return Ok(made_of);
        }
        self.channel.refuse();
        Err(SendError::closed(made_of, &self.path()))
    }

    fn refused(&self, message: M) -> SendError<M> {
        SendError::closed(message, &self.path())
    }

    fn without_room(&self, message: M) -> SendError<M> {
        SendError::full(message, &self.path())
    }
}

impl<M> Clone for Sender<M> {
    fn clone(&self) -> Self {
        Self {
            channel: Arc::clone(&self.channel),
            origin: self.origin,
        }
    }
}

impl<M> fmt::Debug for Sender<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("worker", &self.channel.worker())
            .finish_non_exhaustive()
    }
}

/// Whatever messages can be sent to: every [`Sender`], every
/// [`ConsumerHandle`](crate::ConsumerHandle) and every [`Output`](crate::Output).
///
/// ```
/// use fluid::{MessageProducer, SendError};
///
/// async fn greet(to: &impl MessageProducer<String>) -> Result<(), SendError<String>> {
///     to.send("hello".to_owned()).await
/// }
/// ```
pub trait MessageProducer<M> {
    /// Sends a message, waiting for room if need be.
    ///
    /// # Errors
    ///
    /// If the message is refused. The error gives it back.
    fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send;

    /// Sends a message if that needs no waiting.
    ///
    /// # Errors
    ///
    /// If there is no room, or the message is refused. The error gives it back.
    fn try_send(&self, message: M) -> Result<(), TrySendError<M>>;
}

impl<M: Send + 'static> MessageProducer<M> for Sender<M> {
    async fn send(&self, message: M) -> Result<(), SendError<M>> {
        self.send(message).await
    }

    fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.try_send(message)
    }
}

/// A message that a consumer refused: it has stopped or is about to, or it has no room, and the message
/// cannot wait for some.
#[derive(Clone, PartialEq, Eq)]
pub struct SendError<M> {
    /// The message, given back.
    pub message: M,
    /// The consumer that refused it: its name, below those of nested groups, as in log records.
    pub worker: Box<str>,
    /// Whether that was for want of room.
    full: bool,
}

impl<M> SendError<M> {
    pub(crate) fn closed(message: M, worker: &str) -> Self {
        Self {
            message,
            worker: worker.into(),
            full: false,
        }
    }

    pub(crate) fn full(message: M, worker: &str) -> Self {
        Self {
            message,
            worker: worker.into(),
            full: true,
        }
    }
}

impl<M> fmt::Display for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = &self.worker;
        if self.full {
            write!(f, "the queue of `{worker}` is full")
        } else {
            write!(f, "`{worker}` no longer accepts messages")
        }
    }
}

impl<M> fmt::Debug for SendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError")
            .field("worker", &self.worker)
            .finish_non_exhaustive()
    }
}

impl<M> std::error::Error for SendError<M> {}

/// Why a message was not sent at once.
#[derive(Clone, PartialEq, Eq)]
pub enum TrySendError<M> {
    /// The queue is full.
    Full(SendError<M>),
    /// The consumer no longer accepts messages.
    Closed(SendError<M>),
}

impl<M> TrySendError<M> {
    /// The message, given back.
    #[must_use]
    pub fn into_message(self) -> M {
        match self {
            Self::Full(error) | Self::Closed(error) => error.message,
        }
    }
}

impl<M> fmt::Display for TrySendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(error) | Self::Closed(error) => error.fmt(f),
        }
    }
}

impl<M> fmt::Debug for TrySendError<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(error) => f.debug_tuple("Full").field(error).finish(),
            Self::Closed(error) => f.debug_tuple("Closed").field(error).finish(),
        }
    }
}

impl<M> std::error::Error for TrySendError<M> {}

thread_local! {
    /// Whether this thread belongs to one blocking worker.
    static OWN_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Lets this thread, which one worker has for itself, block.
pub(crate) fn own_thread() {
    OWN_THREAD.set(true);
}

/// Blocks this thread on a future that needs no driver. Within a runtime, tokio knows whether that is
/// allowed here; but a blocking worker's thread is the worker's own.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    if !OWN_THREAD.get()
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        return runtime.block_on(future);
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(unconstrained(future));
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
