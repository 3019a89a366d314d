//! Letting other tasks have their turn.

use std::future::poll_fn;
use std::task::Poll;

/// So many turns may go by before those have one whom tokio has put off until nothing else can run.
const PATIENCE: u8 = 16;

/// The turns of one task.
#[derive(Debug, Default)]
pub(crate) struct Turns(u8);

/// To whom a task that has had its turn yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum To {
    /// The tasks that can run.
    Ready,
    /// These, and those who have used up their turn: tokio puts them off until nothing else can run, and that is never
    /// while somebody yields to the others alone. It also looks for input then, which costs more than a turn's messages.
    All,
}

impl Turns {
    /// One more is over.
    pub(crate) const fn end(&mut self) -> To {
        self.0 += 1;
        if self.0 < PATIENCE {
            return To::Ready;
        }
        self.0 = 0;
        To::All
    }
}

/// Lets others have their turn first.
pub(crate) async fn yield_to(others: To) {
    match others {
        To::Ready => yield_now().await,
        To::All => tokio::task::yield_now().await,
    }
}

/// Lets all others have their turn first, whoever they are.
pub(crate) async fn yield_to_all() {
    // Of those that are put off, tokio wakes the last one first: that is the task here.
    tokio::task::yield_now().await;
    yield_now().await;
}

async fn yield_now() {
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
    async fn tasks_that_were_put_off_run_within_a_bounded_number_of_turns() {
        let seen = Rc::new(Cell::new(false));
        let (busy, other) = (Rc::clone(&seen), Rc::clone(&seen));
        let put_off = async move {
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
                spawn_local(put_off);
                spawn_local(turns).await.unwrap()
            })
            .await;
        assert!(taken <= u32::from(PATIENCE) + 1, "{taken}");
    }
}
