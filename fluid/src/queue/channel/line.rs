//! Senders that wait for room, first come, first served.
//!
//! Room is *granted* to the senders at the front of the line, to each an equal share: it counts as taken until that
//! sender pushes its message, is refused or is dropped. So no other sender takes it, neither a new one nor one that was
//! woken for nothing. A sender mostly has more to send; what it leaves of its share is free again. Without shares, the
//! first sender that runs would fill all the room, and each of the others could push one message.
//!
//! Invariant: while senders wait, one without a grant finds no room in what is known under the lock, except for what
//! another has left of its share, or what is more than may be granted to all that wait. Whatever makes room under the
//! lock grants it before it releases the lock. Where a share was left, a message was pushed, so the consumer comes to
//! the lock again, and grants what is left.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::{Channel, Inner, PORTION, Woken};
use crate::dropping::drop_caught;
use crate::queue::sender::SendOrigin;
use crate::sync::atomic::Ordering;
use crate::sync::lock::lock;

/// The senders that wait, in the order in which they came.
pub(super) struct Line {
    waiters: VecDeque<Waiter>,
    /// The place of the sender to which room is granted next.
    turn: usize,
    next_ticket: u64,
    /// Memory for those that are woken, so that to wake them allocates nothing.
    spare: Vec<Waker>,
}

struct Waiter {
    /// Each one is greater than that of the waiter before it.
    ticket: u64,
    /// Until room is granted.
    waker: Option<Waker>,
    /// How much room is granted.
    room: usize,
}

impl Line {
    pub(super) const fn new() -> Self {
        Self {
            waiters: VecDeque::new(),
            turn: 0,
            next_ticket: 0,
            spare: Vec::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiters.is_empty()
    }

    /// How all senders are woken to which no room was granted. They keep their places.
    pub(super) fn wakers(&self) -> Vec<Waker> {
        let wakers = self
            .waiters
            .iter()
            .filter_map(|waiter| waiter.waker.clone());
        wakers.collect()
    }

    fn find(&self, ticket: u64) -> Option<usize> {
        let found = self
            .waiters
            .binary_search_by_key(&ticket, |waiter| waiter.ticket);
        found.ok()
    }

    /// Whether a sender still waits for a grant, of which it is told by `waker`.
    fn waits(&mut self, ticket: u64, waker: &Waker) -> bool {
        let place = self.find(ticket);
        let known = place.and_then(|place| self.waiters[place].waker.as_mut());
        known.map(|known| known.clone_from(waker)).is_some()
    }

    fn join(&mut self, waker: &Waker) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.waiters.push_back(Waiter {
            ticket,
            waker: Some(waker.clone()),
            room: 0,
        });
        ticket
    }

    fn remove(&mut self, place: usize) -> Option<Waiter> {
        self.turn -= usize::from(place < self.turn);
        self.waiters.remove(place)
    }

    /// Grants room to all senders in turn, but to none more than `most`. Returns how much was granted, and how to wake
    /// the senders.
    fn grant(&mut self, mut room: usize, most: usize) -> (usize, Vec<Waker>) {
        let before = room;
        let mut wakers = std::mem::take(&mut self.spare);
        let share = room.div_ceil(self.waiters.len());
        for _ in 0..self.waiters.len() {
            if room == 0 {
                break;
            }
            if self.turn == self.waiters.len() {
                self.turn = 0;
            }
            let waiter = &mut self.waiters[self.turn];
            let more = share.min(room).min(most - waiter.room);
            waiter.room += more;
            room -= more;
            wakers.extend(waiter.waker.take());
            self.turn += 1;
        }
        (before - room, wakers)
    }
}

