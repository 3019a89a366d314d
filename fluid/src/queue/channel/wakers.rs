//! The lanes that wait for a message.
//!
//! Each lane has a place for the waker of its task. A message takes one waker out and wakes it. A lane that fetched
//! and left messages behind wakes the next one, so several messages wake several lanes.

use std::task::Waker;

use super::{Channel, Inner};
use crate::sync::atomic::Ordering;
use crate::sync::lock::lock;

/// A place for each lane, with a waker while the lane waits.
pub(super) struct Wakers {
    lanes: Box<[Option<Waker>]>,
    /// How many wakers there are.
    pub(super) waiting: usize,
}

impl Wakers {
    pub(super) fn new(lanes: usize) -> Self {
        Self {
            lanes: (0..lanes).map(|_| None).collect(),
            waiting: 0,
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.waiting == 0
    }
}

impl<M> Channel<M> {
    /// Registers the waker of a lane that is about to wait for a message.
    pub(super) fn register(&self, inner: &mut Inner<M>, lane: usize, waker: &Waker) {
        let place = &mut inner.wakers.lanes[lane];
        inner.wakers.waiting += usize::from(place.is_none());
        set(place, waker);
        self.consumer_waits.store(true, Ordering::Relaxed);
    }

    /// Takes the waker of a lane that waits.
    #[inline]
    pub(super) fn take_waker(&self, inner: &mut Inner<M>) -> Option<Waker> {
        if inner.wakers.is_empty() {
            return None;
        }
        inner.wakers.waiting -= 1;
        self.consumer_waits
            .store(!inner.wakers.is_empty(), Ordering::Relaxed);
        inner.wakers.lanes.iter_mut().find_map(Option::take)
    }

    pub(super) fn take_all_wakers(&self, inner: &mut Inner<M>) -> Vec<Waker> {
        std::iter::from_fn(|| self.take_waker(inner)).collect()
    }

    /// Wakes all lanes that wait: perhaps no message will come any more.
    pub(super) fn wake_consumer(&self) {
        let wakers = self.take_all_wakers(&mut lock(&self.inner));
        wakers.into_iter().for_each(Waker::wake);
    }

    /// A lane no longer waits. If it was woken for a message, another lane is woken instead.
    pub(super) fn stop_waiting(&self, lane: usize) {
        let (own, other) = {
            let mut inner = lock(&self.inner);
            let own = inner.wakers.lanes[lane].take();
            let other = if own.is_some() {
                inner.wakers.waiting -= 1;
                let waits = !inner.wakers.is_empty();
                self.consumer_waits.store(waits, Ordering::Relaxed);
                None
            } else if inner.waiting.is_empty() {
                None
            } else {
                self.take_waker(&mut inner)
            };
            (own, other)
        };
        drop(own);
        other.into_iter().for_each(Waker::wake);
    }

    /// Whether a lane waits for a message, as far as that is known without the lock.
    pub(super) fn consumer_waits(&self) -> bool {
        self.consumer_waits.load(Ordering::Relaxed)
    }
}

/// Stores a waker. It is cloned only if another one is stored.
pub(super) fn set(place: &mut Option<Waker>, waker: &Waker) {
    match place {
        Some(stored) => stored.clone_from(waker),
        None => *place = Some(waker.clone()),
    }
}
