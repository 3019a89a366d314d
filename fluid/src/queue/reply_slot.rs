//! The slots in which `ask` awaits answers.

use std::any::Any;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::queue::reply::NoReply;
use crate::sync::SpinMutex;

/// The number of slots that a question checks for a vacant one. With two, at most about half of the slots are vacant:
/// there are never many more than twice as many slots as open questions, and later their number shrinks.
const LOOKS: usize = 2;

/// The slots of all questions to one consumer. When the consumer is given up, each slot gets that verdict.
///
/// A vacant slot is kept for the next question.
pub(crate) struct ReplySlots(SpinMutex<SlotList>);

#[derive(Default)]
struct SlotList {
    all: VecDeque<Arc<dyn AnySlot>>,
    /// The verdict on all questions, once the consumer was given up.
    given_up: Option<NoReply>,
}

impl ReplySlots {
    pub(crate) fn none() -> Self {
        Self(SpinMutex::new(SlotList::default()))
    }

    /// Returns a slot for one question. `waker` wakes the task that asks.
    pub(super) fn slot<T: Send + 'static>(&self, waker: &Waker) -> Arc<ReplySlot<T>> {
        let mut slots = self.0.lock();
        if let Some(verdict) = slots.given_up {
            drop(slots);
            waker.wake_by_ref();
            return Arc::new(ReplySlot::new(SlotState::GivenUp(verdict)));
        }
        if let Some(vacant) = slots.vacant::<T>() {
            drop(slots);
            *vacant.0.lock() = SlotState::Awaited(waker.clone());
            return vacant;
        }
        let slot = Arc::new(ReplySlot::new(SlotState::Awaited(waker.clone())));
        slots.all.push_back(Arc::clone(&slot) as Arc<dyn AnySlot>);
        slot
    }

    /// Gives all slots their verdict, because the consumer will answer no question.
    pub(crate) fn give_up(&self, verdict: NoReply) {
        let slots = {
            let mut slots = self.0.lock();
            slots.given_up = Some(verdict);
            std::mem::take(&mut slots.all)
        };
        slots.iter().for_each(|slot| slot.give_up(verdict));
    }
}

impl SlotList {
    /// Returns a slot that neither an [`Answer`] nor a [`Reply`](super::Reply) refers to. A second one is removed.
    fn vacant<T: Send + 'static>(&mut self) -> Option<Arc<ReplySlot<T>>> {
        let mut vacant = None;
        for _ in 0..LOOKS.min(self.all.len()) {
            let slot = self.all.pop_front()?;
            if Arc::strong_count(&slot) > 1 {
                self.all.push_back(slot);
            } else if vacant.is_none() {
                let same: Arc<dyn Any + Send + Sync> = Arc::<dyn AnySlot>::clone(&slot);
                vacant = same.downcast().ok();
                if vacant.is_some() {
                    self.all.push_back(slot);
                }
            }
        }
        vacant
    }
}

/// The slot of one question, shared by its [`Answer`] and its [`Reply`](super::Reply).
pub(super) struct ReplySlot<T>(SpinMutex<SlotState<T>>);

enum SlotState<T> {
    /// The task that asks waits.
    Awaited(Waker),
    /// The consumer was given up, and the task that asks was woken. An answer that arrives before the task is polled
    /// replaces this. Another verdict does not, so that the result does not depend on when the task is polled.
    GivenUp(NoReply),
    Answered(Result<T, NoReply>),
    /// The answer was taken, or the task no longer waits.
    Left,
}

/// A slot whatever the type of its answer.
trait AnySlot: Any + Send + Sync {
    fn give_up(&self, verdict: NoReply);
}

impl<T: Send + 'static> AnySlot for ReplySlot<T> {
    fn give_up(&self, verdict: NoReply) {
        let waited = {
            let mut state = self.0.lock();
            if !matches!(*state, SlotState::Awaited(_)) {
                return;
            }
            std::mem::replace(&mut *state, SlotState::GivenUp(verdict))
        };
        waited.wake();
    }
}

impl<T> ReplySlot<T> {
    fn new(state: SlotState<T>) -> Self {
        Self(SpinMutex::new(state))
    }

    /// Stores the answer and drops this reference to the slot. Returns whether the answer is still awaited.
    pub(super) fn answer(self: Arc<Self>, answer: Result<T, NoReply>) -> bool {
        let waited = {
            let mut state = self.0.lock();
            if matches!(*state, SlotState::Left) {
                drop(state);
                return false;
            }
            if matches!(*state, SlotState::GivenUp(_)) && answer.is_err() {
                return true;
            }
            std::mem::replace(&mut *state, SlotState::Answered(answer))
        };
        // Dropped first, so that the woken task may ask again in the same slot.
        drop(self);
        waited.wake();
        true
    }

    /// Whether no answer is awaited any more.
    pub(super) fn is_left(&self) -> bool {
        matches!(*self.0.lock(), SlotState::Left)
    }

    fn leave(&self) {
        let left = std::mem::replace(&mut *self.0.lock(), SlotState::Left);
        drop(left);
    }
}

impl<T> SlotState<T> {
    fn wake(self) {
        if let Self::Awaited(waker) = self {
            waker.wake();
        }
    }
}

/// The future of the answer to one question.
pub(super) struct Answer<T> {
    slot: Arc<ReplySlot<T>>,
    /// The slot already has the waker of the task.
    expected: bool,
    left: bool,
}

impl<T> Answer<T> {
    pub(super) const fn at(slot: Arc<ReplySlot<T>>) -> Self {
        Self {
            slot,
            expected: false,
            left: false,
        }
    }

    /// The slot was taken within the same poll, so the first poll need not register the waker again.
    pub(super) const fn expected(mut self) -> Self {
        self.expected = true;
        self
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, NoReply>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if std::mem::take(&mut self.expected) {
            return Poll::Pending;
        }
        let state = {
            let mut state = self.slot.0.lock();
            if let SlotState::Awaited(waker) = &mut *state {
                waker.clone_from(cx.waker());
                return Poll::Pending;
            }
            std::mem::replace(&mut *state, SlotState::Left)
        };
        self.left = true;
        Poll::Ready(match state {
            SlotState::Answered(answer) => answer,
            SlotState::GivenUp(verdict) => Err(verdict),
            SlotState::Awaited(_) | SlotState::Left => Err(NoReply::Unanswered),
        })
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if !self.left {
            self.slot.leave();
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
#[cfg(test)]
mod tests;
