//! The state of a member, which can be awaited.

use std::time::SystemTime;

use crate::state::State;
use crate::sync::flag::wait_for;
use crate::sync::lock::lock;
use crate::sync::{Mutex, Notify};

/// The current state, with the time of its last change.
#[derive(Debug)]
pub(crate) struct StateCell {
    current: Mutex<(State, SystemTime)>,
    changes: Notify,
}

impl StateCell {
    pub(crate) fn new() -> Self {
        Self {
            current: Mutex::new((State::Init, SystemTime::now())),
            changes: Notify::new(),
        }
    }

    pub(crate) fn get(&self) -> State {
        lock(&self.current).0
    }

    /// The time of the last change of state.
    pub(crate) fn since(&self) -> SystemTime {
        lock(&self.current).1
    }

    /// Moves to `next`, unless that is a step back. Returns the previous state if it moved.
    pub(crate) fn advance(&self, next: State) -> Option<State> {
        let previous = {
            let mut current = lock(&self.current);
            let restarted = current.0 == State::Restarting && next == State::Running;
            if current.0 >= next && !restarted || current.0.is_final() {
                return None;
            }
            std::mem::replace(&mut *current, (next, SystemTime::now())).0
        };
        self.changes.notify_waiters();
        Some(previous)
    }

    /// Runs `publish` and, if it returns `true`, moves to the final state `last`. Both happen under the lock, so
    /// that a thread that sees the state also sees what was published. Returns what `publish` returned.
    pub(crate) fn end(&self, last: State, publish: impl FnOnce() -> bool) -> bool {
        let published = {
            let mut current = lock(&self.current);
            let published = publish();
            if published {
                *current = (last, SystemTime::now());
            }
            published
        };
        self.changes.notify_waiters();
        published
    }

    /// Resolves with the first observed state that is at or past `wanted`. Cancel safe.
    pub(crate) async fn reached(&self, wanted: State) -> State {
        self.until(|| Some(self.get()).filter(|&state| state >= wanted))
            .await
    }

    /// Waits until `value` returns `Some`, and calls it again after each change of state. Cancel safe.
    pub(crate) async fn until<T>(&self, value: impl Fn() -> Option<T>) -> T {
        wait_for(&self.changes, value).await
    }
}

#[cfg(all(test, fluid_loom))]
mod loom_tests;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_moves_back_only_in_a_restart() {
        let states = [
            State::Init,
            State::Running,
            State::Restarting,
            State::Stopping,
            State::Stopped,
            State::ForceStopped,
        ];
        for from in states {
            for to in states {
                let cell = StateCell::new();
                cell.advance(from);
                let moved = cell.advance(to).is_some();
                let restart = (from, to) == (State::Restarting, State::Running);
                assert_eq!(
                    moved,
                    (to > from && !from.is_final()) || restart,
                    "{from} to {to}"
                );
            }
        }
    }
}
