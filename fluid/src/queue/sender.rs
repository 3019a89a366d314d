//! The sending end of a queue.

use std::fmt;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use crate::catch::DropCaught;
use crate::queue::channel::{Channel, QueueControl, Refusal};
use crate::queue::reply::{AskError, NoReply, Reply};
use crate::queue::reply_slot::{Answer, ReplySlots};
use crate::queue::send_error::{SendError, TrySendError};
use crate::sync::atomic::AtomicBool;
use crate::sync::blocking::block_on;

/// Where a sender stands. It decides how long the sender may send at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SendOrigin {
    /// Outside the group. It is refused as soon as the group stops.
    Public,
    /// An edge of the group. It is refused when all that feeds the consumer has ended.
    Edge,
    /// A feedback edge of the group. Like an edge, but it never waits.
    Feedback,
    /// The port `undelivered`. Like an edge, but it finds room beyond the capacity.
    Saved,
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

    /// A sender to the same consumer, with another origin.
    pub(crate) fn at(&self, origin: SendOrigin) -> Self {
        Self::new(Arc::clone(&self.channel), origin)
    }

    /// Whether the queue grants credit to this sender.
    pub(crate) fn grants_credit(&self) -> bool {
        self.origin == SendOrigin::Edge && self.channel.grants_credit()
    }

    /// A flag that tells without a lock whether the consumer waits for a message.
    pub(crate) fn awaited(&self) -> Arc<AtomicBool> {
        self.channel.awaited()
    }

    /// Hands over messages for which there is credit. See [`Channel::deliver`].
    pub(crate) fn deliver(&self, messages: &mut Vec<M>, credit: &mut usize, more: usize) -> usize {
        self.channel.deliver(messages, credit, more)
    }

    /// The name of the consumer.
    #[must_use]
    pub fn worker_name(&self) -> &str {
        self.channel.worker()
    }

    /// The slots in which answers of the consumer are awaited.
    pub(crate) fn reply_slots(&self) -> &ReplySlots {
        self.channel.reply_slots()
    }

    /// The name of the consumer in log records and error texts.
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
    /// Senders that wait are served in the order in which they came. Each gets an equal share of the room, at most
    /// a quarter of the capacity and 64 places, but at least one. A future that has waited and is then neither polled
    /// nor dropped keeps its share.
    ///
    /// # Errors
    ///
    /// If the consumer no longer accepts messages. The error gives the message back.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it waits, the message was not sent, and is dropped with it.
    pub fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send {
        let mut message = DropCaught::new(message);
        async move {
            let sent = self.send_in_place(message.slot()).await;
            sent.map_err(|refusal| self.error(message.take(), refusal))
        }
    }

    /// Like [`send`](Self::send). The message stays in its place until it is accepted.
    pub(crate) async fn send_in_place(&self, message: &mut Option<M>) -> Result<(), Refusal> {
        #[cfg(feature = "test-util")]
        crate::test::perturb().await;
        let channel = match message {
            Some(message) => self.channel.of(message),
            None => return Ok(()),
        };
        match channel.push(message, self.origin) {
            Err(Refusal::Full) if self.origin != SendOrigin::Feedback => {
                channel.enter(message, self.origin).await
            }
            pushed => pushed,
        }
    }

    /// Sends a message if there is room.
    ///
    /// # Errors
    ///
    /// If the queue is full, or the consumer no longer accepts messages. Both give the message back.
    pub fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        let mut message = DropCaught::new(message);
        self.push(message.slot()).map_err(|refusal| {
            let error = self.error(message.take(), refusal);
            match refusal {
                Refusal::Full => TrySendError::Full(error),
                Refusal::Closed => TrySendError::Closed(error),
            }
        })
    }

    /// Like [`send`](Self::send), but from a thread that may block.
    ///
    /// # Errors
    ///
    /// Like `send`.
    ///
    /// # Panics
    ///
    /// If it is called from an async task, since its thread must not block.
    pub fn blocking_send(&self, message: M) -> Result<(), SendError<M>> {
        block_on(self.send(message))
    }

    /// Sends the message that `message` makes from a [`Reply`], and awaits the answer.
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
    /// # assert!(running.shutdown().await.is_success());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`AskError`] says whether the message was refused, dropped unhandled, or handled without an answer.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the message may still be handled. Its answer is dropped.
    pub async fn ask<T: Send + 'static>(
        &self,
        message: impl FnOnce(Reply<T>) -> M,
    ) -> Result<T, AskError> {
        let place = poll_fn(|cx| Poll::Ready(self.reply_slots().slot(cx.waker()))).await;
        let answer = Answer::at(Arc::clone(&place));
        let mut message = DropCaught::new(message(Reply::to(place)));
        let answered = if self.push_now(message.slot()) {
            answer.expected().await
        } else if self.send_in_place(message.slot()).await.is_ok() {
            answer.await
        } else {
            // The answer is dropped before the message, whose reply then wakes no task.
            drop(answer);
            drop(message);
            Err(NoReply::Refused)
        };
        answered.map_err(|verdict| AskError::new(&self.path(), verdict))
    }

    /// Sends a message if there is room, and returns whether there was. Otherwise the message stays in its place, uncounted.
    #[inline]
    pub(crate) fn push_now(&self, message: &mut Option<M>) -> bool {
        let channel = match message {
            Some(message) => self.channel.of(message),
            None => return true,
        };
        channel.push_now(message, self.origin)
    }

    /// Sends messages under one lock while there is room. Returns how many were accepted. The first that was not is `left`.
    pub(crate) fn push_each(
        &self,
        messages: &mut impl Iterator<Item = M>,
        left: &mut Option<M>,
    ) -> u64 {
        if self.channel.has_lanes() {
            // Each message goes into the queue of its lane.
            *left = messages.next();
            return 0;
        }
        self.channel.push_each(messages, left, self.origin)
    }

    /// Sends a message if there is room, or if one is dropped by the overflow policy. A refused message stays in its place.
    pub(crate) fn push(&self, message: &mut Option<M>) -> Result<(), Refusal> {
        match message {
            Some(sent) => self.channel.of(sent).push(message, self.origin),
            None => Ok(()),
        }
    }

    /// How many messages wait.
    #[must_use]
    pub fn queue_size(&self) -> usize {
        self.channel.queue_size()
    }

    /// How many messages may wait. It is `usize::MAX` without a bound.
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

    /// Whether the consumer still accepts messages. If it does not, counts the message that is not sent as refused.
    pub(crate) fn admits(&self) -> bool {
        let admits = self.channel.admits(self.origin);
        if !admits {
            self.channel.refuse();
        }
        admits
    }

    fn error(&self, message: M, refusal: Refusal) -> SendError<M> {
        SendError::new(message, &self.path(), refusal)
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

/// Implemented by all that messages can be sent to: [`Sender`], [`ConsumerHandle`](crate::ConsumerHandle) and
/// [`Output`](crate::Output).
///
/// ```
/// use fluid::{MessageProducer, SendError};
///
/// async fn greet(to: &impl MessageProducer<String>) -> Result<(), SendError<String>> {
///     to.send("hello".to_owned()).await
/// }
/// ```
pub trait MessageProducer<M> {
    /// Sends a message, and waits for room.
    ///
    /// # Errors
    ///
    /// If the message is refused. The error gives it back.
    fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send;

    /// Sends a message if there is room.
    ///
    /// # Errors
    ///
    /// If there is no room, or the message is refused. The error gives it back.
    fn try_send(&self, message: M) -> Result<(), TrySendError<M>>;
}

impl<M: Send + 'static> MessageProducer<M> for Sender<M> {
    fn send(&self, message: M) -> impl Future<Output = Result<(), SendError<M>>> + Send {
        self.send(message)
    }

    fn try_send(&self, message: M) -> Result<(), TrySendError<M>> {
        self.try_send(message)
    }
}
