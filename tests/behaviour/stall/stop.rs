//! A stop takes precedence over a stall, and every message is accounted for.

use fluid::{OnStall, Options, State, by_hand::Nothing};
use tokio::time::{Instant, sleep, timeout};

use super::{Job, NOW, STALL, add, handled, reports, restarts, seen};
use crate::support::{Log, assert_conserved, body, counts, group, ms, put_with, secs};

#[tokio::test(start_paused = true)]
async fn a_stop_during_the_backoff_after_a_stall_prevents_the_restart() {
    let mut workers = group();
    let log = Log::default();
    let slow = add(&mut workers, "slow", restarts(), &log);
    let running = workers.startup().await.unwrap();
    slow.send(Job::Hang).await.unwrap();
    seen(&slow, |status| status.state == State::Restarting).await;
    let asked = Instant::now();
    let exit = running.shutdown().await;
    assert!(asked.elapsed() < ms(10), "{:?}", asked.elapsed());
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("slow").unwrap().restarts(), 0);
    assert_eq!(counts(&exit, "slow"), [1, 0, 1, 0, 0]);
    assert_eq!(log.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_stalls_while_the_group_stops_is_cut_off_and_nothing_is_restarted() {
    let mut workers = group().grace(secs(60));
    let slow = add(&mut workers, "slow", restarts(), &Log::default());
    let loops = put_with(
        &mut workers,
        "loops",
        restarts(),
        body::<Nothing, Nothing>(|ctx, _| {
            Box::pin(async {
                while ctx.is_running() {
                    ctx.sleep(secs(1)).await;
                }
                std::future::pending().await
            })
        }),
    );
    let running = workers.startup().await.unwrap();
    slow.send(Job::Hang).await.unwrap();
    sleep(ms(1500)).await;
    let asked = Instant::now();
    let exit = running.shutdown().await;
    // Earlier than force would end it.
    let took = asked.elapsed();
    assert!(STALL <= took && took <= STALL + secs(1), "{took:?}");
    assert_eq!((exit.state(), exit.code()), (State::Stopped, 0), "{exit}");
    for name in ["slow", "loops"] {
        let exit = exit.worker(name).unwrap();
        assert_eq!((exit.stalls(), exit.restarts()), (1, 0), "{exit}");
        assert!(!exit.cause().is_failure(), "{exit}");
    }
    assert_eq!(loops.status().last_sign, None, "it has ended");
    assert_eq!(counts(&exit, "slow"), [1, 0, 1, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_stalls_while_it_drains_handles_its_remaining_messages() {
    let mut workers = group().grace(secs(100));
    let log = Log::default();
    let slow = add(&mut workers, "slow", restarts(), &log);
    let running = workers.startup().await.unwrap();
    for job in [Job::Hang, NOW, Job::Hang, NOW, NOW] {
        slow.send(job).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(counts(&exit, "slow"), [5, 3, 2, 0, 0]);
    assert_eq!(log.lines().last().unwrap(), "Take(0ns) in run 2");
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_precedes_a_later_stall() {
    for options in [restarts(), reports()] {
        let mut workers = group().grace(secs(5));
        let slow = add(&mut workers, "slow", options, &Log::default());
        let running = workers.startup().await.unwrap();
        for _ in 0..3 {
            slow.send(Job::Hang).await.unwrap();
        }
        let exit = running.shutdown().await;
        assert_eq!((exit.state(), exit.code()), (State::ForceStopped, 1));
        assert_eq!(counts(&exit, "slow"), [3, 0, 0, 0, 3]);
        assert_eq!(exit.worker("slow").unwrap().stalls(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_ends_a_call_whose_stall_is_only_reported() {
    let mut workers = group().grace(secs(15));
    let slow = add(&mut workers, "slow", reports(), &Log::default());
    let running = workers.startup().await.unwrap();
    slow.send(Job::Hang).await.unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_forced(), "{exit}");
    assert_eq!(counts(&exit, "slow"), [1, 0, 0, 0, 1]);
    assert_eq!(exit.worker("slow").unwrap().stalls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_stop_of_the_stalled_worker_prevents_its_restart() {
    let mut workers = group();
    let options = restarts().on_exit(fluid::OnExit::Ignore);
    let slow = add(&mut workers, "slow", options, &Log::default());
    let other = add(&mut workers, "other", Options::new(), &Log::default());
    let running = workers.startup().await.unwrap();
    slow.send(Job::Hang).await.unwrap();
    sleep(STALL - secs(1)).await;
    slow.gracefully_stop();
    let exit = timeout(secs(2), slow.wait_for_shutdown()).await.unwrap();
    assert_eq!(
        (exit.state(), exit.restarts(), exit.stalls()),
        (State::Stopped, 0, 1)
    );
    assert!(!exit.cause().is_failure(), "{exit}");
    other.send(NOW).await.unwrap();
    handled(&other, 1).await;
    assert_conserved(&running.shutdown().await);
}

#[tokio::test(start_paused = true)]
async fn a_worker_added_to_a_running_group_is_monitored_for_stalls() {
    let running = group().startup().await.unwrap();
    let stall = Options::new().stall(STALL).on_stall(OnStall::Report);
    let hangs = || body::<Nothing, Nothing>(|_, _| Box::pin(std::future::pending()));
    let late = running.add_with("late", stall, hangs).unwrap();
    seen(&late, |status| status.stalled && status.stalls == 1).await;
    assert_conserved(&running.shutdown().await);
}
