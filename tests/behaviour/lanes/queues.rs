//! The queues of several lanes: capacity, overflow policies, order, answers.

use fluid::{AskError, Overflow, TrySendError};

use super::*;

#[tokio::test(start_paused = true)]
async fn each_lane_with_a_key_has_its_share_of_the_capacity() {
    for (capacity, share) in [(9, 3), (10, 4), (1, 1)] {
        let plan = Plan::default();
        let mut workers = group();
        let hand = plan.sit::<true>(&mut workers, lanes(3).capacity(capacity));
        assert_eq!(hand.capacity(), capacity);
        // The group is not started, so no message leaves a queue.
        for key in 0..3 {
            for number in 0..share {
                hand.try_send(job(key, number, What::Pass)).unwrap();
            }
            let full = hand.try_send(job(key, 99, What::Pass));
            assert!(
                matches!(full, Err(TrySendError::Full(_))),
                "{capacity} {key}"
            );
        }
        assert_eq!(hand.queue_size() as u64, 3 * share);
        let running = workers.startup().await.unwrap();
        let exit = stop(running, &plan).await;
        assert_eq!(
            counts(&exit, "hand"),
            [3 * share, 3 * share, 0, 0, 0],
            "{exit}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn lanes_that_compete_share_the_whole_capacity() {
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan.sit::<false>(&mut workers, lanes(3).capacity(5));
    let running = workers.startup().await.unwrap();
    for number in 0..8 {
        hand.send(job(0, number, What::Take(100))).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(hand.queue_size(), 5);
    assert!(hand.try_send(job(0, 9, What::Pass)).is_err());
    let exit = stop(running, &plan).await;
    assert_eq!(counts(&exit, "hand"), [8, 8, 0, 0, 0], "{exit}");
    assert_eq!(plan.most(), 3);
}

#[tokio::test(start_paused = true)]
async fn overflow_policies_hold_for_each_lane() {
    for (overflow, kept) in [
        (Overflow::DropNewest, [0, 1, 2]),
        (Overflow::DropOldest, [0, 3, 4]),
    ] {
        let plan = Plan::default();
        let mut workers = group();
        let options = lanes(3).capacity(6).overflow(overflow);
        let hand = plan.sit::<true>(&mut workers, options);
        let running = workers.startup().await.unwrap();
        // The first message of each lane is in hand when the others come.
        for key in 0..3 {
            hand.send(job(key, 0, What::Take(50))).await.unwrap();
        }
        sleep(ms(1)).await;
        for number in 1..5 {
            for key in 0..3 {
                hand.send(job(key, number, What::Pass)).await.unwrap();
            }
        }
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [15, 9, 0, 6, 0], "{exit}");
        let mut numbers = handled(&plan.log);
        numbers.sort_unstable();
        let expected: Vec<u64> = kept.iter().flat_map(|number| [*number; 3]).collect();
        assert_eq!(numbers, expected, "{overflow:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn overflow_policies_hold_for_lanes_that_compete() {
    for (overflow, kept) in [
        (Overflow::DropNewest, [0, 1, 2, 3, 4]),
        (Overflow::DropOldest, [0, 1, 2, 8, 9]),
    ] {
        let plan = Plan::default();
        let mut workers = group();
        let options = lanes(3).capacity(2).overflow(overflow);
        let hand = plan.sit::<false>(&mut workers, options);
        let running = workers.startup().await.unwrap();
        for number in 0..10 {
            hand.send(job(0, number, What::Take(50))).await.unwrap();
            if number < 3 {
                sleep(ms(1)).await;
            }
        }
        let exit = stop(running, &plan).await;
        assert_eq!(counts(&exit, "hand"), [10, 5, 0, 5, 0], "{exit}");
        assert_eq!(handled(&plan.log), kept, "{overflow:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_lane_answers_questions() {
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan.sit::<true>(&mut workers, restarting(3));
    let running = workers.startup().await.unwrap();
    for key in 0..6 {
        let answer = hand
            .ask(|reply| job(key, 10 + key, What::Answer(reply)))
            .await;
        assert_eq!(answer.unwrap(), 10 + key);
    }
    // When one lane fails, the rebuilt lanes answer the questions in the other lanes.
    hand.send(job(1, 0, What::Fail)).await.unwrap();
    let answers = (0..6).map(|key| hand.ask(move |reply| job(key, 10 + key, What::Answer(reply))));
    for (answer, expected) in futures(answers).await.into_iter().zip(10..) {
        assert_eq!(answer.unwrap(), expected);
    }
    // A question behind a call that never ends is undelivered at a forced stop.
    hand.send(job(2, 0, What::Hang)).await.unwrap();
    let handle = hand.handle();
    let asked =
        tokio::spawn(async move { handle.ask(|reply| job(2, 0, What::Answer(reply))).await });
    sleep(ms(1)).await;
    let exit = stop(running, &plan).await;
    assert!(exit.is_forced());
    let answer = timeout(secs(1), asked).await.unwrap().unwrap();
    assert!(matches!(answer, Err(AskError::Dropped(_))), "{answer:?}");
}

/// Awaits all futures, and keeps their order.
async fn futures<T: Send>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut results = Vec::new();
    for one in all {
        results.push(one.await);
    }
    results
}

#[tokio::test(start_paused = true)]
async fn messages_of_every_lane_are_undelivered_if_the_group_is_never_started() {
    let plan = Plan::default();
    let mut workers = group();
    let hand = plan
        .sit::<true>(&mut workers, lanes(3).capacity(3))
        .handle();
    let asker = {
        let hand = hand.clone();
        tokio::spawn(async move { hand.ask(|reply| job(2, 0, What::Answer(reply))).await })
    };
    tokio::task::yield_now().await;
    for key in 0..2 {
        hand.send(job(key, key, What::Pass)).await.unwrap();
    }
    let waits = {
        let hand = hand.clone();
        tokio::spawn(async move { hand.send(job(1, 1, What::Pass)).await.is_err() })
    };
    tokio::task::yield_now().await;
    drop(workers);
    let counts = hand.exit().unwrap().counts().unwrap();
    assert_eq!((counts.accepted, counts.undelivered), (3, 3));
    let answer = timeout(secs(1), asker).await.unwrap().unwrap();
    assert!(matches!(answer, Err(AskError::Dropped(_))), "{answer:?}");
    assert!(timeout(secs(1), waits).await.unwrap().unwrap());
}

#[tokio::test(start_paused = true)]
async fn the_options_of_the_member_override_the_number_of_lanes() {
    for lanes in [1, 2, 5] {
        let plan = Plan::default();
        let mut workers = group();
        let hand = plan.sit::<false>(&mut workers, self::lanes(lanes));
        let running = workers.startup().await.unwrap();
        for number in 0..20 {
            hand.send(job(0, number, What::Take(10))).await.unwrap();
        }
        let exit = stop(running, &plan).await;
        assert_eq!((plan.builds(), plan.most()), (lanes as u64, lanes as u64));
        assert_eq!(counts(&exit, "hand"), [20, 20, 0, 0, 0], "{exit}");
    }
}

/// Emits one number for each of three keys, and then tries to send one more for each.
struct Tries(Log);

impl Worker for Tries {
    type Message = Nothing;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        // Until each lane has its first message in hand.
        ctx.sleep(ms(10)).await;
        for number in 0..6 {
            let tried = match io.output.try_send(number) {
                Ok(()) => "sent",
                Err(TrySendError::Full(_)) => "full",
                Err(TrySendError::Closed(_)) => "closed",
            };
            self.0.note(format!("{number} {tried}"));
        }
        ctx.stopping().await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn try_send_over_an_adapted_edge_returns_the_message_if_its_lane_is_full() {
    let (plan, log) = (Plan::default(), Log::default());
    let mut workers = group();
    let hand = plan.sit::<true>(&mut workers, lanes(3).capacity(3));
    for key in 0..3 {
        // The message is in hand, so the next one fills the queue of the lane.
        hand.send(job(key, 100, What::Take(50))).await.unwrap();
    }
    let noted = log.clone();
    let tries = workers.add_with("tries", Options::new(), move || Tries(noted.clone()));
    workers.connect(
        tries.map(|number: u64| job(number, number, What::Pass)),
        &hand,
    );
    let running = workers.startup().await.unwrap();
    sleep(ms(20)).await;
    let exit = stop(running, &plan).await;
    let sent = log
        .lines()
        .iter()
        .filter(|line| line.ends_with("sent"))
        .count() as u64;
    assert!((1..=3).contains(&sent), "{:?}", log.lines());
    assert!(
        log.lines()[3..].iter().all(|line| line.ends_with("full")),
        "{:?}",
        log.lines()
    );
    assert_eq!(
        counts(&exit, "hand"),
        [3 + sent, 3 + sent, 0, 0, 0],
        "{exit}"
    );
    assert_eq!(exit.worker("tries").unwrap().emitted(), sent);
}
