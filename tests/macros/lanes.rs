//! The options for lanes, batches and retries, and the port `failed`.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fluid::{Context, Failed, consumer, worker, workers};
use tokio::time::{Instant, sleep};

use crate::support::Seen;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Order {
    customer: String,
    number: u64,
}

fn order(customer: u64, number: u64) -> Order {
    Order {
        customer: format!("customer {customer}"),
        number,
    }
}

/// The calls of lanes: how many overlap, for each key and in total, and in which order they end.
#[derive(Default)]
struct Watch {
    inside: Mutex<BTreeMap<String, u64>>,
    most: AtomicU64,
    done: Mutex<BTreeMap<String, Vec<u64>>>,
}

impl Watch {
    fn enter(&self, order: &Order) {
        let mut inside = self.inside.lock().unwrap();
        let overlapping = inside.entry(order.customer.clone()).or_default();
        assert_eq!(*overlapping, 0, "two of {} overlap", order.customer);
        *overlapping += 1;
        self.most
            .fetch_max(inside.values().sum(), Ordering::Relaxed);
    }

    fn leave(&self, order: &Order) {
        *self
            .inside
            .lock()
            .unwrap()
            .get_mut(&order.customer)
            .unwrap() -= 1;
        let mut done = self.done.lock().unwrap();
        done.entry(order.customer.clone())
            .or_default()
            .push(order.number);
    }
}

/// Takes a time that differs from order to order.
#[consumer(concurrency = 4, partition_by = |order| &order.customer)]
async fn bill(order: Order, watch: &Watch, billed: &mut u64) -> u64 {
    watch.enter(&order);
    sleep(Duration::from_millis(1 + order.number % 7)).await;
    watch.leave(&order);
    *billed += 1;
    *billed
}

#[consumer]
async fn note(number: u64, seen: &Seen) {
    seen.note(number);
}

workers! {
    struct Billing(watch: Watch, seen: Seen) {
        pub bill: Bill { watch, billed: 0 },
        note: Note { seen },
    }

    bill => note;
}

#[tokio::test(start_paused = true)]
async fn partition_by_keeps_the_order_of_each_key_and_each_lane_has_its_own_state() {
    let (watch, seen) = (Arc::new(Watch::default()), Arc::new(Seen::default()));
    let running = Billing::new(Arc::clone(&watch), Arc::clone(&seen))
        .startup()
        .await
        .unwrap();
    for number in 0..40 {
        for customer in 0..10 {
            running.bill().send(order(customer, number)).await.unwrap();
        }
    }
    let exit = running.shutdown().await;
    let done = watch.done.lock().unwrap();
    assert_eq!(done.len(), 10);
    for numbers in done.values() {
        assert_eq!(*numbers, (0..40).collect::<Vec<_>>());
    }
    let most = watch.most.load(Ordering::Relaxed);
    assert!((2..=4).contains(&most), "{most} at once");
    let bill = exit.worker("bill").unwrap();
    assert_eq!(bill.counts().unwrap().done, 400);
    assert_eq!(bill.emitted(), 400);
    // The state of each lane counts for itself.
    let sums: Vec<u64> = seen.all().iter().map(|n| n.parse().unwrap()).collect();
    assert!(*sums.iter().max().unwrap() < 400);
    assert_eq!(exit.code(), 0, "{exit}");
}

/// Takes this many milliseconds.
#[consumer(concurrency = 3)]
async fn work(millis: u64) {
    sleep(Duration::from_millis(millis)).await;
}

workers! {
    struct Pool {
        pub work: Work,
    }
}

#[tokio::test(start_paused = true)]
async fn lanes_without_partition_by_share_one_queue() {
    let running = Pool::new().startup().await.unwrap();
    let start = Instant::now();
    // A slow message delays no other.
    running.work().send(1000).await.unwrap();
    for _ in 0..100 {
        running.work().send(10).await.unwrap();
    }
    while running.work().status().counts.unwrap().done < 100 {
        sleep(Duration::from_millis(1)).await;
    }
    let took = start.elapsed();
    assert!(took < Duration::from_millis(600), "{took:?}");
    let exit = running.shutdown().await;
    assert_eq!(exit.worker("work").unwrap().counts().unwrap().done, 101);
}

/// Notes the size of each batch.
#[consumer(batch = 10, linger = "50ms")]
async fn write(lines: Vec<u64>, seen: &Seen) -> Result<(), String> {
    seen.note(lines.len());
    if lines.contains(&666) {
        return Err("no".to_owned());
    }
    Ok(())
}