impl<M> Channel<M> {
    /// Sends a message, and waits for room.
    pub(crate) const fn enter(&self, message: M, origin: SendOrigin) -> Entering<'_, M> {
        Entering {
            channel: self,
            origin,
            message: Some(message),
            ticket: None,
        }
    }

    /// Grants the room that there is to the senders that wait. Those are to be [woken](Self::wake_senders).
    pub(super) fn grant_room(&self, inner: &mut Inner<M>) -> Option<Vec<Waker>> {
        if inner.line.is_empty() {
            return None;
        }
        self.grant(inner)
    }

    #[cold]
    fn grant(&self, inner: &mut Inner<M>) -> Option<Vec<Waker>> {
        inner.fetched = self.fetched(inner);
        let room = self.capacity.saturating_sub(inner.taken());
        if room == 0 {
            return None;
        }
        // Should a sender not be polled, most of the room is left to the others.
        let most = (self.capacity / 4).clamp(1, PORTION);
        let (granted, wakers) = inner.line.grant(room, most);
        inner.given += granted;
        self.tell_crowded(inner);
        Some(wakers)
    }

    /// Wakes the senders to which room was granted.
    pub(super) fn wake_senders(&self, granted: Option<Vec<Waker>>) {
        if let Some(mut wakers) = granted {
            wakers.drain(..).for_each(Waker::wake);
            lock(&self.inner).line.spare = wakers;
        }
    }

    fn tell_crowded(&self, inner: &Inner<M>) {
        let crowded = !inner.line.is_empty();
        self.crowded.store(crowded, Ordering::Relaxed);
    }

    /// Takes a sender out of the line. Returns how much room was granted to it, which is free again.
    fn step_out(&self, inner: &mut Inner<M>, ticket: u64) -> usize {
        let place = inner.line.find(ticket);
        let waiter = place.and_then(|place| inner.line.remove(place));
        let room = waiter.map_or(0, |waiter| waiter.room);
        inner.given -= room;
        self.tell_crowded(inner);
        room
    }

    /// Takes the message as soon as there is room, and returns whether it was accepted. Until then, the sender waits in
    /// the line.
    fn poll_enter(
        &self,
        message: &mut Option<M>,
        origin: SendOrigin,
        ticket: &mut Option<u64>,
        waker: &Waker,
    ) -> Poll<bool> {
        let (accepted, consumer_ends, senders) = {
            let mut inner = lock(&self.inner);
            let admits = inner.gate.admits(origin);
            if admits
                && !inner.is_boundless(origin)
                && ticket.is_some_and(|ticket| inner.line.waits(ticket, waker))
            {
                return Poll::Pending;
            }
            let granted = ticket
                .take()
                .map_or(0, |ticket| self.step_out(&mut inner, ticket));
            if !admits {
                inner.counts.refused += 1;
                (false, Woken::Some(0), self.grant_room(&mut inner))
            } else if granted > 0 || self.has_room(&mut inner, origin) {
                inner.waiting.extend(message.take());
                inner.counts.accepted += 1;
                (true, self.wakes(&mut inner, 1), None)
            } else {
                *ticket = Some(inner.line.join(waker));
                self.tell_crowded(&inner);
                return Poll::Pending;
            }
        };
        self.wake(consumer_ends);
        self.wake_senders(senders);
        Poll::Ready(accepted)
    }
}

/// A message that waits for room. Its output is the message if it was refused.
pub(crate) struct Entering<'a, M> {
    channel: &'a Channel<M>,
    origin: SendOrigin,
    message: Option<M>,
    /// The sender has waited, and was not served yet.
    ticket: Option<u64>,
}

impl<M> Unpin for Entering<'_, M> {}

impl<M> Future for Entering<'_, M> {
    type Output = Result<(), M>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Self {
            channel,
            origin,
            message,
            ticket,
        } = &mut *self;
        let accepted = channel.poll_enter(message, *origin, ticket, cx.waker());
        accepted.map(|_| message.take().map_or(Ok(()), Err))
    }
}

impl<M> Drop for Entering<'_, M> {
    fn drop(&mut self) {
        drop_caught(self.message.take());
        let Some(ticket) = self.ticket.take() else {
            return;
        };
        let next = {
            let mut inner = lock(&self.channel.inner);
            self.channel.step_out(&mut inner, ticket);
            self.channel.grant_room(&mut inner)
        };
        self.channel.wake_senders(next);
    }
}
