use tokio::time::{advance, sleep};

use super::*;

const LIMIT: Duration = Duration::from_secs(10);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_call_without_a_sign_of_life_stalls_and_a_rest_does_not() {
    let pulse = Pulse::new(LIMIT);
    advance(secs(100)).await;
    assert!(!pulse.seen().stalls);
    let mut working = Working::begin(&pulse);
    working.wait();
    advance(secs(9)).await;
    assert!(!pulse.seen().stalls);
    pulse.report_progress();
    advance(secs(10)).await;
    let seen = pulse.seen();
    assert_eq!(
        (seen.stalls, seen.blocks, seen.silent),
        (true, false, LIMIT)
    );
    let rest = pulse.rest();
    assert!(!pulse.seen().stalls);
    advance(secs(100)).await;
    drop(rest);
    assert_eq!(pulse.seen().silent, Duration::ZERO);
    drop(working);
    advance(secs(100)).await;
    assert!(!pulse.seen().stalls);
}

#[tokio::test(start_paused = true)]
async fn each_stall_is_reported_once() {
    let pulse = Pulse::new(LIMIT);
    let mut working = Working::begin(&pulse);
    working.wait();
    let now = pulse.now();
    assert_eq!(pulse.news(&pulse.seen()), None);
    advance(secs(10)).await;
    assert_eq!(pulse.news(&pulse.seen()), Some(News::Stalls));
    advance(secs(10)).await;
    assert_eq!(pulse.news(&pulse.seen()), None);
    let _polled = Polled::begin(&pulse, now);
    assert_eq!(pulse.news(&pulse.seen()), Some(News::Blocks));
    assert_eq!(pulse.news(&pulse.seen()), None);
    pulse.report_progress();
    advance(secs(10)).await;
    assert_eq!(pulse.news(&pulse.seen()), Some(News::Stalls));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_never_waits_is_a_sign_of_life_and_reads_no_clock() {
    let pulse = Pulse::new(LIMIT);
    advance(LIMIT).await;
    assert_eq!(pulse.watch(std::future::ready(7)).await, Some(7));
    assert_eq!(pulse.last.load(Ordering::Relaxed) >> 1, 1);
    // Whoever looks notes that there was one, and when.
    assert_eq!(pulse.seen().silent, Duration::ZERO);
    advance(secs(3)).await;
    assert_eq!(pulse.seen().silent, secs(3));
    // So does a rest when it begins.
    assert_eq!(pulse.watch(std::future::ready(7)).await, Some(7));
    let rest = pulse.rest();
    advance(secs(4)).await;
    assert_eq!(pulse.seen().silent, secs(4));
    drop(rest);
}

#[tokio::test(start_paused = true)]
async fn a_first_poll_that_does_not_return_is_a_stall_at_the_second_check() {
    let pulse = Pulse::new(LIMIT);
    advance(LIMIT).await;
    let begun = Instant::now();
    let working = Working::begin(&pulse);
    let first = First::begin(&pulse);
    advance(secs(9)).await;
    let look = || (pulse.seen(), pulse.seen().look_again - begun);
    let (seen, again) = look();
    assert_eq!((seen.stalls, seen.rests, again), (false, false, secs(19)));
    advance(secs(10)).await;
    let (seen, again) = look();
    assert_eq!(pulse.news(&seen), Some(News::Stalls));
    assert_eq!((seen.blocks, again), (false, secs(19) + BLOCKS));
    advance(BLOCKS).await;
    let (seen, again) = look();
    assert_eq!(pulse.news(&seen), Some(News::Blocks));
    assert_eq!(again, secs(29) + BLOCKS);
    assert!(pulse.doom(&seen) && pulse.take_doom());
    // It comes back at last, and what is next has not stalled.
    drop((first, working));
    let _next = Working::begin(&pulse);
    assert!(!pulse.doom(&seen));
    assert!(!pulse.seen().stalls);
}

#[tokio::test(start_paused = true)]
async fn a_call_is_silent_since_it_began_to_wait() {
    let pulse = Pulse::new(LIMIT);
    advance(LIMIT).await;
    let waits = pulse.watch(std::future::pending::<()>());
    let waits = tokio::time::timeout(secs(7), waits);
    let mut waits = std::pin::pin!(waits);
    std::future::poll_fn(|cx| Poll::Ready(waits.as_mut().poll(cx).is_pending())).await;
    advance(secs(6)).await;
    let seen = pulse.seen();
    assert_eq!((seen.silent, seen.rests), (secs(6), false));
}

#[tokio::test(start_paused = true)]
async fn the_next_check_is_due_when_the_verdict_may_change() {
    let pulse = Pulse::new(LIMIT);
    let begun = Instant::now();
    let after = |pulse: &Pulse| pulse.seen().look_again - begun;
    assert_eq!(after(&pulse), secs(10));
    let mut working = Working::begin(&pulse);
    working.wait();
    advance(secs(4)).await;
    assert_eq!(after(&pulse), secs(10));
    pulse.report_progress();
    assert_eq!(after(&pulse), secs(14));
    advance(secs(10)).await;
    assert_eq!(after(&pulse), secs(24));
    let _polled = Polled::begin(&pulse, pulse.now());
    assert_eq!(after(&pulse), secs(14) + BLOCKS);
}

#[tokio::test(start_paused = true)]
async fn a_sign_of_life_prevents_an_abort_only_if_it_comes_first() {
    let pulse = Pulse::new(LIMIT);
    let mut working = Working::begin(&pulse);
    working.wait();
    advance(secs(10)).await;
    let seen = pulse.seen();
    pulse.report_progress();
    assert!(!pulse.doom(&seen));
    assert!(!pulse.take_doom());
    advance(secs(10)).await;
    let seen = pulse.seen();
    assert!(pulse.doom(&seen));
    pulse.report_progress();
    assert!(pulse.report_progress_at_work());
    assert!(pulse.take_doom());
    assert!(!pulse.take_doom());
}

#[tokio::test(start_paused = true)]
async fn an_abort_of_one_call_does_not_abort_the_next() {
    let pulse = Pulse::new(LIMIT);
    let mut working = Working::begin(&pulse);
    working.wait();
    advance(LIMIT).await;
    assert!(pulse.doom(&pulse.seen()));
    // As when it panicked, and nobody asked.
    drop(working);
    let mut working = Working::begin(&pulse);
    working.wait();
    assert!(!pulse.is_doomed());
}

#[tokio::test(start_paused = true)]
async fn an_abort_cuts_off_the_innermost_call() {
    let pulse = Arc::new(Pulse::new(LIMIT));
    let watched = Arc::clone(&pulse);
    let work = tokio::spawn(async move {
        let inner = async {
            let rest = watched.rest();
            let inner = watched.watch(std::future::pending::<()>()).await;
            drop(rest);
            inner
        };
        watched.watch(inner).await
    });
    sleep(LIMIT).await;
    assert!(pulse.doom(&pulse.seen()));
    assert_eq!(work.await.unwrap(), Some(None));
    assert!(!pulse.take_doom());
}

#[tokio::test(start_paused = true)]
async fn a_resting_call_is_cut_off_when_it_works_again() {
    let pulse = Arc::new(Pulse::new(LIMIT));
    let watched = Arc::clone(&pulse);
    let work = tokio::spawn(async move {
        let work = async {
            sleep(LIMIT).await;
            let rest = watched.rest();
            sleep(secs(1)).await;
            drop(rest);
            std::future::pending::<()>().await;
        };
        watched.watch(work).await
    });
    // It is seen a moment before it rests, and doomed a moment later.
    sleep(LIMIT - secs(1)).await;
    let seen = pulse.seen();
    sleep(secs(1)).await;
    assert!(pulse.doom(&seen));
    let began = Instant::now();
    assert_eq!(work.await.unwrap(), None);
    assert_eq!(began.elapsed(), secs(1));
}
