//! Calls that may take no longer than a time.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::unconstrained;
use tokio::time::{Sleep, sleep};

use crate::error::{Error, TimedOut};

/// Drives a call, and fails when it has waited for so long.
pub(crate) const fn timed<F>(limit: Duration, call: F) -> Timed<F> {
    Timed {
        limit,
        call,
        timer: None,
    }
}

pin_project! {
    /// See [`timed`]. The timer is set when the call has to wait for the first time: one that is ready at once costs no
    /// timer, and no look at the clock.
    pub(crate) struct Timed<F> {
        limit: Duration,
        #[pin]
        call: F,
        #[pin]
        timer: Option<Sleep>,
    }
}

impl<T, F: Future<Output = Result<T, Error>>> Future for Timed<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Poll::Ready(result) = this.call.poll(cx) {
            return Poll::Ready(result);
        }
        let limit = *this.limit;
        if this.timer.is_none() {
            this.timer.set(Some(sleep(limit)));
        }
        // Seen also by a call that always uses up what tokio lets it do in one go.
        let timer = this
            .timer
            .as_pin_mut()
            .map(|timer| pin!(unconstrained(timer)).poll(cx));
        match timer {
            Some(Poll::Ready(())) => Poll::Ready(Err(TimedOut::new(limit).into())),
            _ => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};

    use tokio::task::coop::consume_budget;
    use tokio::time::Instant;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    #[test]
    fn a_call_that_is_ready_at_once_sets_no_timer() {
        // There is no runtime here, so a timer would panic.
        let call = pin!(timed(LIMIT, ready(Ok(7))));
        let polled = call.poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(7))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_waits_is_cut_off_when_its_time_is_over() {
        let began = Instant::now();
        let result = timed(LIMIT, pending::<Result<(), Error>>()).await;
        assert!(result.unwrap_err().downcast_ref::<TimedOut>().is_some());
        assert_eq!(began.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_woken_repeatedly_gets_no_more_time() {
        let began = Instant::now();
        let call = async {
            loop {
                sleep(Duration::from_secs(3)).await;
            }
        };
        let result: Result<(), Error> = timed(LIMIT, call).await;
        assert!(result.is_err());
        assert_eq!(began.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_uses_up_its_coop_budget_is_cut_off() {
        let call = poll_fn(|cx| {
            while pin!(consume_budget()).poll(cx).is_ready() {}
            Poll::<Result<(), Error>>::Pending
        });
        let ends = async { timed(Duration::ZERO, call).await };
        assert!(ends.await.is_err());
    }
}
