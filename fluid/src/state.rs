//! The states of a worker's life.

use std::fmt;
use std::time::SystemTime;

use crate::sync::lock::lock;
use crate::sync::signal::wait_for;
use crate::sync::{Mutex, Notify};

/// Where a worker or a group is in its life.
///
/// ```text
///       startup()             gracefully_stop(), or the work is done
/// Init ───────────▶ Running ─────────────────────▶ Stopping ─────▶ Stopped
///                    ▲   │ error, panic                 │ grace is over
///                    │   ▼ (a restart answers it)       └────────▶ ForceStopped
///                  Restarting
/// ```
///
/// But for a restart, it only ever moves to the right, so `state >= State::Stopping` reads as it
/// sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum State {
    /// Made, not started. Messages may be sent already.
    Init,
    /// Started: `on_startup` is done.
    Running,
    /// Failed, or restarted along with another that has, and on the way to its next life.
    Restarting,
    /// Asked to stop, or done, and finishing what it has.
    Stopping,
    /// Ended by itself, or after an error that no policy answered.
    Stopped,
    /// Ended by force: its grace period was over.
    ForceStopped,
}

impl State {
    /// Whether this is one of the two last states.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Stopped | Self::ForceStopped)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Init => "init",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::ForceStopped => "force-stopped",
        })
    }
}

/// A state that can be awaited.
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

    /// Since when the state is what it is.
    pub(crate) fn since(&self) -> SystemTime {
        lock(&self.current).1
    }

    /// Moves to `next`, unless that would be a step back. Returns the state before, if it moved.
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

    /// Moves to the final state `last` together with what `publish` makes known: whoever sees the one
    /// sees the other. Returns whether `publish` did.
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

    /// Resolves with the first state seen that is `wanted` or past it. Cancel safe.
    pub(crate) async fn reached(&self, wanted: State) -> State {
        self.until(|| Some(self.get()).filter(|&state| state >= wanted))
            .await
    }

    /// Resolves with a value that is there from some change of the state on. Cancel safe.
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
    fn a_state_moves_back_only_for_a_restart() {
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
