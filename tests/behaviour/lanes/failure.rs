//! Failures, early ends and hangs in one of several lanes.

use fluid::{Cause, OnExit, Restart};

use super::*;

/// Sends three jobs to each of three lanes. The first job takes a while, and the last one ends at once. The second job
/// of lane `at` is `what`.
async fn three_lanes(hand: &Slot<Hand<true>>, at: u64, what: What) {
    let mut what = Some(what);
    for place in 0..3 {
        for key in 0..3 {
            let what = match place {
                0 => What::Take(10 * (key + 1)),
                1 if key == at => what.take().unwrap(),
                1 => What::Take(100),
                _ => What::Pass,
            };
            hand.send(job(key, 10 * place + key, what)).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_any_lane_restarts_all_lanes_and_only_its_message_fails() {
    for at in 0..3 {
        for panics in [false, true] {
            let plan = Plan::default();
            let mut workers = group();
            let hand = plan.sit::<true>(&mut workers, restarting(3));
            let running = workers.startup().await.unwrap();
            let what = if panics { What::Panic } else { What::Fail };
            three_lanes(&hand, at, what).await;
            until_behind(&hand, 9).await;
            assert_eq!(plan.builds(), 6, "three at first, and three anew");
            let exit = stop(running, &plan).await;
            assert_eq!(counts(&exit, "hand"), [9, 8, 1, 0, 0], "{exit}");
            assert_eq!(exit.worker("hand").unwrap().restarts(), 1);
            assert_eq!(exit.code(), 0, "{exit}");
            // Each lane finishes its message in hand before any lane is rebuilt.
            let lines = plan.log.lines();
            let build = |line: &String| {
                line.split([':', '.'])
                    .nth(1)
                    .unwrap()
                    .trim()
                    .parse()
                    .unwrap()
            };
            let builds: Vec<u64> = lines.iter().map(build).collect();
            assert!(
                builds.iter().is_sorted_by_key(|build| *build >= 3),
                "{lines:?}"
            );
            assert!(
                builds.iter().filter(|build| **build >= 3).count() >= 3,
                "{lines:?}"
            );
            // The state of each lane is fresh: it counts from 1 again.
            for key in 0..3 {
                let of_key = |line: &&String| {
                    line.split(':').next().unwrap().parse::<u64>().unwrap() % 10 == key
                };
                let anew = lines.iter().filter(of_key).find(|line| build(line) >= 3);
                assert!(anew.unwrap().ends_with(".1"), "{lines:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_restart_a_failure_in_any_lane_ends_the_worker_and_the_rest_is_undelivered() {
    for at in 0..3 {
        let plan = Plan::default();
        let mut workers = group();
        let hand = plan.sit::<true>(&mut workers, lanes(3));
        let running = workers.startup().await.unwrap();
        three_lanes(&hand, at, What::Fail).await;
        let exit = timeout(secs(5), running.wait_for_shutdown()).await.unwrap();
        assert_eq!((exit.code(), plan.alive()), (2, 0), "{exit}");
        assert!(matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "hand"));
        let [accepted, done, failed, dropped, undelivered] = counts(&exit, "hand");
        assert_eq!((accepted, failed, dropped), (9, 1, 0), "{exit}");
        // The failing lane had handled one message before, and the other lanes had at least one in hand.
        assert!(done >= 3 && undelivered >= 3, "{exit}");
        assert_conserved(&exit);
        assert_eq!(handled(&plan.log).len() as u64, done);
        assert!(hand.sender().is_closed() && hand.send(job(0, 1, What::Pass)).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_returns_early_ends_the_worker() {
    for at in 0..3 {
        let plan = Plan::default();
        let mut workers = group();
        let options = restarting(3).capacity(6).on_exit(OnExit::Ignore);
        let hand = plan.sit::<true>(&mut workers, options);
        let running = workers.startup().await.unwrap();
        hand.send(job((at + 1) % 3, 0, What::Take(50)))
            .await
            .unwrap();
        sleep(ms(1)).await;
        hand.send(job(at, 1, What::Quit)).await.unwrap();
        // No sender waits for a lane that has ended.
        let senders = async {
            for number in 2..20 {
                let _ = hand.send(job(at, number, What::Pass)).await;
            }
        };
        timeout(secs(5), senders).await.expect("no sender waits");
        let exit = timeout(secs(5), hand.wait_for_shutdown()).await.unwrap();
        assert!(matches!(exit.cause(), Cause::Finished), "{exit}");
        let counts = hand.status().counts.unwrap();
        assert_eq!((counts.done, counts.failed), (2, 0), "{exit}");
        assert!(counts.undelivered >= 1 && counts.refused >= 1, "{counts:?}");
        assert!(counts.conserved(), "{counts:?}");
        assert_eq!(handled(&plan.log), [0]);
        assert!(hand.sender().is_closed());
        assert_eq!(stop(running, &plan).await.code(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_returns_early_ends_the_worker_within_the_grace_period_if_another_hangs() {
    for (hangs, quits) in [(0, 1), (1, 0), (1, 2)] {
        for (options, strategy) in [(lanes(3), false), (restarting(3), false), (lanes(3), true)] {
            let plan = Plan::default();
            let mut workers = group();
            if strategy {
                workers = workers.restart(Restart::one_for_one());
            }
            let hand = plan.sit::<true>(&mut workers, options.grace(secs(2)));
            let running = workers.startup().await.unwrap();
            hand.send(job(hangs, 0, What::Hang)).await.unwrap();
            sleep(ms(1)).await;
            hand.send(job(quits, 1, What::Quit)).await.unwrap();
            let exit = timeout(secs(3), running.wait_for_shutdown()).await;
            let exit = exit.expect("it ends");
            assert_conserved(&exit);
            let counts = exit.worker("hand").unwrap().counts().unwrap();
            assert_eq!((counts.done, counts.failed + counts.undelivered), (1, 1));
            assert_eq!((plan.builds(), plan.alive()), (3, 0), "{exit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_does_not_start_if_one_lane_cannot_and_the_lanes_that_started_shut_down() {
    for (at, started) in [(0, 0), (1, 2), (2, 2)] {
        for options in [lanes(3), restarting(3)] {
            let plan = Plan {
                fails_at: Some(at),
                ..Plan::default()
            };
            let mut workers = group().restart(Restart::one_for_all());
            let hand = plan.sit::<true>(&mut workers, options);
            for key in 0..3 {
                hand.send(job(key, key, What::Pass)).await.unwrap();
            }
            let exit = workers.startup().await.unwrap_err();
            let hand = exit.worker("hand").unwrap();
            for exit in [&exit, hand] {
                let cause = exit.cause();
                let failed =
                    matches!(cause, Cause::StartupFailed { worker, .. } if &**worker == "hand");
                assert!(failed && cause.to_string().contains("no start"), "{exit}");
            }
            assert_eq!(hand.restarts(), 0, "{exit}");
            assert_eq!(plan.ends(), started, "{at}: {exit}");
            assert_eq!((exit.code(), plan.alive()), (2, 0), "{exit}");
            assert_eq!(counts(&exit, "hand"), [3, 0, 0, 0, 3], "{exit}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_group_whose_lane_cannot_start_ends_within_the_grace_period_if_another_lane_hangs() {
    for options in [lanes(3), restarting(3)] {
        let plan = Plan {
            fails_at: Some(2),
            end: secs(100_000),
            ..Plan::default()
        };
        let mut workers = group();
        plan.sit::<true>(&mut workers, options.grace(secs(2)));
        let exit = timeout(secs(3), workers.startup()).await.unwrap();
        let exit = exit.unwrap_err();
        assert!(exit.to_string().contains("no start"), "{exit}");
        assert_eq!((exit.code(), plan.builds(), plan.alive()), (2, 3, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_start_of_a_lane_in_a_restart_is_answered_by_another_restart() {
    for at in 3..6 {
        let plan = Plan {
            fails_at: Some(at),
            ..Plan::default()
        };
        let mut workers = group();
        let hand = plan.sit::<true>(&mut workers, restarting(3));
        let running = workers.startup().await.unwrap();
        hand.send(job(1, 9, What::Fail)).await.unwrap();
        for key in 0..3 {
            hand.send(job(key, key, What::Pass)).await.unwrap();
        }
        until_behind(&hand, 4).await;
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [4, 3, 1, 0, 0], "{exit}");
        let builds = if at == 3 { 7 } else { 9 };
        let restarts = exit.worker("hand").unwrap().restarts();
        assert_eq!((plan.builds(), restarts, exit.code()), (builds, 2, 0));
    }
}

#[tokio::test(start_paused = true)]
async fn if_the_first_lane_cannot_start_the_messages_of_all_lanes_are_undelivered() {
    let plan = Plan {
        fails_at: Some(0),
        ..Plan::default()
    };
    let mut workers = group();
    let hand = plan.sit::<true>(&mut workers, lanes(3).capacity(3));
    for key in 0..3 {
        hand.send(job(key, key, What::Pass)).await.unwrap();
    }
    // For each lane, one sender waits for room.
    let handle = hand.handle();
    let senders: Vec<_> = (0..3)
        .map(|key| {
            let handle = handle.clone();
            tokio::spawn(async move { handle.send(job(key, 9, What::Pass)).await.is_err() })
        })
        .collect();
    tokio::task::yield_now().await;
    let exit = workers.startup().await.unwrap_err();
    assert!(
        matches!(exit.cause(), Cause::StartupFailed { .. }),
        "{exit}"
    );
    assert_eq!(counts(&exit, "hand"), [3, 0, 0, 0, 3], "{exit}");
    for sender in senders {
        assert!(
            timeout(secs(5), sender)
                .await
                .expect("it is refused")
                .unwrap()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_hangs_when_another_fails_is_cut_off_after_the_grace_period() {
    // The first lane is the one that hangs, the one that fails, or neither.
    for (hangs, fails) in [(0, 1), (1, 0), (1, 2), (2, 1)] {
        let plan = Plan::default();
        let mut workers = group().restart(Restart::one_for_one());
        let options = restarting(3).grace(secs(2));
        let hand = plan.sit::<true>(&mut workers, options);
        let running = workers.startup().await.unwrap();
        hand.send(job(hangs, 0, What::Hang)).await.unwrap();
        sleep(ms(1)).await;
        hand.send(job(fails, 1, What::Fail)).await.unwrap();
        for number in 2..20 {
            hand.send(job(number % 3, number, What::Take(1)))
                .await
                .unwrap();
        }
        let start = tokio::time::Instant::now();
        until_behind(&hand, 20).await;
        assert!(
            (secs(2)..secs(3)).contains(&start.elapsed()),
            "{:?}",
            start.elapsed()
        );
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [20, 18, 2, 0, 0], "{exit}");
        assert_eq!(
            (plan.builds(), exit.worker("hand").unwrap().restarts()),
            (6, 1)
        );
        assert_eq!(exit.code(), 0, "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_hangs_when_another_fails_is_forced_without_a_restart() {
    for (hangs, fails) in [(0, 1), (1, 0), (1, 2)] {
        let plan = Plan::default();
        let mut workers = group();
        let hand = plan.sit::<true>(&mut workers, lanes(3).grace(secs(2)));
        let running = workers.startup().await.unwrap();
        hand.send(job(hangs, 0, What::Hang)).await.unwrap();
        sleep(ms(1)).await;
        hand.send(job(fails, 1, What::Fail)).await.unwrap();
        let start = tokio::time::Instant::now();
        let exit = timeout(secs(60), running.wait_for_shutdown())
            .await
            .unwrap();
        assert!(
            (secs(2)..secs(3)).contains(&start.elapsed()),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(counts(&exit, "hand"), [2, 0, 1, 0, 1], "{exit}");
        let how = exit.worker("hand").unwrap();
        assert_eq!(
            (how.is_forced(), how.is_stuck(), exit.code()),
            (true, false, 2)
        );
        assert_eq!(plan.alive(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn on_shutdown_of_a_failed_lane_is_limited_by_the_grace_period() {
    for fails in [0, 2] {
        let plan = Plan {
            end: secs(100_000),
            ..Plan::default()
        };
        let mut workers = group().restart(Restart::one_for_one());
        let hand = plan.sit::<true>(&mut workers, restarting(3).grace(secs(2)));
        let running = workers.startup().await.unwrap();
        hand.send(job(fails, 0, What::Fail)).await.unwrap();
        let restarted = async {
            while plan.builds() < 6 {
                sleep(ms(10)).await;
            }
        };
        timeout(secs(4), restarted).await.expect("it is restarted");
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [1, 0, 1, 0, 0], "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_on_shutdown_of_any_lane_makes_the_worker_end_as_failed() {
    let plan = Plan {
        end_fails: true,
        ..Plan::default()
    };
    let mut workers = group();
    plan.sit::<true>(&mut workers, restarting(3));
    let running = workers.startup().await.unwrap();
    let exit = stop(running, &plan).await;
    assert_eq!((exit.code(), plan.builds()), (2, 3), "{exit}");
    assert!(exit.to_string().contains("no end"), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_failure_in_one_of_several_competing_lanes_rebuilds_all() {
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan.sit::<false>(&mut workers, restarting(4));
    let running = workers.startup().await.unwrap();
    for number in 0..200 {
        let what = match number {
            50 => What::Fail,
            120 => What::Panic,
            _ => What::Take(1 + number % 5),
        };
        hand.send(job(0, number, what)).await.unwrap();
    }
    until_behind(&hand, 200).await;
    assert_eq!((plan.builds(), plan.most()), (12, 4));
    let exit = stop(running, &plan).await;
    assert_eq!(counts(&exit, "hand"), [200, 198, 2, 0, 0], "{exit}");
}

/// A worker that panics when it is dropped, if its field is true.
struct Dropped(bool);

impl Drop for Dropped {
    fn drop(&mut self) {
        assert!(!self.0 || std::thread::panicking(), "dropped");
    }
}

impl Worker for Dropped {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    const KEY: Option<fn(&u64) -> u64> = Some(|key| *key);

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while io.queue.next().await.is_some() {}
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_drop_of_any_lane_is_a_failure_of_the_worker() {
    for at in 0..3 {
        let mut workers = group();
        let mut builds = 0..;
        workers.add_with("hand", lanes(3), move || Dropped(builds.next() == Some(at)));
        let running = workers.startup().await.unwrap();
        let exit = timeout(secs(60), running.shutdown()).await.unwrap();
        assert_eq!(exit.code(), 2, "{at}: {exit}");
    }
}
