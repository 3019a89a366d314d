//! Where the answer to a question is awaited.

use std::any::Any;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::queue::reply::NoReply;
use crate::sync::SpinMutex;

/// So many slots are looked at for each question. Of two, one is found vacant as soon as half of them are: so there
/// never are many more than twice as many as questions were open at once, and later they become fewer again.
const LOOKS: usize = 2;

/// Where those wait who ask one consumer, so that they can be told when it is given up.
///
/// A slot where nobody waits any more is kept for the next question.
pub(crate) struct ReplySlots(SpinMutex<SlotList>);

#[derive(Default)]
struct SlotList {
    all: VecDeque<Arc<dyn AnySlot>>,
    /// What became of all questions, once the consumer was given up.
    given_up: Option<NoReply>,
}

impl ReplySlots {
    pub(crate) fn none() -> Self {
        Self(SpinMutex::new(SlotList::default()))
    }

    /// A slot for one question, to whoever is woken by `waker`.
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

    /// Tells all reply slots what became of their questions: the consumer will answer none of them.
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
    /// A slot that neither who asked nor who is to answer has any more. If there is another one, it goes.
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

/// Where one who asked and one who is to answer meet.
pub(super) struct ReplySlot<T>(SpinMutex<SlotState<T>>);

enum SlotState<T> {
    /// By whoever is woken by this.
    Awaited(Waker),
    /// The consumer was given up, and the asker was told why. An answer may come before the asker has looked; another
    /// verdict changes nothing, so that the asker gets the same one whenever it looks.
    GivenUp(NoReply),
    Answered(Result<T, NoReply>),
    /// Nobody waits any more.
    Left,
}

/// A slot, whatever the answer is.
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

    /// Answers, and lets go of the slot. Returns whether anyone still waits for it.
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
        // Whoever is woken may ask again at once, in the same slot.
        drop(self);
        waited.wake();
        true
    }

    /// Whether nobody waits any more.
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

/// The answer to one question, for whoever asked.
pub(super) struct Answer<T> {
    slot: Arc<ReplySlot<T>>,
    /// It is known at the slot how to wake who waits.
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

    /// For whoever has taken the slot within the same poll: it need not say again how it is woken.
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
