use tokio::time::advance;

use super::*;

const LIMIT: Duration = Duration::from_secs(10);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The monitor of a lane that is in a call.
fn busy() -> StallMonitor {
    let monitor = StallMonitor::new(LIMIT);
    monitor.state.lock().idle = 0;
    monitor
}

fn set_poll(monitor: &StallMonitor, poll: CurrentPoll) {
    monitor.state.lock().poll = poll;
}

#[tokio::test(start_paused = true)]
async fn a_busy_lane_stalls_without_progress_and_an_idle_one_does_not() {
    let monitor = busy();
    advance(secs(9)).await;
    assert!(!monitor.observe().stalled);
    monitor.progress();
    advance(LIMIT).await;
    let observation = monitor.observe();
    assert!(observation.stalled && !observation.blocked);
    assert_eq!(observation.silent(), LIMIT);
    let idle = monitor.idle_guard();
    assert!(!monitor.observe().stalled);
    advance(secs(100)).await;
    assert!(!monitor.observe().stalled);
    drop(idle);
    assert_eq!(monitor.observe().silent(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn each_stall_is_reported_once_and_once_more_if_it_blocks() {
    let monitor = busy();
    let event = || monitor.check(false).1;
    assert_eq!(event(), None);
    advance(LIMIT).await;
    assert_eq!(event(), Some(StallEvent::Stalled));
    advance(LIMIT).await;
    assert_eq!(event(), None);
    set_poll(&monitor, CurrentPoll::New);
    assert_eq!(event(), None);
    advance(BLOCKS).await;
    assert_eq!(event(), Some(StallEvent::Blocked));
    assert_eq!(event(), None);
    set_poll(&monitor, CurrentPoll::None);
    assert_eq!(event(), None);
    monitor.progress();
    advance(LIMIT).await;
    assert_eq!(event(), Some(StallEvent::Stalled));
}

#[tokio::test(start_paused = true)]
async fn an_observation_sets_the_time_of_progress_that_read_no_clock() {
    let monitor = busy();
    advance(LIMIT).await;
    monitor.state.lock().last = None;
    assert_eq!(monitor.observe().silent(), Duration::ZERO);
    advance(secs(3)).await;
    assert_eq!(monitor.observe().silent(), secs(3));
    monitor.state.lock().last = None;
    let _idle = monitor.idle_guard();
    advance(secs(4)).await;
    assert_eq!(monitor.observe().silent(), secs(4));
}

#[tokio::test(start_paused = true)]
async fn a_lane_is_observed_again_when_its_next_event_is_possible() {
    let monitor = StallMonitor::new(LIMIT);
    let start = Instant::now();
    let again = || monitor.observe().observe_again - start;
    advance(secs(1)).await;
    assert_eq!(again(), secs(11), "idle");
    monitor.state.lock().idle = 0;
    assert_eq!(again(), secs(10), "busy since the start");
    advance(secs(3)).await;
    monitor.progress();
    assert_eq!(again(), secs(14), "progress after 4 s");
    advance(LIMIT).await;
    assert_eq!(again(), secs(24), "stalled");
    set_poll(&monitor, CurrentPoll::New);
    assert_eq!(again(), secs(14) + BLOCKS, "stalled in a poll");
    advance(BLOCKS).await;
    assert_eq!(again(), secs(24) + BLOCKS, "blocked");
}

#[tokio::test(start_paused = true)]
async fn only_a_stalled_call_is_aborted_and_later_progress_does_not_revoke_it() {
    let monitor = busy();
    advance(LIMIT).await;
    monitor.progress();
    monitor.check(true);
    assert!(!monitor.take_abort());
    advance(LIMIT).await;
    monitor.check(false);
    assert!(!monitor.take_abort(), "the stall is only reported");
    monitor.progress();
    advance(LIMIT).await;
    monitor.check(true);
    monitor.progress();
    assert!(monitor.progress_in_call());
    assert!(monitor.take_abort());
    assert!(!monitor.take_abort());
}

#[tokio::test(start_paused = true)]
async fn an_idle_lane_makes_no_progress_within_a_call() {
    let monitor = StallMonitor::new(LIMIT);
    advance(secs(4)).await;
    assert!(!monitor.progress_in_call());
    assert_eq!(monitor.observe().silent(), secs(4));
}
