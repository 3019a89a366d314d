//! Yielding to other tasks.

use std::future::poll_fn;
use std::task::Poll;

/// After this many yields to ready tasks, a task also yields to the deferred ones. Tokio defers a task that called
/// `tokio::task::yield_now` until no other task is ready.
const PATIENCE: u8 = 16;

/// Counts the yields of one task.
#[derive(Debug, Default)]
pub(crate) struct Turns(u8);

/// The tasks to which a task yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// The tasks that are ready.
    Ready,
    /// The ready tasks, and those that tokio has deferred. Tokio runs deferred tasks only when no task is ready,
    /// which never happens while a task yields only to ready tasks. Tokio then also polls I/O, which costs more
    /// than the messages between two yields.
    All,
}

impl Turns {
    /// Counts a yield. Returns the tasks to which this one must yield.
    pub(crate) const fn end(&mut self) -> To {
        self.0 += 1;
        if self.0 < PATIENCE {
            return To::Ready;
        }
        self.0 = 0;
        To::All
    }
}

/// Yields to other tasks.
pub(crate) async fn yield_to(others: To) {
    if others == To::All {
        // Tokio wakes deferred tasks in reverse order, so this task runs before the others. The yield below lets them
        // run.
        tokio::task::yield_now().await;
    }
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use tokio::task::{LocalSet, spawn_local};

    use super::*;

    #[tokio::test]
    async fn a_deferred_task_runs_within_the_patience() {
        let seen = Rc::new(Cell::new(false));
        let (busy, other) = (Rc::clone(&seen), Rc::clone(&seen));
        let deferred = async move {
            tokio::task::yield_now().await;
            other.set(true);
        };
        let turns = async move {
            let (mut turns, mut taken) = (Turns::default(), 0);
            while !busy.get() {
                yield_to(turns.end()).await;
                taken += 1;
            }
            taken
        };
        let both = LocalSet::new();
        let taken = both
            .run_until(async {
                spawn_local(deferred);
                spawn_local(turns).await.unwrap()
            })
            .await;
        assert!(taken <= u32::from(PATIENCE) + 1, "{taken}");
    }
}
