//! A stop while every lane has messages.

use super::*;

/// Fills each of three lanes with messages that take `millis` each.
async fn fill(hand: &Slot<Hand<true>>, each: u64, millis: u64) {
    for number in 0..each {
        for key in 0..3 {
            let what = What::Take(millis * (key + 1));
            hand.send(job(key, number, what)).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_graceful_stop_drains_every_lane() {
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan.sit::<true>(&mut workers, lanes(3).capacity(90));
    fill(&hand, 30, 5).await;
    assert_eq!(hand.queue_size(), 90);
    let running = workers.startup().await.unwrap();
    sleep(ms(7)).await;
    let exit = stop(running, &plan).await;
    assert_eq!(counts(&exit, "hand"), [90, 90, 0, 0, 0], "{exit}");
    assert_eq!((exit.code(), plan.builds(), plan.most()), (0, 3, 3));
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_fails_while_it_drains_is_restarted_and_drains_on() {
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan.sit::<true>(&mut workers, restarting(3));
    fill(&hand, 10, 5).await;
    for key in 0..3 {
        hand.send(job(key, 100, What::Fail)).await.unwrap();
        hand.send(job(key, 101, What::Take(5))).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    sleep(ms(7)).await;
    let exit = stop(running, &plan).await;
    assert_eq!(counts(&exit, "hand"), [36, 33, 3, 0, 0], "{exit}");
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_keyed_lane_that_fails_at_every_message_still_drains() {
    // The failing lane is not the first, and there are more failures than a drain without progress would be allowed.
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan.sit::<true>(&mut workers, restarting(3));
    for number in 0..15 {
        hand.send(job(2, number, What::Fail)).await.unwrap();
    }
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(600), running.shutdown()).await.unwrap();
    assert_eq!(counts(&exit, "hand"), [15, 0, 15, 0, 0], "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_counts_the_message_in_hand_of_each_lane_as_undelivered() {
    for keyed in [true, false] {
        let plan = Plan::default();
        let mut workers = group().grace(ms(100));
        let running = if keyed {
            forced::<true>(&plan, &mut workers).await;
            workers.startup().await.unwrap()
        } else {
            forced::<false>(&plan, &mut workers).await;
            workers.startup().await.unwrap()
        };
        sleep(ms(10)).await;
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [12, 3, 0, 0, 9], "{exit}");
        let how = exit.worker("hand").unwrap();
        assert_eq!(
            (how.is_forced(), how.is_stuck(), exit.code()),
            (true, false, 1)
        );
    }
}

/// Three jobs that end at once, three that never end, and six behind them.
async fn forced<const KEYED: bool>(plan: &Plan, workers: &mut Workers) {
    let hand = plan.sit::<KEYED>(workers, lanes(3));
    for number in 0..12 {
        let what = match number / 3 {
            0 => What::Take(1),
            1 => What::Hang,
            _ => What::Pass,
        };
        hand.send(job(number % 3, number, what)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn one_lane_that_hangs_does_not_keep_the_others_from_draining() {
    for hangs in 0..3 {
        let plan = Plan::default();
        let mut workers = group().grace(secs(5));
        let hand = plan.sit::<true>(&mut workers, lanes(3));
        hand.send(job(hangs, 0, What::Hang)).await.unwrap();
        fill(&hand, 10, 5).await;
        let running = workers.startup().await.unwrap();
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [31, 20, 0, 0, 11], "{exit}");
        assert!(exit.is_forced());
    }
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_hangs_while_others_fail_is_forced_and_each_failure_is_counted() {
    let plan = Plan::default();
    let mut workers = group().grace(secs(5));
    let hand = plan.sit::<true>(&mut workers, lanes(3));
    let running = workers.startup().await.unwrap();
    hand.send(job(0, 0, What::Hang)).await.unwrap();
    for key in [1, 2] {
        hand.send(job(key, key, What::FailIn(10 * key)))
            .await
            .unwrap();
    }
    let exit = timeout(secs(60), running.wait_for_shutdown())
        .await
        .unwrap();
    let how = exit.worker("hand").unwrap();
    assert_eq!((how.is_forced(), how.is_stuck()), (true, false), "{exit}");
    assert_eq!(counts(&exit, "hand"), [3, 0, 2, 0, 1], "{exit}");
}
