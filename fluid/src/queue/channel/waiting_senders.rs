//! Senders that wait for room, served in the order in which they came.
//!
//! `Channel::room` wakes the waiting senders in order, and [`WaitingSenders`] counts them. When there is room, the senders at the
//! front are woken, and the room is granted to them in equal shares. Granted room counts as occupied, so no other
//! sender takes it. A woken sender returns its share under the same lock under which it adds its message. It usually
//! has more to send, and then uses the rest of the share.
//!
//! Without shares, the first sender to run would fill all the room and be the first in line again.
//!
//! Invariant: while senders wait, every change that makes room ends with a grant or with a message in the queue. After
//! a message, the consumer takes the lock again before it waits, and grants what is free.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use super::{Channel, Inner, MAX_FETCH, Refusal};
use crate::queue::sender::SendOrigin;
use crate::sync::Notified;
use crate::sync::atomic::Ordering;
use crate::sync::lock::lock;

/// How many senders wait, and the room that was granted to them.
#[derive(Default)]
pub(super) struct WaitingSenders {
    /// Senders that have not been woken.
    waiting: usize,
    /// Senders that were woken and have not taken the lock since.
    woken: usize,
    /// The room granted to the woken senders together.
    pub(super) granted: usize,
}

impl WaitingSenders {
    pub(super) const fn is_empty(&self) -> bool {
        self.waiting == 0 && self.woken == 0
    }

    /// Grants room to the senders at the front, at most `share` to each. Returns how many of them are to be woken.
    fn grant(&mut self, room: usize, share: usize) -> usize {
        let wakes = self.waiting.min(room);
        self.waiting -= wakes;
        self.woken += wakes;
        let most = (self.woken * share).saturating_sub(self.granted);
        self.granted += room.min(most);
        wakes
    }

    /// A sender that was counted has taken the lock, and returns its share. If it was woken without a grant while
    /// others had one, it returns the share of one of them, which will then wait again.
    fn leave(&mut self) {
        if self.woken == 0 {
            self.waiting -= 1;
        } else {
            self.granted -= self.granted.div_ceil(self.woken);
            self.woken -= 1;
        }
    }

    /// All senders are about to be woken, without a grant.
    pub(super) fn wake_all(&mut self) {
        self.woken += std::mem::take(&mut self.waiting);
    }
}

impl<M> Channel<M> {
    /// Sends a message, and waits for room. If the queue is closed, the message stays in its place.
    pub(crate) const fn enter<'a>(
        &'a self,
        message: &'a mut Option<M>,
        origin: SendOrigin,
    ) -> Enter<'a, M> {
        Enter {
            sender: Waiter {
                channel: self,
                origin,
                in_line: false,
            },
            message,
            woken: None,
        }
    }

    /// Grants what is free to the senders that wait. Returns how many of them are to be [woken](Self::wake_senders).
    pub(super) fn grant_room(&self, inner: &mut Inner<M>) -> usize {
        if inner.waiting_senders.is_empty() {
            return 0;
        }
        inner.taken = self.taken();
        let room = self.capacity.saturating_sub(inner.occupied());
        // A sender that is not polled leaves most of the room to the others.
        let wakes = inner
            .waiting_senders
            .grant(room, (self.capacity / 4).clamp(1, MAX_FETCH));
        self.note_senders(inner);
        wakes
    }

    pub(super) fn wake_senders(&self, senders: usize) {
        (0..senders).for_each(|_| self.room.notify_one());
    }

    fn note_senders(&self, inner: &Inner<M>) {
        self.senders_wait
            .store(!inner.waiting_senders.is_empty(), Ordering::Relaxed);
    }
}

pin_project! {
    /// See [`Channel::enter`]. If it is dropped, it leaves its place and its share to the next sender.
    ///
    /// The message stays where its sender keeps it, so a waiting sender stores it once.
    pub(crate) struct Enter<'a, M> {
        sender: Waiter<'a, M>,
        message: &'a mut Option<M>,
        #[pin]
        woken: Option<Notified<'a>>,
    }
}

impl<M> Future for Enter<'_, M> {
    type Output = Result<(), Refusal>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let joins = match this.woken.as_mut().as_pin_mut() {
                Some(woken) => {
                    ready!(woken.poll(cx));
                    this.woken.set(None);
                    false
                }
                None => {
                    this.woken.set(Some(this.sender.channel.room.notified()));
                    // A sender that is counted is woken only if it was enabled before.
                    if let Some(woken) = this.woken.as_mut().as_pin_mut() {
                        woken.enable();
                    }
                    true
                }
            };
            match this.sender.push(this.message, joins) {
                Err(Refusal::Full) => {}
                pushed => return Poll::Ready(pushed),
            }
        }
    }
}

/// A sender in [`Channel::enter`].
struct Waiter<'a, M> {
    channel: &'a Channel<M>,
    origin: SendOrigin,
    /// Whether the line counts it.
    in_line: bool,
}

impl<M> Waiter<'_, M> {
    /// Sends a message. Without room, the sender joins the line if `joins` is set.
    fn push(&mut self, message: &mut Option<M>, joins: bool) -> Result<(), Refusal> {
        let (channel, origin) = (self.channel, self.origin);
        let wake = {
            let mut inner = lock(&channel.inner);
            if inner.gate.admits(origin) && std::mem::take(&mut self.in_line) {
                inner.waiting_senders.leave();
            }
            match channel.accept(&mut inner, message, origin) {
                Ok(wake) => wake,
                Err(Refusal::Closed) => {
                    inner.counts.refused += 1;
                    return Err(Refusal::Closed);
                }
                Err(Refusal::Full) => {
                    inner.waiting_senders.waiting += usize::from(joins);
                    self.in_line = joins;
                    channel.note_senders(&inner);
                    return Err(Refusal::Full);
                }
            }
        };
        channel.wake(wake);
        Ok(())
    }
}

impl<M> Drop for Waiter<'_, M> {
    fn drop(&mut self) {
        if self.in_line {
            let channel = self.channel;
            let next = {
                let mut inner = lock(&channel.inner);
                inner.waiting_senders.leave();
                channel.grant_room(&mut inner)
            };
            channel.wake_senders(next);
        }
    }
}
