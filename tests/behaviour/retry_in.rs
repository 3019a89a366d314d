//! `retry_in = "queue"`: a message waits for its next attempt beside the queue, while its lane handles others.

use std::sync::{Arc, Mutex};

use fluid::{Context, Exit, Failed, Forced, consumer, worker, workers};

use crate::support::{assert_conserved, counts, ms, secs};

/// The attempts of all messages, in their order.
#[derive(Clone, Default)]
struct Attempts(Arc<Mutex<Vec<(u64, u32)>>>);

impl Attempts {
    fn note(&self, number: u64, attempt: u32) {
        self.0.lock().unwrap().push((number, attempt));
    }

    fn all(&self) -> Vec<(u64, u32)> {
        self.0.lock().unwrap().clone()
    }

    fn of(&self, number: u64) -> usize {
        let all = self.all();
        all.iter().filter(|(other, _)| *other == number).count()
    }
}

/// Fails at the first attempts of a number below a hundred, and always at a larger one.
fn attempt(number: u64, ctx: &Context, attempts: &Attempts) -> Result<(), String> {
    attempts.note(number, ctx.attempt());
    match ctx.attempt() {
        1 | 2 if number < 100 && number % 2 == 1 => Err(format!("no {number}")),
        _ if number >= 100 => Err(format!("never {number}")),
        _ => Ok(()),
    }
}

/// Lets the tasks run that can, at the same time.
async fn let_run() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

fn retried(exit: &Exit, path: &str) -> u64 {
    exit.worker(path).unwrap().counts().unwrap().retried
}

#[consumer(retry = 3, backoff = "10s", retry_in = "queue")]
async fn store(number: u64, ctx: &Context, attempts: &Attempts) -> Result<(), String> {
    attempt(number, ctx, attempts)
}

workers! {
    struct Storing(attempts: Attempts) {
        pub store: Store { attempts },
    }
}

#[tokio::test(start_paused = true)]
async fn later_messages_pass_one_that_waits_for_another_attempt() {
    let attempts = Attempts::default();
    let running = Storing::new(attempts.clone()).startup().await.unwrap();
    for number in 1..=4 {
        running.store().send(number).await.unwrap();
    }
    let_run().await;
    // In their order, before any second attempt. Two of them still count as queued.
    assert_eq!(attempts.all()[..4], [(1, 1), (2, 1), (3, 1), (4, 1)]);
    assert_eq!(running.store().queue_size(), 2);
    tokio::time::sleep(secs(30)).await;
    assert_eq!((attempts.of(1), attempts.of(3)), (3, 3));
    assert_eq!(running.store().queue_size(), 0);
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "store"), [4, 4, 0, 0, 0], "{exit}");
    assert_eq!(retried(&exit, "store"), 4, "{exit}");
    assert_eq!(exit.code(), 0);
}

#[consumer(retry = 3, backoff = "10s")]
async fn store_in_order(number: u64, ctx: &Context, attempts: &Attempts) -> Result<(), String> {
    attempt(number, ctx, attempts)
}

