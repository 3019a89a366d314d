//! Messages that a worker sends through a port reach their consumer at the latest when the worker waits.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::Poll;
use std::time::Duration;

use fluid::{Error, Output, consumer, worker, workers};
use tokio::sync::Notify;
use tokio::time::timeout;

/// Longer than any test takes. The clock is paused where no real thread is waited for.
const LONG: Duration = Duration::from_secs(10);

/// The messages that have arrived, and a notification of each.
#[derive(Default)]
struct Arrived {
    numbers: Mutex<Vec<u64>>,
    changed: Notify,
}

impl Arrived {
    async fn wait_for(&self, numbers: &[u64]) {
        let all = async {
            while *self.numbers.lock().unwrap() != numbers {
                self.changed.notified().await;
            }
        };
        let waited = timeout(LONG, all).await;
        waited.unwrap_or_else(|_| panic!("{:?}", self.numbers.lock().unwrap()));
    }
}

#[consumer]
async fn take(number: u64, arrived: &Arrived) {
    arrived.numbers.lock().unwrap().push(number);
    arrived.changed.notify_one();
}

/// Sends three numbers, and then waits for something else.
#[worker]
async fn send_and_wait(numbers: &Output<u64>, go_on: &Notify) -> Result<(), Error> {
    for number in 0..3 {
        numbers.send(number).await?;
    }
    go_on.notified().await;
    numbers.send(3).await?;
    Ok(())
}

workers! {
    struct Waiting(arrived: Arrived, go_on: Notify) {
        send_and_wait: SendAndWait { go_on },
        take: Take { arrived },
    }

    send_and_wait.numbers => take;
}

#[tokio::test(start_paused = true)]
async fn a_sent_message_arrives_while_the_sender_waits() {
    let (arrived, go_on) = (Arc::new(Arrived::default()), Arc::new(Notify::new()));
    let waiting = Waiting::new(Arc::clone(&arrived), Arc::clone(&go_on));
    let group = waiting.startup().await.unwrap();
    arrived.wait_for(&[0, 1, 2]).await;
    go_on.notify_one();
    let exit = group.wait_for_shutdown().await;
    assert_eq!(exit.worker("send_and_wait").unwrap().emitted(), 4);
    arrived.wait_for(&[0, 1, 2, 3]).await;
}

/// Sends two numbers for each message, and panics at 2.
#[consumer]
async fn send_and_panic(number: u64, numbers: &Output<u64>) {
    let _ = numbers.send(10 * number).await;
    let _ = numbers.send(10 * number + 1).await;
    assert!(number < 2, "too much");
}

