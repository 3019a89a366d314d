//! Where the answer to a question is awaited.

use std::any::Any;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use crate::lock::briefly;
use crate::queue::reply::Verdict;
use crate::sync::Brief;

/// So many places are looked at for each question. Of two, one is found vacant as soon as half of them are: so there
/// never are many more than twice as many as questions were open at once, and later they become fewer again.
const LOOKS: usize = 2;

/// Where those wait who ask one consumer, so that they can be told when it is given up.
///
/// A place where nobody waits any more is kept for the next question.
pub(crate) struct Askers(Brief<Places>);

#[derive(Default)]
struct Places {
    all: VecDeque<Arc<dyn Asked>>,
    given_up: bool,
}

impl Askers {
    pub(crate) fn none() -> Self {
        Self(Brief::new(Places::default()))
    }

    /// A place for one question, to whoever is woken by `waker`.
    pub(super) fn place<T: Send + 'static>(&self, waker: Waker) -> Arc<Place<T>> {
        let mut places = briefly(&self.0);
        if places.given_up {
            drop(places);
            waker.wake();
            return Arc::new(Place::new(State::GivenUp));
        }
        if let Some(vacant) = places.vacant::<T>() {
            drop(places);
            *briefly(&vacant.0) = State::Awaited(waker);
            return vacant;
        }
        let place = Arc::new(Place::new(State::Awaited(waker)));
        places.all.push_back(Arc::clone(&place) as Arc<dyn Asked>);
        place
    }

    /// Tells all who wait that nobody is left who must answer.
    pub(crate) fn give_up(&self) {
        let places = {
            let mut places = briefly(&self.0);
            places.given_up = true;
            std::mem::take(&mut places.all)
        };
        places.iter().for_each(|place| place.give_up());
    }
}

impl Places {
    /// A place that neither who asked nor who is to answer has any more. If there is another one, it goes.
    fn vacant<T: Send + 'static>(&mut self) -> Option<Arc<Place<T>>> {
        let mut vacant = None;
        for _ in 0..LOOKS.min(self.all.len()) {
            let place = self.all.pop_front()?;
            if Arc::strong_count(&place) > 1 {
                self.all.push_back(place);
            } else if vacant.is_none() {
                let same: Arc<dyn Any + Send + Sync> = Arc::<dyn Asked>::clone(&place);
                vacant = same.downcast().ok();
                if vacant.is_some() {
                    self.all.push_back(place);
                }
            }
        }
        vacant
    }
}

/// Where one who asked and one who is to answer meet.
pub(super) struct Place<T>(Brief<State<T>>);

enum State<T> {
    /// By whoever is woken by this.
    Awaited(Waker),
    /// The consumer was given up, and whoever asked has been told. An answer may come before that is heard.
    GivenUp,
    Answered(Result<T, Verdict>),
    /// Nobody waits any more.
    Left,
}

/// A place, whatever the answer is.
trait Asked: Any + Send + Sync {
    fn give_up(&self);
}

impl<T: Send + 'static> Asked for Place<T> {
    fn give_up(&self) {
        let waited = {
            let mut state = briefly(&self.0);
            if !matches!(*state, State::Awaited(_)) {
                return;
            }
            std::mem::replace(&mut *state, State::GivenUp)
        };
        waited.wake();
    }
}

impl<T> Place<T> {
    fn new(state: State<T>) -> Self {
        Self(Brief::new(state))
    }

    /// Answers, and lets go of the place. Returns whether anyone still waits for it.
    pub(super) fn answer(self: Arc<Self>, answer: Result<T, Verdict>) -> bool {
        let waited = {
            let mut state = briefly(&self.0);
            if matches!(*state, State::Left) {
                drop(state);
                return false;
            }
            std::mem::replace(&mut *state, State::Answered(answer))
        };
        // Whoever is woken may ask again at once, in the same place.
        drop(self);
        waited.wake();
        true
    }

    /// Whether nobody waits any more.
    pub(super) fn is_left(&self) -> bool {
        matches!(*briefly(&self.0), State::Left)
    }

    fn leave(&self) {
        let left = std::mem::replace(&mut *briefly(&self.0), State::Left);
        drop(left);
    }
}

impl<T> State<T> {
    fn wake(self) {
        if let Self::Awaited(waker) = self {
            waker.wake();
        }
    }
}

/// The answer to one question, for whoever asked.
pub(super) struct Answer<T> {
    place: Arc<Place<T>>,
    /// It is known at the place how to wake who waits.
    expected: bool,
    left: bool,
}

impl<T> Answer<T> {
    pub(super) const fn at(place: Arc<Place<T>>) -> Self {
        Self {
            place,
            expected: false,
            left: false,
        }
    }

    /// For whoever has taken the place within the same poll: it need not say again how it is woken.
    pub(super) const fn expected(mut self) -> Self {
        self.expected = true;
        self
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Verdict>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if std::mem::take(&mut self.expected) {
            return Poll::Pending;
        }
        let state = {
            let mut state = briefly(&self.place.0);
            if let State::Awaited(waker) = &mut *state {
                waker.clone_from(cx.waker());
                return Poll::Pending;
            }
            std::mem::replace(&mut *state, State::Left)
        };
        self.left = true;
        Poll::Ready(match state {
            State::Answered(answer) => answer,
            // The consumer is stuck, and holds the message for who knows how long.
            State::GivenUp | State::Awaited(_) | State::Left => Err(Verdict::Unanswered),
        })
    }
}

impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        if !self.left {
            self.place.leave();
        }
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
#[cfg(test)]
mod tests;