workers! {
    struct StoringInOrder(attempts: Attempts) {
        pub store: StoreInOrder { attempts },
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_option_later_messages_wait_and_attempts_are_counted_too() {
    let attempts = Attempts::default();
    let running = StoringInOrder::new(attempts.clone())
        .startup()
        .await
        .unwrap();
    for number in 1..=3 {
        running.store().send(number).await.unwrap();
    }
    tokio::time::sleep(secs(60)).await;
    let in_order = [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2), (3, 3)];
    assert_eq!(attempts.all(), in_order);
    let status = running.status().worker("store").unwrap().counts.unwrap();
    assert_eq!((status.done, status.retried), (3, 4));
    let exit = running.shutdown().await;
    assert_eq!(retried(&exit, "store"), 4, "{exit}");
    assert!(exit.to_string().contains("3 done, 4 retried"), "{exit}");
}

#[consumer(retry = 1, backoff = "10s", retry_in = "queue", capacity = 2)]
async fn store_few(number: u64, ctx: &Context, attempts: &Attempts) -> Result<(), String> {
    attempt(number, ctx, attempts)
}

#[consumer]
async fn bury(failed: Failed<u64>, attempts: &Attempts) {
    attempts.note(1000 + failed.message, failed.attempts);
}

workers! {
    struct Few(attempts: Attempts) {
        pub store: StoreFew { attempts },
        bury: Bury { attempts },
    }

    store.failed => bury;
}

#[tokio::test(start_paused = true)]
async fn as_many_messages_wait_as_the_queue_has_capacity_and_the_next_one_holds_up_its_lane() {
    let attempts = Attempts::default();
    let running = Few::new(attempts.clone()).startup().await.unwrap();
    for number in 101..=104 {
        running.store().send(number).await.unwrap();
    }
    let_run().await;
    // The third one waits in the lane, so the fourth has had no attempt.
    assert_eq!(attempts.all(), [(101, 1), (102, 1), (103, 1)]);
    tokio::time::sleep(secs(60)).await;
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    assert_eq!(counts(&exit, "store"), [4, 0, 4, 0, 0], "{exit}");
    assert_eq!(retried(&exit, "store"), 4, "{exit}");
    for number in 101..=104 {
        assert!(
            attempts.all().contains(&(1000 + number, 2)),
            "{attempts:?}",
            attempts = attempts.all()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_pauses_and_makes_all_attempts() {
    let attempts = Attempts::default();
    let running = Storing::new(attempts.clone()).startup().await.unwrap();
    let asked = tokio::time::Instant::now();
    for number in 1..=5 {
        running.store().send(number).await.unwrap();
    }
    let_run().await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "store"), [5, 5, 0, 0, 0], "{exit}");
    assert_eq!(asked.elapsed(), ms(0));
}

/// Waits a minute, so that the consumer behind it is not asked to stop.
#[worker]
async fn hold() -> Option<u64> {
    tokio::time::sleep(secs(60)).await;
    None
}

#[consumer]
async fn save(number: u64, attempts: &Attempts) {
    attempts.note(number, 0);
}

#[consumer(retry = 3, backoff = "1h", retry_in = "queue", concurrency = 2, partition_by = |number| *number)]
async fn store_in_lanes(number: u64, ctx: &Context, attempts: &Attempts) -> Result<(), String> {
    attempt(number, ctx, attempts)
}

workers! {
    #[workers(grace = "4s")]
    struct Saving(attempts: Attempts) {
        hold: Hold,
        pub store: StoreInLanes { attempts },
        save: Save { attempts },
    }

    hold => store;
    store.undelivered => save;
}

#[tokio::test(start_paused = true)]
async fn messages_beside_the_queues_of_lanes_are_undelivered_at_a_forced_end_and_are_saved() {
    let attempts = Attempts::default();
    let running = Saving::new(attempts.clone()).startup().await.unwrap();
    for number in 101..=106 {
        running.store().send(number).await.unwrap();
    }
    tokio::time::sleep(ms(1)).await;
    assert_eq!(running.store().queue_size(), 6);
    let exit = running.shutdown().await;
    assert_conserved(&exit);
    assert_eq!(counts(&exit, "store"), [6, 0, 0, 0, 6], "{exit}");
    assert_eq!(
        exit.worker("store").unwrap().forced_by(),
        Some(Forced::TimeToSave)
    );
    assert_eq!(exit.losses().total, 0, "{exit}");
    let mut saved: Vec<_> = attempts
        .all()
        .into_iter()
        .filter(|(_, attempt)| *attempt == 0)
        .collect();
    saved.sort_unstable();
    assert_eq!(
        saved,
        [101, 102, 103, 104, 105, 106].map(|number| (number, 0))
    );
}

#[consumer(retry = 3, backoff = "10s", retry_in = "queue", on_error = "restart", retry_if = |error: &String| !error.contains("never"))]
async fn restarted(number: u64, ctx: &Context, attempts: &Attempts) -> Result<(), String> {
    attempt(number, ctx, attempts)
}

workers! {
    struct Restarting(attempts: Attempts) {
        pub store: Restarted { attempts },
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_keeps_the_messages_that_wait_for_another_attempt() {
    let attempts = Attempts::default();
    let running = Restarting::new(attempts.clone()).startup().await.unwrap();
    for number in [1, 3, 100, 5] {
        running.store().send(number).await.unwrap();
    }
    tokio::time::sleep(secs(60)).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "store"), [4, 3, 1, 0, 0], "{exit}");
    assert_eq!(exit.worker("store").unwrap().restarts(), 1, "{exit}");
    for number in [1, 3, 5] {
        assert!(attempts.all().contains(&(number, 3)), "{number}");
    }
}