workers! {
    struct Panicking(arrived: Arrived) {
        pub send_and_panic: SendAndPanic,
        take: Take { arrived },
    }

    send_and_panic.numbers => take;
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_before_a_panic_arrives() {
    let arrived = Arc::new(Arrived::default());
    let group = Panicking::new(Arc::clone(&arrived))
        .startup()
        .await
        .unwrap();
    for number in 0..3 {
        group.send_and_panic().send(number).await.unwrap();
    }
    let exit = group.wait_for_shutdown().await;
    assert!(!exit.is_success());
    arrived.wait_for(&[0, 1, 10, 11, 20, 21]).await;
    assert_eq!(exit.worker("send_and_panic").unwrap().emitted(), 6);
}

/// Sends through two ports in turn.
#[worker]
async fn alternate(even: &Output<u64>, odd: &Output<u64>) -> Result<(), Error> {
    for number in 0..200 {
        let port = if number % 2 == 0 { even } else { odd };
        port.send(number).await?;
    }
    Ok(())
}

workers! {
    struct Alternating(arrived: Arrived) {
        alternate: Alternate,
        take: Take { arrived },
    }

    alternate.even => take;
    alternate.odd => take;
}

#[tokio::test(start_paused = true)]
async fn messages_from_two_ports_to_one_consumer_stay_in_order() {
    let arrived = Arc::new(Arrived::default());
    let exit = Alternating::new(Arc::clone(&arrived)).run().await;
    assert!(exit.is_success(), "{exit}");
    arrived.wait_for(&(0..200).collect::<Vec<_>>()).await;
}

/// Sends many numbers, and stores the last number sent.
#[worker]
async fn send_many(numbers: &Output<u64>, sent: &AtomicU64) -> Result<(), Error> {
    for number in 0..10_000 {
        numbers.send(number).await?;
        sent.store(number, Ordering::Relaxed);
    }
    Ok(())
}

#[consumer(capacity = 1000000)]
async fn forget(_: u64) {}

workers! {
    struct Many(sent: AtomicU64) {
        send_many: SendMany { sent },
        forget: Forget,
    }

    send_many.numbers => forget;
}

/// Yields until every ready task was polled once.
async fn one_turn() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The largest increase of a count between two turns of this task, until the count is `whole`.
async fn most_in_a_turn(count: Arc<AtomicU64>, whole: u64) -> u64 {
    let mut most = 0;
    while count.load(Ordering::Relaxed) < whole {
        let before = count.load(Ordering::Relaxed);
        one_turn().await;
        most = most.max(count.load(Ordering::Relaxed) - before);
    }
    most
}

#[tokio::test(start_paused = true)]
async fn a_source_without_pauses_yields_to_other_tasks() {
    let sent = Arc::new(AtomicU64::new(0));
    let group = Many::new(Arc::clone(&sent)).startup().await.unwrap();
    let most = tokio::spawn(most_in_a_turn(sent, 9_999)).await.unwrap();
    assert!((64..=129).contains(&most), "{most}");
    let exit = group.wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
}

/// Counts the handled messages.
#[consumer(capacity = 10000)]
async fn count_up(_: u64, handled: &AtomicU64) {
    handled.fetch_add(1, Ordering::Relaxed);
}

workers! {
    struct Counting(handled: AtomicU64) {
        pub count_up: CountUp { handled },
    }
}

#[tokio::test(start_paused = true)]
async fn a_consumer_with_a_full_queue_yields_to_other_tasks() {
    let handled = Arc::new(AtomicU64::new(0));
    let group = Counting::new(Arc::clone(&handled)).startup().await.unwrap();
    for number in 0..10_000 {
        group.count_up().try_send(number).unwrap();
    }
    let most = tokio::spawn(most_in_a_turn(handled, 10_000)).await.unwrap();
    assert!((64..=129).contains(&most), "{most}");
    assert_eq!(group.shutdown().await.code(), 0);
}

/// Sends, and then blocks its thread until the last number has arrived.
#[worker(blocking)]
fn send_and_block(numbers: &Output<u64>, back: &Mutex<mpsc::Receiver<u64>>, met: &AtomicBool) {
    for number in 0..8 {
        let _ = numbers.blocking_send(number);
    }
    let back = back.lock().unwrap();
    let came = (0..8).map(|_| back.recv_timeout(LONG));
    met.store(came.eq((0..8).map(Ok)), Ordering::Relaxed);
}

#[consumer]
async fn give_back(number: u64, forth: &Mutex<mpsc::Sender<u64>>) {
    let _ = forth.lock().unwrap().send(number);
}

workers! {
    struct Blocking(
        back: Mutex<mpsc::Receiver<u64>>,
        forth: Mutex<mpsc::Sender<u64>>,
        met: AtomicBool,
    ) {
        send_and_block: SendAndBlock { back, met },
        give_back: GiveBack { forth },
    }

    send_and_block.numbers => give_back;
}

#[tokio::test]
async fn messages_of_a_blocking_worker_arrive_while_it_blocks_its_thread() {
    let (forth, back) = mpsc::channel();
    let met = Arc::new(AtomicBool::new(false));
    let group = Blocking::new(Mutex::new(back), Mutex::new(forth), Arc::clone(&met));
    let exit = group.run().await;
    assert!(exit.is_success(), "{exit}");
    assert!(met.load(Ordering::Relaxed));
}
