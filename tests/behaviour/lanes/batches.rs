//! Batches, in one lane and in several.

use fluid::{
    Restart,
    by_hand::{EachBatch, Stage},
};

use super::*;

/// A consumer that notes its batches, and fails at batches that contain a given number.
struct Batches<const KEYED: bool> {
    log: Log,
    pause: Duration,
    fails_at: Option<u64>,
}

impl<const KEYED: bool> Worker for Batches<KEYED> {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    const KEY: Option<fn(&u64) -> u64> = if KEYED {
        Some(|number| *number % 10)
    } else {
        None
    };

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }
}

impl<const KEYED: bool> Stage for Batches<KEYED> {
    type Input = Vec<u64>;
    type Emission = Vec<u64>;
    type Calls = EachBatch;

    async fn call(&mut self, batch: Vec<u64>, _: &Context, (): &()) -> Result<Vec<u64>, Error> {
        sleep(self.pause).await;
        let numbers: Vec<_> = batch.iter().map(u64::to_string).collect();
        self.log.note(numbers.join(" "));
        match self.fails_at {
            Some(number) if batch.contains(&number) => Err("no".into()),
            _ => Ok(batch),
        }
    }
}

fn add<const KEYED: bool>(
    workers: &mut Workers,
    options: Options,
    log: &Log,
    pause: Duration,
    fails_at: Option<u64>,
) -> Slot<Batches<KEYED>> {
    let log = log.clone();
    workers.add_with("batches", options, move || Batches {
        log: log.clone(),
        pause,
        fails_at,
    })
}

#[tokio::test(start_paused = true)]
async fn each_message_is_in_one_batch_of_competing_lanes() {
    let log = Log::default();
    let mut workers = group();
    let options = lanes(3).batch(7).linger(ms(20));
    let slot = add::<false>(&mut workers, options, &log, ms(30), None);
    let running = workers.startup().await.unwrap();
    for number in 0..200 {
        slot.send(number).await.unwrap();
        sleep(ms(number % 4)).await;
    }
    let exit = timeout(secs(60), running.shutdown()).await.unwrap();
    assert_eq!(counts(&exit, "batches"), [200, 200, 0, 0, 0], "{exit}");
    let batches = log.lines();
    assert!(
        batches.iter().all(|batch| batch.split(' ').count() <= 7),
        "{batches:?}"
    );
    let mut all: Vec<u64> = batches
        .iter()
        .flat_map(|b| b.split(' ').map(|n| n.parse().unwrap()))
        .collect();
    all.sort_unstable();
    assert!(all.into_iter().eq(0..200));
}

