//! The port `undelivered`: what a consumer had not handled at its end goes to another consumer.

use std::future::pending;
use std::sync::{Arc, Mutex};

use fluid::{
    Context, Error, Exit, Forced, OnError, Options, Workers, by_hand::Nothing, consumer, worker,
    workers,
};
use tokio::time::Instant;

use crate::support::{
    assert_conserved, body, boxed, counts, each, group, idle, ms, pass, put, put_with, secs, sink,
};

/// The saved numbers, and when each was saved, in milliseconds since the start.
#[derive(Clone)]
struct Saved(Arc<Mutex<Vec<(u64, u128)>>>, Instant);

impl Saved {
    fn new() -> Self {
        Self(Arc::default(), Instant::now())
    }

    fn note(&self, number: u64) {
        let at = self.1.elapsed().as_millis();
        self.0.lock().unwrap().push((number, at));
    }

    fn numbers(&self) -> Vec<u64> {
        let saved = self.0.lock().unwrap();
        saved.iter().map(|&(number, _)| number).collect()
    }

    fn times(&self) -> Vec<u128> {
        self.0.lock().unwrap().iter().map(|&(_, at)| at).collect()
    }
}

fn saved(exit: &Exit, path: &str) -> u64 {
    exit.worker(path).unwrap().counts().unwrap().saved
}

fn forced_by(exit: &Exit, path: &str) -> Option<Forced> {
    exit.worker(path).unwrap().forced_by()
}

/// Takes 100 ms for each number.
#[consumer(capacity = 1)]
async fn save(number: u64, saved: &Saved) {
    tokio::time::sleep(ms(100)).await;
    saved.note(number);
}

/// Waits a minute, so that consumers behind it are not asked to stop.
#[worker]
async fn hold() -> Option<u64> {
    tokio::time::sleep(secs(60)).await;
    None
}

/// Never ends a call.
#[consumer]
async fn hang(number: u64) {
    pending::<()>().await;
    let _ = number;
}

#[consumer(batch = 2, linger = "1h")]
async fn hang_on_batch(numbers: Vec<u64>) {
    pending::<()>().await;
    drop(numbers);
}

#[consumer(concurrency = 3, partition_by = |number| *number)]
async fn hang_in_lanes(number: u64) {
    pending::<()>().await;
    let _ = number;
}

#[consumer(concurrency = 2)]
async fn hang_in_competing_lanes(number: u64) {
    pending::<()>().await;
    let _ = number;
}

#[consumer(retry = 3, backoff = "1h")]
async fn fail(number: u64) -> Result<(), String> {
    Err(format!("no {number}"))
}

#[consumer(rate = "1/h")]
async fn limited(number: u64) {
    let _ = number;
}

#[consumer(rate = "1/h", batch = 2)]
async fn limited_batches(numbers: Vec<u64>) {
    drop(numbers);
}

macro_rules! saving {
    ($group:ident, $worker:ident) => {
        workers! {
            #[workers(grace = "4s")]
            struct $group(saved: Saved) {
                hold: Hold,
                pub store: $worker,
                save: Save { saved },
            }

            hold => store;
            store.undelivered => save;
        }

        impl $group {
            /// Sends the numbers below seven and stops. The counts of the consumer, and the saved numbers.
            async fn seven() -> ([u64; 6], Vec<u64>, Exit) {
                let saved_numbers = Saved::new();
                let running = $group::new(saved_numbers.clone()).startup().await.unwrap();
                for number in 0..7 {
                    running.store().send(number).await.unwrap();
                }
                tokio::time::sleep(ms(1)).await;
                let exit = running.shutdown().await;
                assert_conserved(&exit);
                let [accepted, done, failed, dropped, undelivered] = counts(&exit, "store");
                let all = [
                    accepted,
                    done,
                    failed,
                    dropped,
                    undelivered,
                    saved(&exit, "store"),
                ];
                (all, saved_numbers.numbers(), exit)
            }
        }
    };
}

