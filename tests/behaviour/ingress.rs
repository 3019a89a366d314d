//! The ingress: at a stop it admits what is in flight, until it is dropped or its time is over.

use std::time::Duration;

use fluid::by_hand::IngressSource;
use fluid::{
    AskError, Error, Exit, GroupHandle, Ingress, Options, Reply, Restart, Slot, TrySendError,
    Workers,
};
use tokio::time::Instant;

use crate::support::{counts, each, group, ms, put, secs, sink};

/// A group with an ingress `orders` before a consumer `work`, and the ingress.
fn shop(options: Options) -> (Workers, Ingress<u64>) {
    let mut workers = group();
    let work = put(&mut workers, "work", sink::<u64>(Duration::ZERO));
    let (slot, orders) = workers.add_ingress("orders", options);
    workers.connect(&slot, &work);
    (workers, orders)
}

async fn open(options: Options) -> (GroupHandle, Ingress<u64>) {
    let (workers, orders) = shop(options);
    (workers.startup().await.unwrap(), orders)
}

/// How long `ends` takes, on paused time.
async fn time_of<T>(ends: impl Future<Output = T>) -> (Duration, T) {
    let start = Instant::now();
    let ended = ends.await;
    (start.elapsed(), ended)
}

fn done(exit: &Exit) -> u64 {
    counts(exit, "work")[1]
}