workers! {
    struct Writer(seen: Seen) {
        #[consumer(on_error = "skip")]
        pub write: Write { seen },
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_handed_over_when_full_when_it_has_lingered_and_at_the_end() {
    let seen = Arc::new(Seen::default());
    let running = Writer::new(Arc::clone(&seen)).startup().await.unwrap();
    for n in 0..25 {
        running.write().send(n).await.unwrap();
    }
    sleep(Duration::from_millis(40)).await;
    assert_eq!(seen.all(), ["10", "10"]);
    // Five messages linger, from the first of them on.
    running.write().send(0).await.unwrap();
    sleep(Duration::from_millis(11)).await;
    assert_eq!(seen.all(), ["10", "10", "6"]);
    for n in [1, 2, 666] {
        running.write().send(n).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert_eq!(seen.all(), ["10", "10", "6", "3"]);
    let counts = exit.worker("write").unwrap().counts().unwrap();
    assert_eq!((counts.accepted, counts.done, counts.failed), (29, 26, 3));
}

#[consumer(batch = 100, batch_weight = String::len, max_weight = 10)]
async fn weigh(texts: Vec<String>, seen: &Seen) {
    seen.note(texts.join("+"));
}

workers! {
    struct Scales(seen: Seen) {
        pub weigh: Weigh { seen },
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_beyond_max_weight_begins_the_next_batch() {
    let seen = Arc::new(Seen::default());
    let running = Scales::new(Arc::clone(&seen)).startup().await.unwrap();
    for text in ["four", "five5", "12", "0123456789abc", "1", "2"] {
        running.weigh().send(text.to_owned()).await.unwrap();
    }
    assert_eq!(running.shutdown().await.code(), 0);
    assert_eq!(seen.all(), ["four+five5", "12", "0123456789abc", "1+2"]);
}

#[consumer(batch = 3, partition_by = |order| order.customer.clone())]
async fn group(orders: Vec<Order>, seen: &Seen) {
    let customer = &orders[0].customer;
    assert!(orders.iter().all(|order| order.customer == *customer));
    let numbers: Vec<_> = orders.iter().map(|o| o.number.to_string()).collect();
    seen.note(format!("{customer}: {}", numbers.join(" ")));
}

workers! {
    struct Grouped(seen: Seen) {
        pub group_up: Group { seen },
    }
}

#[tokio::test(start_paused = true)]
async fn each_batch_of_a_keyed_consumer_holds_one_key() {
    let seen = Arc::new(Seen::default());
    let running = Grouped::new(Arc::clone(&seen)).startup().await.unwrap();
    for (customer, number) in [(1, 1), (2, 2), (1, 3), (2, 4), (1, 5), (1, 6)] {
        running
            .group_up()
            .send(order(customer, number))
            .await
            .unwrap();
    }
    assert_eq!(running.shutdown().await.code(), 0);
    let mut all = seen.all();
    all.sort();
    assert_eq!(
        all,
        ["customer 1: 1 3 5", "customer 1: 6", "customer 2: 2 4"]
    );
}

/// Fails as often as the order's number says.
#[consumer(retry = 3, backoff = "100ms..1s", on_error = "skip", retry_if = |error| error != "final")]
async fn pay(order: Order, tries: &Seen, ctx: &Context) -> Result<(), String> {
    tries.note(format!("{} {}", order.number, ctx.attempt()));
    match order.number {
        99 => Err("final".to_owned()),
        n if u64::from(ctx.attempt()) <= n => Err(format!("attempt {}", ctx.attempt())),
        _ => Ok(()),
    }
}

#[consumer]
async fn bury(failed: Failed<Order>, graves: &Mutex<Vec<Failed<Order>>>) {
    graves.lock().unwrap().push(failed);
}

workers! {
    struct Payments(tries: Seen, graves: Mutex<Vec<Failed<Order>>>) {
        pub pay: Pay { tries },
        bury: Bury { graves },
    }

    pay.failed => bury;
}

#[tokio::test(start_paused = true)]
async fn retry_repeats_a_failed_call_and_the_port_failed_gets_the_message_in_the_end() {
    let (tries, graves) = (Arc::new(Seen::default()), Arc::new(Mutex::default()));
    let running = Payments::new(Arc::clone(&tries), Arc::clone(&graves))
        .startup()
        .await
        .unwrap();
    for number in [0, 2, 5, 99] {
        running.pay().send(order(1, number)).await.unwrap();
    }
    while running.pay().status().counts.unwrap().failed < 2 {
        sleep(Duration::from_millis(10)).await;
    }
    let exit = running.shutdown().await;
    let expected = [
        "0 1", "2 1", "2 2", "2 3", "5 1", "5 2", "5 3", "5 4", "99 1",
    ];
    assert_eq!(tries.all(), expected);
    let graves = graves.lock().unwrap();
    let buried: Vec<_> = graves
        .iter()
        .map(|failed| {
            (
                failed.message.number,
                failed.attempts,
                failed.error.to_string(),
            )
        })
        .collect();
    assert_eq!(
        buried,
        [(5, 4, "attempt 4".to_owned()), (99, 1, "final".to_owned())]
    );
    let counts = exit.worker("pay").unwrap().counts().unwrap();
    assert_eq!((counts.accepted, counts.done, counts.failed), (4, 2, 2));
    assert_eq!(exit.code(), 0, "{exit}");
}

#[worker]
async fn three() -> Vec<Order> {
    (0..3).map(|number| order(1, 10 * number)).collect()
}

workers! {
    struct Discarded(tries: Seen) {
        three: Three,
        pay: Pay { tries },
    }

    three => pay;
    pay.failed => _;
}

#[tokio::test(start_paused = true)]
async fn the_port_failed_may_be_discarded_and_a_stop_skips_the_backoff() {
    let tries = Arc::new(Seen::default());
    let start = Instant::now();
    let exit = Discarded::new(Arc::clone(&tries)).run().await;
    // The source has ended, so the group stops: the attempts are made without a pause.
    assert!(start.elapsed() < Duration::from_millis(1100));
    assert_eq!(tries.all().len(), 1 + 4 + 4);
    let counts = exit.worker("pay").unwrap().counts().unwrap();
    assert_eq!((counts.done, counts.failed), (1, 2));
}

/// A batch is retried as a whole, and each of its messages is given up on its own.
#[consumer(batch = 2, retry = 1, backoff = "1ms")]
async fn archive(orders: Vec<Order>) -> Result<(), String> {
    Err(format!("{} refused", orders.len()))
}

workers! {
    struct Attic(graves: Mutex<Vec<Failed<Order>>>) {
        pub archive: Archive,
        bury: Bury { graves },
    }

    archive.failed => bury;
}

#[tokio::test(start_paused = true)]
async fn each_message_of_a_failed_batch_leaves_by_the_port_failed() {
    let graves = Arc::new(Mutex::default());
    let running = Attic::new(Arc::clone(&graves)).startup().await.unwrap();
    for number in 0..3 {
        running.archive().send(order(1, number)).await.unwrap();
    }
    let exit = running.shutdown().await;
    let graves = graves.lock().unwrap();
    let buried: Vec<_> = graves
        .iter()
        .map(|f| (f.message.number, f.attempts))
        .collect();
    assert_eq!(buried, [(0, 2), (1, 2), (2, 2)]);
    assert_eq!(graves[2].error.to_string(), "1 refused");
    let counts = exit.worker("archive").unwrap().counts().unwrap();
    assert_eq!((counts.accepted, counts.failed), (3, 3));
}

#[consumer(concurrency = 2, rate = "10/s", burst = 3)]
async fn call(number: u64, at: &Mutex<Vec<Duration>>, start: Instant) {
    let _ = number;
    at.lock().unwrap().push(start.elapsed());
}

workers! {
    struct Calls(at: Mutex<Vec<Duration>>) {
        pub call: Call { at, start: Instant::now() },
    }
}

#[consumer(rate = "100_000/s", capacity = "unbounded")]
async fn call_often(number: u64, seen: &AtomicU64) {
    seen.fetch_add(number, Ordering::Relaxed);
}

workers! {
    struct ManyCalls(seen: AtomicU64) {
        pub call: CallOften { seen },
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_beyond_what_timers_count_is_kept_too() {
    let seen = Arc::new(AtomicU64::new(0));
    let running = ManyCalls::new(Arc::clone(&seen)).startup().await.unwrap();
    for _ in 0..50_000 {
        running.call().send(1).await.unwrap();
    }
    let start = Instant::now();
    sleep(Duration::from_millis(250)).await;
    let half = seen.load(Ordering::Relaxed);
    assert!((24_900..=25_101).contains(&half), "{half}");
    assert_eq!(running.shutdown().await.code(), 0);
    // The last call was due a hundredth of a millisecond earlier.
    assert_eq!(start.elapsed(), Duration::from_millis(500));
    assert_eq!(seen.load(Ordering::Relaxed), 50_000);
}

#[tokio::test(start_paused = true)]
async fn a_rate_limits_the_calls_of_all_lanes_together() {
    let at = Arc::new(Mutex::default());
    let start = Instant::now();
    let running = Calls::new(Arc::clone(&at)).startup().await.unwrap();
    for number in 0..23 {
        running.call().send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    // Three calls at once, and then one each tenth of a second.
    assert_eq!(exit.worker("call").unwrap().counts().unwrap().done, 23);
    let took = start.elapsed();
    assert!(took >= Duration::from_secs(2), "{took:?}");
    assert!(took < Duration::from_millis(2200), "{took:?}");
    let at = at.lock().unwrap();
    let early = at
        .iter()
        .filter(|at| **at < Duration::from_millis(50))
        .count();
    assert_eq!(early, 3, "{at:?}");
}