#[tokio::test(start_paused = true)]
async fn with_a_key_and_lanes_batches_keep_the_order_of_each_key() {
    let log = Log::default();
    let mut workers = group();
    let options = lanes(3).batch(4).linger(ms(20)).capacity(30);
    let slot = add::<true>(&mut workers, options, &log, ms(3), None);
    let running = workers.startup().await.unwrap();
    for number in 0..300 {
        slot.send(number).await.unwrap();
    }
    let exit = timeout(secs(60), running.shutdown()).await.unwrap();
    assert_eq!(counts(&exit, "batches"), [300, 300, 0, 0, 0], "{exit}");
    let batches: Vec<Vec<u64>> = log
        .lines()
        .iter()
        .map(|batch| {
            batch
                .split(' ')
                .map(|number| number.parse().unwrap())
                .collect()
        })
        .collect();
    for key in 0..10 {
        let of_key = batches.iter().filter(|batch| batch[0] % 10 == key);
        let numbers: Vec<u64> = of_key.flatten().copied().collect();
        assert!(
            numbers.into_iter().eq((0..30).map(|n| 10 * n + key)),
            "{key}: {batches:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_at_most_as_large_as_the_capacity() {
    for (lanes, capacity) in [(1, 1), (1, 5), (1, 8), (3, 1), (3, 5), (3, 8)] {
        let log = Log::default();
        let mut workers = group();
        let options = self::lanes(lanes).batch(100).capacity(capacity);
        let slot = add::<false>(&mut workers, options, &log, ms(1), None);
        let running = workers.startup().await.unwrap();
        let sends = async {
            for number in 0..200 {
                slot.send(number).await.unwrap();
            }
        };
        timeout(secs(60), sends)
            .await
            .expect("no sender waits for ever");
        let exit = timeout(secs(60), running.shutdown()).await.unwrap();
        assert_eq!(counts(&exit, "batches"), [200, 200, 0, 0, 0], "{exit}");
        let most = log
            .lines()
            .iter()
            .map(|batch| batch.split(' ').count())
            .max();
        assert!(
            most <= Some(capacity),
            "{lanes} {capacity}: {:?}",
            log.lines()
        );
    }
    // With keys, each key has a batch of its own.
    for (lanes, capacity) in [(1, 1), (1, 5), (3, 1), (3, 9)] {
        let log = Log::default();
        let mut workers = group();
        let options = self::lanes(lanes).batch(100).capacity(capacity);
        let slot = add::<true>(&mut workers, options, &log, ms(1), None);
        let running = workers.startup().await.unwrap();
        let sends = async {
            for number in 0..200 {
                slot.send(number).await.unwrap();
            }
        };
        timeout(secs(60), sends)
            .await
            .expect("no sender waits for ever");
        let exit = timeout(secs(60), running.shutdown()).await.unwrap();
        assert_eq!(counts(&exit, "batches"), [200, 200, 0, 0, 0], "{exit}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn senders_that_wait_for_room_continue_when_a_batch_is_handed_over() {
    // With real threads, a sender may come between the fetch and the hand-over of a batch.
    for round in 0..60 {
        let log = Log::default();
        let mut workers = group();
        let options = lanes(1 + round % 3).batch(100).capacity(4 + round % 5);
        let slot = add::<false>(&mut workers, options, &log, Duration::ZERO, None);
        let running = workers.startup().await.unwrap();
        let senders: Vec<_> = (0..3)
            .map(|_| {
                let handle = slot.handle();
                tokio::spawn(async move {
                    for number in 0..300 {
                        handle.send(number).await.unwrap();
                    }
                })
            })
            .collect();
        for sender in senders {
            timeout(secs(20), sender)
                .await
                .expect("no sender waits for ever")
                .unwrap();
        }
        let exit = timeout(secs(20), running.shutdown()).await.unwrap();
        assert_eq!(counts(&exit, "batches"), [900, 900, 0, 0, 0], "{exit}");
    }
}

#[tokio::test(start_paused = true)]
async fn many_large_batches_in_hand_at_once_are_counted() {
    // The lanes of one consumer hold more than a quarter of a million messages in hand.
    let log = Log::default();
    let mut workers = group();
    let options = lanes(4).batch(100_000).capacity(usize::MAX);
    let slot = add::<false>(&mut workers, options, &log, secs(1), None);
    for number in 0..400_000 {
        slot.try_send(number).unwrap();
    }
    let running = workers.startup().await.unwrap();
    let exit = timeout(secs(60), running.shutdown()).await.unwrap();
    assert_eq!(
        counts(&exit, "batches"),
        [400_000, 400_000, 0, 0, 0],
        "{exit}"
    );
    // Each of them was handed to a call.
    let lines = log.lines();
    let handed: usize = lines.iter().map(|batch| batch.split(' ').count()).sum();
    assert_eq!(handed, 400_000);
}

#[tokio::test(start_paused = true)]
async fn an_unfinished_batch_survives_a_restart() {
    for lanes in [1, 3] {
        let log = Log::default();
        let mut workers = group();
        let options = self::lanes(lanes).batch(3).on_error(OnError::Restart);
        let slot = add::<true>(&mut workers, options, &log, ms(1), Some(21));
        let running = workers.startup().await.unwrap();
        // When the batch of key 1 fails, the unfinished batches hold two messages of key 5 and two of key 3.
        for number in [5, 15, 3, 13, 1, 11, 21] {
            slot.send(number).await.unwrap();
        }
        while slot.status().restarts < 1 || slot.queue_size() < 4 {
            sleep(ms(1)).await;
        }
        for number in [25, 23] {
            slot.send(number).await.unwrap();
        }
        let exit = timeout(secs(60), running.shutdown()).await.unwrap();
        assert_eq!(counts(&exit, "batches"), [9, 6, 3, 0, 0], "{exit}");
        let mut batches = log.lines();
        batches.sort();
        assert_eq!(batches, ["1 11 21", "3 13 23", "5 15 25"], "{lanes}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_for_all_restarts_lanes_and_keeps_the_unfinished_batch() {
    let (plan, log) = (Plan::default(), Log::default());
    let mut workers = group().restart(Restart::one_for_all());
    let hand = plan.sit::<true>(&mut workers, lanes(3));
    let slot = add::<true>(&mut workers, lanes(2).batch(3), &log, ms(1), None);
    let running = workers.startup().await.unwrap();
    for number in [5, 15, 4, 14] {
        slot.send(number).await.unwrap();
    }
    for number in 0..9 {
        hand.send(job(number % 3, number, What::Take(20)))
            .await
            .unwrap();
    }
    sleep(ms(1)).await;
    hand.send(job(1, 9, What::Fail)).await.unwrap();
    hand.send(job(1, 10, What::Pass)).await.unwrap();
    until_behind(&hand, 11).await;
    while slot.queue_size() < 4 {
        sleep(ms(1)).await;
    }
    assert_eq!((slot.status().restarts, hand.status().restarts), (1, 1));
    assert_eq!((plan.builds(), slot.queue_size()), (6, 4));
    for number in [25, 24] {
        slot.send(number).await.unwrap();
    }
    let exit = stop(running, &plan).await;
    assert_eq!(counts(&exit, "batches"), [6, 6, 0, 0, 0], "{exit}");
    assert_eq!(counts(&exit, "hand"), [11, 10, 1, 0, 0], "{exit}");
    let mut batches = log.lines();
    batches.sort();
    assert_eq!(batches, ["4 14 24", "5 15 25"]);
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_counts_the_unfinished_batch_and_the_one_in_hand_as_undelivered() {
    for lanes in [1, 2] {
        let log = Log::default();
        let mut workers = group().grace(ms(50));
        let options = self::lanes(lanes).batch(3);
        let slot = add::<true>(&mut workers, options, &log, secs(1000), None);
        let running = workers.startup().await.unwrap();
        // Three messages are handed over; two are in an unfinished batch, and one more was fetched.
        for number in [3, 13, 1, 11, 21, 2] {
            slot.send(number).await.unwrap();
        }
        sleep(ms(1)).await;
        let exit = timeout(secs(60), running.shutdown()).await.unwrap();
        assert_eq!(counts(&exit, "batches"), [6, 0, 0, 0, 6], "{exit}");
        assert!(exit.is_forced());
    }
}