#[tokio::test(start_paused = true)]
async fn a_stop_admits_messages_until_the_last_ingress_is_dropped() {
    let (group, orders) = open(Options::new()).await;
    let other = orders.clone();
    group.gracefully_stop();
    orders.stopping().await;
    assert!(orders.is_stopping() && !orders.is_closed());
    orders.send(1).await.unwrap();
    drop(orders);
    tokio::time::sleep(secs(1)).await;
    other.send(2).await.unwrap();
    let (took, exit) = time_of(async {
        drop(other);
        group.wait_for_shutdown().await
    })
    .await;
    assert_eq!(
        (exit.code(), done(&exit), took),
        (0, 2, Duration::ZERO),
        "{exit}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_ingress_that_is_still_held_closes_when_close_after_is_over() {
    let (group, orders) = open(Options::new().close_after(secs(3))).await;
    let (took, exit) = time_of(group.shutdown()).await;
    assert_eq!((exit.code(), took), (0, secs(3)), "{exit}");
    assert!(orders.is_closed());
    assert_eq!(orders.send(1).await.unwrap_err().message, 1);
    assert!(matches!(orders.try_send(2), Err(TrySendError::Closed(back)) if back.message == 2));
}

#[tokio::test(start_paused = true)]
async fn without_close_after_a_held_ingress_closes_after_half_of_the_grace_period() {
    let (group, _orders) = open(Options::new()).await;
    let (took, exit) = time_of(group.shutdown()).await;
    assert_eq!((exit.code(), took), (0, secs(5)), "{exit}");
}

#[tokio::test(start_paused = true)]
async fn stopping_waits_for_the_stop_of_the_group() {
    let (group, orders) = open(Options::new()).await;
    assert!(!orders.is_stopping());
    let waited = tokio::time::timeout(secs(1), orders.stopping()).await;
    assert!(waited.is_err());
    group.gracefully_stop();
    orders.stopping().await;
    drop(orders);
    assert_eq!(group.wait_for_shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn dropping_every_ingress_of_a_running_group_stops_nothing() {
    let (group, orders) = open(Options::new()).await;
    drop(orders);
    tokio::time::sleep(secs(60)).await;
    assert!(group.is_running());
    let (took, _) = time_of(group.shutdown()).await;
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn before_the_start_a_send_waits_and_a_try_send_finds_no_room() {
    let (workers, orders) = shop(Options::new());
    let early = orders.try_send(1);
    assert!(matches!(early, Err(TrySendError::Full(back)) if back.message == 1));
    let sending = tokio::spawn(async move { orders.send(2).await });
    tokio::time::sleep(secs(1)).await;
    assert!(!sending.is_finished());
    let group = workers.startup().await.unwrap();
    sending.await.unwrap().unwrap();
    assert_eq!(done(&group.shutdown().await), 1);
}

#[tokio::test(start_paused = true)]
async fn the_ingress_of_a_group_that_is_dropped_unstarted_gives_messages_back() {
    let (workers, orders) = shop(Options::new());
    let held = orders.clone();
    let sending = tokio::spawn(async move { held.send(2).await });
    tokio::time::sleep(ms(1)).await;
    drop(workers);
    assert_eq!(sending.await.unwrap().unwrap_err().message, 2);
    assert!(orders.is_closed());
    assert_eq!(
        orders.ask(|_: Reply<()>| 3).await,
        Err(AskError::Refused("orders".into()))
    );
}

#[tokio::test(start_paused = true)]
async fn a_forced_stop_closes_the_ingress() {
    let (workers, orders) = shop(Options::new().close_after(secs(60)));
    let group = workers.startup().await.unwrap();
    let exit = group.shutdown().await;
    assert_eq!(exit.code(), 1, "{exit}");
    assert!(orders.is_closed());
}

/// A question for the double of a number.
struct Question(u64, Reply<u64>);

fn answering() -> impl fluid::Worker<Message = Question, Output = fluid::by_hand::Nothing> {
    each(|Question(number, reply)| async move {
        if number == 0 {
            return Err(Error::from("zero"));
        }
        reply.send(2 * number);
        Ok(None)
    })
}

/// Asks through an ingress, before and after its group has stopped.
async fn ask_all<M: Send + 'static>(
    connect: impl FnOnce(&mut Workers, Slot<IngressSource<M>>),
    question: impl Fn(u64, Reply<u64>) -> M + Send + Sync,
) {
    let mut workers = group();
    let (slot, orders) = workers.add_ingress("orders", Options::new());
    connect(&mut workers, slot);
    let group = workers.startup().await.unwrap();
    assert_eq!(orders.ask(|reply| question(21, reply)).await, Ok(42));
    group.gracefully_stop();
    orders.stopping().await;
    assert_eq!(orders.ask(|reply| question(4, reply)).await, Ok(8));
    let failed = orders.ask(|reply| question(0, reply)).await;
    assert_eq!(failed, Err(AskError::Unanswered("work".into())));
    assert_eq!(group.wait_for_shutdown().await.code(), 0);
    let refused = orders.ask(|reply| question(1, reply)).await;
    assert!(matches!(refused, Err(AskError::Refused(_))), "{refused:?}");
}

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_also_during_the_stop() {
    let connect = |workers: &mut Workers, slot: Slot<IngressSource<Question>>| {
        let work = put(workers, "work", answering());
        workers.connect(&slot, &work);
    };
    ask_all(connect, Question).await;
}

#[tokio::test(start_paused = true)]
async fn a_question_is_answered_over_an_edge_that_adapts() {
    let connect = |workers: &mut Workers, slot: Slot<IngressSource<(u64, Reply<u64>)>>| {
        let work = put(workers, "work", answering());
        workers.connect(slot.map(|(number, reply)| Question(number, reply)), &work);
    };
    ask_all(connect, |number, reply| (number, reply)).await;
}

#[tokio::test(start_paused = true)]
async fn an_ingress_without_an_edge_drops_questions() {
    let mut workers = group();
    let (_slot, orders) = workers.add_ingress::<Question>("orders", Options::new());
    let group = workers.startup().await.unwrap();
    let dropped = orders.ask(|reply| Question(1, reply)).await;
    assert_eq!(dropped, Err(AskError::Dropped("no consumer".into())));
    drop(orders);
    assert_eq!(group.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_restart_of_all_workers_keeps_the_ingress_open() {
    let mut workers = group().restart(Restart::one_for_all().backoff(secs(1), secs(1)));
    let build = || {
        each(|number: u64| async move {
            if number == 0 {
                return Err(Error::from("zero"));
            }
            Ok(None::<fluid::by_hand::Nothing>)
        })
    };
    let work = workers.add_with("work", Options::new(), build);
    let (slot, orders) = workers.add_ingress("orders", Options::new());
    workers.connect(&slot, &work);
    let group = workers.startup().await.unwrap();
    for number in [1, 0, 2, 3] {
        orders.send(number).await.unwrap();
    }
    tokio::time::sleep(secs(10)).await;
    orders.send(4).await.unwrap();
    assert!(!orders.is_stopping());
    drop(orders);
    let exit = group.shutdown().await;
    assert_eq!(counts(&exit, "work")[1..3], [4, 1], "{exit}");
    assert_eq!(exit.worker("orders").unwrap().restarts(), 1);
}
