//! Waits that are no stalls: for a backoff, a rate limit, a batch, room downstream, the next beat.

use std::time::Duration;

use fluid::{Failed, Options, by_hand::Nothing};
use tokio::time::{Instant, sleep};

use super::{Job, NOW, STALL, add, handled, reports, restarted, restarts, seen};
use crate::support::{
    Log, assert_conserved, body, count, counts, each, group, ms, put, put_with, secs,
};

#[tokio::test(start_paused = true)]
async fn the_backoff_between_attempts_is_no_stall() {
    // The pauses are random, and at most ten minutes long.
    fastrand::seed(7);
    let mut workers = group();
    let pauses = secs(600);
    let options = restarts()
        .retry(5)
        .backoff(pauses, pauses)
        .on_error(fluid::OnError::Skip);
    let slow = add(&mut workers, "slow", options, &Log::default());
    fluid::rule::CanBeTriedAgain::keep_copies(fluid::rule::RULE, &slow);
    let running = workers.startup().await.unwrap();
    let began = Instant::now();
    slow.send(Job::FailIn(secs(9))).await.unwrap();
    handled(&slow, 1).await;
    assert!(began.elapsed() > secs(5 * 30), "{:?}", began.elapsed());
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [1, 0, 1, 0, 0]);
    assert_eq!(exit.worker("slow").unwrap().stalls(), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_the_rate_limit_is_no_stall() {
    let mut workers = group();
    let options = restarts().rate(1, secs(60));
    let slow = add(&mut workers, "slow", options, &Log::default());
    let running = workers.startup().await.unwrap();
    let began = Instant::now();
    for _ in 0..3 {
        slow.send(Job::Take(secs(9))).await.unwrap();
    }
    handled(&slow, 3).await;
    assert_eq!(began.elapsed().as_secs(), 129);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [3, 3, 0, 0, 0]);
    assert_eq!(exit.worker("slow").unwrap().stalls(), 0);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_room_downstream_is_no_stall_and_the_slow_consumer_stalls() {
    let mut workers = group();
    let fast = add(&mut workers, "fast", restarts(), &Log::default());
    let slow = add(&mut workers, "slow", reports().capacity(1), &Log::default());
    workers.connect(fast.map(|_| Job::Take(secs(100))), &slow);
    let running = workers.startup().await.unwrap();
    for _ in 0..4 {
        fast.send(NOW).await.unwrap();
    }
    sleep(secs(90)).await;
    let [fast_now, slow_now] = [&fast, &slow].map(|worker| worker.status());
    assert!(
        !fast_now.stalled && slow_now.stalled,
        "{fast_now}\n{slow_now}"
    );
    handled(&slow, 4).await;
    let exit = running.shutdown().await;
    assert_eq!(
        [
            exit.worker("fast").unwrap().stalls(),
            exit.worker("slow").unwrap().stalls()
        ],
        [0, 4]
    );
    assert_eq!(counts(&exit, "fast"), [4, 4, 0, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_room_at_the_port_failed_is_no_stall() {
    let mut workers = group();
    let fails = add(&mut workers, "fails", restarts(), &Log::default());
    let bury = |_: Failed<Job>| async {
        sleep(secs(100)).await;
        Ok(None::<Nothing>)
    };
    let bury = put_with(&mut workers, "bury", Options::new().capacity(1), each(bury));
    workers.connect(fails.failed(), &bury);
    let running = workers.startup().await.unwrap();
    for _ in 0..4 {
        fails.send(Job::FailIn(Duration::ZERO)).await.unwrap();
    }
    handled(&bury, 4).await;
    let exit = running.shutdown().await;
    let fails = exit.worker("fails").unwrap();
    assert_eq!((fails.stalls(), fails.restarts()), (0, 0));
    assert_eq!(counts(&exit, "fails"), [4, 0, 4, 0, 0]);
}

#[tokio::test(start_paused = true)]
async fn waiting_for_room_and_sleeping_are_no_stall_of_a_worker_written_by_hand() {
    let mut workers = group();
    let source = put_with(&mut workers, "source", restarts(), count(5, secs(30)));
    let slow = put_with(
        &mut workers,
        "slow",
        Options::new().capacity(1),
        crate::support::sink::<u64>(secs(100)),
    );
    workers.connect(&source, &slow);
    let running = workers.startup().await.unwrap();
    seen(&source, |status| status.emitted == 5).await;
    assert_eq!(source.status().stalls, 0);
    // It then waits for the stop, which gives no sign of life.
    let status = seen(&source, |status| status.stalls > 0).await;
    assert_eq!(status.emitted, 5);
    assert_conserved(&running.shutdown().await);
}

#[tokio::test(start_paused = true)]
async fn a_worker_without_the_option_stall_is_not_monitored() {
    let mut workers = group();
    let slow = add(&mut workers, "slow", Options::new(), &Log::default());
    let idle = put(&mut workers, "idle", crate::support::idle());
    let running = workers.startup().await.unwrap();
    slow.send(Job::Beat(secs(1000))).await.unwrap();
    sleep(secs(500)).await;
    for status in [slow.status(), idle.status()] {
        assert_eq!(
            (status.last_sign, status.stalled, status.stalls),
            (None, false, 0)
        );
        assert!(!status.to_string().contains("sign"), "{status}");
    }
    handled(&slow, 1).await;
    assert!(running.shutdown().await.is_success());
}

#[tokio::test(start_paused = true)]
async fn hooks_are_limited_by_the_grace_period_and_not_by_the_stall() {
    /// Takes longer than the stall to start and to end.
    struct Slow;

    impl fluid::Worker for Slow {
        type Message = Job;
        type Output = Nothing;
        type Ports = ();

        async fn on_startup(&mut self, _: &fluid::Context) -> Result<(), fluid::Error> {
            sleep(secs(100)).await;
            Ok(())
        }

        async fn run(
            &mut self,
            _: &fluid::Context,
            io: &mut fluid::by_hand::Io<Self>,
        ) -> Result<(), fluid::Error> {
            while io.queue.next().await.is_some() {}
            Ok(())
        }

        async fn on_shutdown(&mut self, _: &fluid::Context) -> Result<(), fluid::Error> {
            sleep(secs(100)).await;
            Ok(())
        }
    }

    let mut workers = group().grace(secs(200));
    let slow = put_with(&mut workers, "slow", restarts(), Slow);
    let running = workers.startup().await.unwrap();
    slow.send(NOW).await.unwrap();
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("slow").unwrap().stalls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_begins_at_any_time_between_two_checks_stalls_on_time() {
    let mut workers = group();
    let slow = add(&mut workers, "slow", restarts(), &Log::default());
    let running = workers.startup().await.unwrap();
    // A call that begins at any time between two checks stalls on time.
    for offset in [ms(0), ms(1), ms(5000), ms(9999)] {
        sleep(3 * STALL + offset).await;
        let before = slow.status().restarts;
        let began = Instant::now();
        slow.send(Job::Hang).await.unwrap();
        seen(&slow, |status| status.counts.unwrap().failed == before + 1).await;
        let took = began.elapsed();
        assert!(STALL <= took && took <= STALL + ms(1), "{took:?}");
        restarted(&slow, before + 1).await;
    }
    assert_conserved(&running.shutdown().await);
}

#[tokio::test(start_paused = true)]
async fn a_lane_of_a_worker_written_by_hand_that_waits_for_a_message_does_not_stall() {
    let mut workers = group();
    let hand = workers.add_with("hand", restarts().concurrency(3), || {
        body::<Job, Nothing>(|_, io| {
            Box::pin(async {
                while io.queue.next().await.is_some() {}
                Ok(())
            })
        })
    });
    let running = workers.startup().await.unwrap();
    sleep(10 * STALL).await;
    hand.send(NOW).await.unwrap();
    let status = handled(&hand, 1).await;
    assert_eq!((status.stalls, status.restarts), (0, 0), "{status}");
    assert_conserved(&running.shutdown().await);
}
