use std::future::{pending, ready};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{advance, sleep};

use super::*;
use crate::time::stall::StallEvent;

const LIMIT: Duration = Duration::from_secs(10);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn monitor() -> Arc<StallMonitor> {
    Arc::new(StallMonitor::new(LIMIT))
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(std::task::Waker::noop()))
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_waits_makes_progress_without_a_clock() {
    let monitor = monitor();
    advance(LIMIT).await;
    assert_eq!(Monitored::new(Some(&monitor), ready(7)).await, Some(7));
    assert!(monitor.state.lock().last.is_none());
    assert_eq!(monitor.observe().silent(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_is_silent_since_its_first_poll() {
    let monitor = monitor();
    advance(LIMIT).await;
    let mut call = pin!(Monitored::new(Some(&monitor), pending::<()>()));
    assert!(poll(call.as_mut()).is_pending());
    advance(secs(6)).await;
    assert_eq!(monitor.observe().silent(), secs(6));
    advance(secs(4)).await;
    assert!(monitor.observe().stalled);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_was_dropped_leaves_an_idle_lane() {
    let monitor = monitor();
    {
        let mut call = pin!(Monitored::new(Some(&monitor), pending::<()>()));
        assert!(poll(call.as_mut()).is_pending());
        advance(secs(3)).await;
    }
    assert_eq!(monitor.observe().silent(), Duration::ZERO);
    advance(LIMIT).await;
    assert!(!monitor.observe().stalled);
}

#[tokio::test(start_paused = true)]
async fn a_first_poll_that_blocks_is_a_stall_by_the_second_observation() {
    let monitor = monitor();
    advance(LIMIT).await;
    let first_poll = FirstPoll::begin(&monitor);
    advance(secs(9)).await;
    assert!(!monitor.observe().stalled);
    advance(LIMIT).await;
    let (observation, event) = monitor.check(true);
    assert_eq!(event, Some(StallEvent::Stalled));
    assert!(observation.blocked, "the first observation saw the poll");
    drop(first_poll);
    assert!(monitor.take_abort());
    assert!(!monitor.observe().stalled);
}

#[tokio::test(start_paused = true)]
async fn a_later_poll_blocks_when_two_observations_see_it() {
    let monitor = monitor();
    let waiting = FirstPoll::begin(&monitor).wait();
    advance(LIMIT).await;
    assert!(!monitor.observe().blocked);
    let poll_guard = PollGuard::begin(&monitor);
    assert!(!monitor.observe().blocked);
    advance(Duration::from_millis(100)).await;
    assert!(monitor.observe().blocked);
    drop(poll_guard);
    assert!(!monitor.observe().blocked);
    drop(waiting);
}

#[tokio::test(start_paused = true)]
async fn the_poll_of_an_inner_call_ends_within_that_of_the_outer_one() {
    let monitor = monitor();
    let waiting = FirstPoll::begin(&monitor).wait();
    advance(LIMIT).await;
    let outer = PollGuard::begin(&monitor);
    monitor.observe();
    advance(Duration::from_millis(100)).await;
    let inner = PollGuard::begin(&monitor);
    assert!(!monitor.observe().blocked);
    drop(inner);
    assert!(monitor.observe().blocked);
    drop((outer, waiting));
}

#[tokio::test(start_paused = true)]
async fn the_abort_of_one_call_does_not_abort_the_next() {
    let monitor = monitor();
    let waiting = FirstPoll::begin(&monitor).wait();
    advance(LIMIT).await;
    monitor.check(true);
    // As after a panic, which asks for no abort.
    drop(waiting);
    let _next = FirstPoll::begin(&monitor).wait();
    assert!(!monitor.take_abort());
}

#[tokio::test(start_paused = true)]
async fn of_nested_calls_the_innermost_is_aborted() {
    let monitor = monitor();
    let lane = Arc::clone(&monitor);
    let call = tokio::spawn(async move {
        let inner = async {
            let idle = lane.idle_guard();
            let inner = Monitored::new(Some(&lane), pending::<()>()).await;
            drop(idle);
            inner
        };
        Monitored::new(Some(&lane), inner).await
    });
    sleep(LIMIT).await;
    monitor.check(true);
    assert_eq!(call.await.unwrap(), Some(None));
    assert!(!monitor.take_abort());
}

#[tokio::test(start_paused = true)]
async fn an_outer_call_is_not_aborted_in_the_poll_in_which_the_abort_is_requested() {
    let monitor = monitor();
    let mut inner = Box::pin(Monitored::new(Some(&monitor), pending::<()>()));
    let (mut requested, mut idle) = (false, None);
    let outer = std::future::poll_fn(|cx| {
        idle.get_or_insert_with(|| monitor.idle_guard());
        let polled = inner.as_mut().poll(cx);
        // As by another thread, after the inner call was polled.
        requested |= monitor.check(true).1.is_some();
        polled
    });
    let mut outer = pin!(Monitored::new(Some(&monitor), outer));
    assert!(poll(outer.as_mut()).is_pending());
    advance(LIMIT).await;
    assert!(poll(outer.as_mut()).is_pending());
    assert_eq!(poll(outer.as_mut()), Poll::Ready(Some(None)));
    assert!(requested);
}

#[tokio::test(start_paused = true)]
async fn an_idle_call_is_not_aborted_before_it_is_busy_again() {
    let monitor = monitor();
    let lane = Arc::clone(&monitor);
    let call = tokio::spawn(async move {
        let call = async {
            sleep(LIMIT + secs(1)).await;
            let idle = lane.idle_guard();
            sleep(secs(1)).await;
            drop(idle);
            pending::<()>().await;
        };
        Monitored::new(Some(&lane), call).await
    });
    sleep(LIMIT + secs(1)).await;
    // The abort is requested, and the call becomes idle before it is polled.
    monitor.check(true);
    let start = Instant::now();
    let aborted = tokio::time::timeout(LIMIT, call).await;
    assert_eq!(aborted.expect("woken").unwrap(), None);
    assert_eq!(start.elapsed(), secs(1));
}
