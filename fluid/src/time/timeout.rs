//! Calls with a time limit.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop::unconstrained;
use tokio::time::{Sleep, sleep};

use crate::error::{Error, TimedOut};

/// Awaits a call, and fails with [`TimedOut`] if it takes longer than `limit`, if there is one.
pub(crate) const fn timed<F>(limit: Option<Duration>, call: F) -> Timed<F> {
    Timed {
        limit,
        call,
        timer: None,
    }
}

pin_project! {
    /// The future of [`timed`]. The timer is created when the call is pending for the first time. A call that is
    /// ready immediately costs no timer and no read of the clock.
    pub(crate) struct Timed<F> {
        limit: Option<Duration>,
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
        let Some(limit) = *this.limit else {
            return Poll::Pending;
        };
        if this.timer.is_none() {
            this.timer.set(Some(sleep(limit)));
        }
        // Unconstrained, so that a call that uses up its coop budget at each poll times out too.
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
        let call = pin!(timed(Some(LIMIT), ready(Ok(7))));
        let polled = call.poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert!(matches!(polled, Poll::Ready(Ok(7))));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pending_call_fails_at_its_limit() {
        let began = Instant::now();
        let result = timed(Some(LIMIT), pending::<Result<(), Error>>()).await;
        assert!(result.unwrap_err().downcast_ref::<TimedOut>().is_some());
        assert_eq!(began.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn wakes_do_not_extend_the_limit() {
        let began = Instant::now();
        let call = async {
            loop {
                sleep(Duration::from_secs(3)).await;
            }
        };
        let result: Result<(), Error> = timed(Some(LIMIT), call).await;
        assert!(result.is_err());
        assert_eq!(began.elapsed(), LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_uses_up_its_coop_budget_fails_at_its_limit() {
        let call = poll_fn(|cx| {
            while pin!(consume_budget()).poll(cx).is_ready() {}
            Poll::<Result<(), Error>>::Pending
        });
        let ends = async { timed(Some(Duration::ZERO), call).await };
        assert!(ends.await.is_err());
    }
}