saving!(Messages, Hang);
saving!(Batches, HangOnBatch);
saving!(Lanes, HangInLanes);
saving!(CompetingLanes, HangInCompetingLanes);
saving!(Retries, Fail);
saving!(Rate, Limited);
saving!(RateOfBatches, LimitedBatches);

#[tokio::test(start_paused = true)]
async fn a_forced_consumer_hands_what_it_had_not_handled_to_the_port_undelivered() {
    let (all, saved, exit) = Messages::seven().await;
    assert_eq!(all, [7, 0, 0, 0, 7, 6], "{exit}");
    // All but the message whose handler was cut off, in order.
    assert_eq!(saved, [1, 2, 3, 4, 5, 6]);
    // The queue of `save`, whose capacity is 1, has taken all of them at once.
    assert_eq!(counts(&exit, "save"), [6, 6, 0, 0, 0], "{exit}");
    assert_eq!(
        forced_by(&exit, "store"),
        Some(Forced::TimeToSave),
        "{exit}"
    );
    assert_eq!(forced_by(&exit, "hold"), Some(Forced::TimeToSave), "{exit}");
    assert!(!exit.worker("save").unwrap().is_forced(), "{exit}");
    assert_eq!(exit.code(), 1);
    let losses = exit.losses();
    assert_eq!((losses.undelivered, losses.total), (1, 1), "{exit}");
    let told = "lost: 1 message: 1 of `store` (undelivered)\n";
    assert!(exit.to_string().contains(told), "{exit}");
    assert!(
        exit.to_string().contains("7 undelivered, 6 saved"),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn gathered_batches_messages_of_lanes_and_messages_that_wait_for_a_call_are_saved() {
    let (all, saved, exit) = Batches::seven().await;
    assert_eq!(
        (all, &saved[..]),
        ([7, 0, 0, 0, 7, 5], &[2, 3, 4, 5, 6][..]),
        "{exit}"
    );

    // The first message of each lane that has any is in its handler.
    let (all, mut saved, exit) = Lanes::seven().await;
    saved.sort_unstable();
    assert_eq!((all[4], all[5]), (7, saved.len() as u64), "{exit}");
    assert!((4..7).contains(&saved.len()) && saved[0] > 0, "{saved:?}");
    assert_eq!(saved[saved.len() - 1], 6, "{saved:?}");

    let (all, saved, exit) = CompetingLanes::seven().await;
    assert_eq!(
        (all, &saved[..]),
        ([7, 0, 0, 0, 7, 5], &[2, 3, 4, 5, 6][..]),
        "{exit}"
    );

    // The first message waits for its second attempt, and is saved with the others.
    let (all, saved, exit) = Retries::seven().await;
    let seven = [0, 1, 2, 3, 4, 5, 6];
    assert_eq!(
        (all, &saved[..]),
        ([7, 0, 0, 0, 7, 7], &seven[..]),
        "{exit}"
    );

    let (all, saved, exit) = Rate::seven().await;
    assert_eq!(
        (all, &saved[..]),
        ([7, 1, 0, 0, 6, 6], &seven[1..]),
        "{exit}"
    );

    let (all, saved, exit) = RateOfBatches::seven().await;
    assert_eq!(
        (all, &saved[..]),
        ([7, 2, 0, 0, 5, 5], &seven[2..]),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_quarter_of_the_grace_period_is_for_the_saver_and_other_workers_have_all_of_it() {
    let saved = Saved::new();
    let mut workers = group().grace(secs(4));
    let hang = each(|_: u64| async {
        pending::<()>().await;
        Ok(None::<Nothing>)
    });
    let hang = put(&mut workers, "hang", hang);
    let save = put(
        &mut workers,
        "save",
        Save {
            saved: saved.clone().into(),
        },
    );
    let note = put(&mut workers, "note", sink::<u64>(ms(0)));
    workers.connect(hang.undelivered(), &save);
    // Neither feeds the other, and each takes longer than three seconds.
    let slow = put(&mut workers, "slow", sink::<u64>(ms(3500)));
    put_with(&mut workers, "idle", Options::new(), idle());
    let (hang, slow) = (hang.handle(), slow.handle());
    let running = workers.startup().await.unwrap();
    for number in 0..3 {
        hang.send(number).await.unwrap();
    }
    slow.send(1).await.unwrap();
    note.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(saved.times(), [3100, 3200], "{exit}");
    assert_eq!(counts(&exit, "slow"), [1, 1, 0, 0, 0], "{exit}");
    assert!(!exit.worker("slow").unwrap().is_forced(), "{exit}");
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_the_saver_loses_is_lost_once() {
    let mut workers = group().grace(secs(4));
    let hang = each(|_: u64| async {
        pending::<()>().await;
        Ok(None::<Nothing>)
    });
    let hang = put(&mut workers, "hang", hang);
    let save = put(&mut workers, "save", sink::<String>(ms(600)));
    workers.connect(hang.undelivered().map(|number| format!("{number}")), &save);
    let hang = hang.handle();
    let running = workers.startup().await.unwrap();
    for number in 0..4 {
        hang.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    assert_eq!(
        (counts(&exit, "hang"), saved(&exit, "hang")),
        ([4, 0, 0, 0, 4], 3)
    );
    // The second one is cut off at the end of the grace period.
    assert_eq!(counts(&exit, "save"), [3, 1, 0, 0, 2], "{exit}");
    let told = "lost: 3 messages: 1 of `hang` (undelivered), 2 of `save` (undelivered)\n";
    assert!(exit.to_string().contains(told), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_queue_of_a_consumer_that_failed_for_good_is_saved_and_not_lost() {
    for on_error in [OnError::Stop, OnError::Forget] {
        let saved = Saved::new();
        let mut workers = group();
        let picky = boxed(|_: u64| {
            Box::pin(async {
                tokio::time::sleep(ms(1)).await;
                Err::<Option<Nothing>, Error>("the disk is full".into())
            })
        });
        let options = Options::new().on_error(on_error);
        let picky = put_with(&mut workers, "picky", options, picky);
        let save = put(
            &mut workers,
            "save",
            Save {
                saved: saved.clone().into(),
            },
        );
        workers.connect(picky.undelivered(), &save);
        let picky = picky.handle();
        let running = workers.startup().await.unwrap();
        for number in 0..4 {
            picky.send(number).await.unwrap();
        }
        let own = picky.wait_for_shutdown().await;
        tokio::time::sleep(secs(1)).await;
        let exit = running.shutdown().await;
        assert_eq!(saved.numbers(), [1, 2, 3], "{exit}");
        let of_own = own.counts().unwrap();
        assert_eq!((of_own.failed, of_own.undelivered, of_own.saved), (1, 3, 3));
        assert_eq!(
            (own.lost(), exit.lost(), exit.losses().total),
            (1, 1, 1),
            "{exit}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_sees_that_its_time_ends_before_that_of_its_saver() {
    let left = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&left);
    let mut workers = group().grace(secs(4));
    let patient = body::<u64, Nothing>(move |ctx: &Context, io| {
        let notes = Arc::clone(&notes);
        Box::pin(async move {
            ctx.stopping().await;
            notes.lock().unwrap().push(ctx.grace_left());
            pending::<()>().await;
            let _ = io.queue.next().await;
            Ok(())
        })
    });
    let patient = put(&mut workers, "patient", patient);
    let save = put(&mut workers, "save", sink::<u64>(ms(0)));
    workers.connect(patient.undelivered(), &save);
    let patient = patient.handle();
    let running = workers.startup().await.unwrap();
    patient.send(1).await.unwrap();
    let exit = running.shutdown().await;
    assert_eq!(*left.lock().unwrap(), [Some(secs(3))]);
    assert_eq!(
        (saved(&exit, "patient"), exit.losses().total),
        (1, 0),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_nested_group_saves_within_the_grace_period_of_the_group_above() {
    let saved_numbers = Saved::new();
    let mut inner = Workers::new("inner");
    let first = put(&mut inner, "first", pass::<u64>(secs(60)));
    let hang = put(&mut inner, "hang", sink::<u64>(secs(60)));
    let save = put(
        &mut inner,
        "save",
        Save {
            saved: saved_numbers.clone().into(),
        },
    );
    inner.connect(&first, &hang);
    inner.connect(hang.undelivered(), &save);
    let (first, hang) = (first.handle(), hang.handle());
    let mut inner = Some(inner);
    let mut workers = group().grace(secs(4));
    workers.add_with("inner", Options::new(), move || inner.take().expect("once"));
    let running = workers.startup().await.unwrap();
    for number in 0..3 {
        hang.send(number).await.unwrap();
    }
    first.send(7).await.unwrap();
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    assert_eq!(saved_numbers.times(), [3100, 3200], "{exit}");
    assert_eq!(saved(&exit, "inner/hang"), 2, "{exit}");
    // The worker before it is forced with it, and emits to no consumer that has ended.
    assert_eq!(counts(&exit, "inner/first"), [1, 0, 0, 0, 1], "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_consumer_that_drains_in_time_saves_nothing_and_is_not_forced() {
    let mut workers = group().grace(secs(4));
    let slow = put(&mut workers, "slow", sink::<u64>(secs(1)));
    let save = put(&mut workers, "save", sink::<u64>(ms(0)));
    workers.connect(slow.undelivered(), &save);
    let slow = slow.handle();
    let running = workers.startup().await.unwrap();
    for number in 0..2 {
        slow.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 0, "{exit}");
    assert_eq!((saved(&exit, "slow"), counts(&exit, "save")), (0, [0; 5]));
}

#[tokio::test(start_paused = true)]
async fn an_adapter_that_panics_loses_its_message_and_no_other() {
    let mut workers = group().grace(secs(4));
    let hang = put(&mut workers, "hang", sink::<u64>(secs(60)));
    let save = put(&mut workers, "save", sink::<u64>(ms(0)));
    let adapt = |number: u64| {
        assert!(number != 2, "no {number}");
        number
    };
    workers.connect(hang.undelivered().map(adapt), &save);
    let hang = hang.handle();
    let running = workers.startup().await.unwrap();
    for number in 0..4 {
        hang.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    assert_eq!(
        (saved(&exit, "hang"), counts(&exit, "save")),
        (2, [2, 2, 0, 0, 0])
    );
}

#[test]
#[should_panic(expected = "no feedback edge starts at the port `undelivered` of `hang`")]
fn a_feedback_edge_from_the_port_undelivered_panics() {
    let mut workers = group();
    let hang = put(&mut workers, "hang", sink::<u64>(ms(0)));
    let save = put(&mut workers, "save", sink::<u64>(ms(0)));
    workers.feedback(hang.undelivered(), &save);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn the_queue_of_a_worker_that_blocks_its_thread_is_saved() {
    let (release, released) = std::sync::mpsc::channel::<()>();
    let released = Mutex::new(released);
    let block = each(move |_: u64| {
        // Blocks until the end of the test, which drops the sender.
        let _ = released.lock().unwrap().recv();
        async { Ok(None::<Nothing>) }
    });
    let saved_numbers = Saved::new();
    let mut workers = group().grace(secs(2));
    let options = Options::new().blocking().capacity(1);
    let block = put_with(&mut workers, "block", options, block);
    let save = put(
        &mut workers,
        "save",
        Save {
            saved: saved_numbers.clone().into(),
        },
    );
    workers.connect(block.undelivered(), &save);
    let block = block.handle();
    let running = workers.startup().await.unwrap();
    // One message is in the handler, and one waits.
    for number in 0..2 {
        block.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert!(exit.worker("block").unwrap().is_stuck(), "{exit}");
    assert_eq!(
        (counts(&exit, "block"), saved(&exit, "block")),
        ([2, 0, 0, 0, 2], 1),
        "{exit}"
    );
    assert_eq!(saved_numbers.numbers(), [1], "{exit}");
    assert_eq!(counts(&exit, "save"), [1, 1, 0, 0, 0], "{exit}");
    drop(release);
}
