//! Collecting the messages that leave the ports of a worker.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use fluid::test::Kit;
use fluid::{
    Context, Error, OnExit, Options, Worker, Workers,
    by_hand::{Io, Nothing},
};
use tokio::time::Instant;

use crate::market::{Aggregate, Candle, Db, Market, Poll, Store, Tick, secs};

#[tokio::test(start_paused = true)]
async fn collect_gets_copies_and_the_edges_keep_their_messages() {
    let db = Arc::new(Db::default());
    let market = Market::new(Arc::clone(&db));
    let kit = Kit::of(&market);
    let ticks = kit.collect::<Tick>("poll");
    let market = market.startup().await.unwrap();
    kit.advance(secs(3)).await;
    assert_eq!(ticks.take(), [Tick(1), Tick(2), Tick(3), Tick(4)]);
    assert_eq!(ticks.take(), []);
    assert_eq!(db.stored.load(Ordering::Relaxed), 10);
    let exit = market.shutdown().await;
    assert_eq!(exit.worker("poll").unwrap().emitted(), 4, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn an_intercepted_message_reaches_no_consumer_and_need_not_be_clone() {
    let db = Arc::new(Db::default());
    let market = Market::new(Arc::clone(&db));
    let kit = Kit::of(&market);
    let candles = kit.intercept::<Candle>("aggregate");
    let market = market.startup().await.unwrap();
    kit.advance(secs(3)).await;
    assert_eq!(candles.take(), [Candle(3), Candle(7)]);
    let exit = market.shutdown().await;
    exit.assert_done("store", 0);
    assert_eq!(exit.worker("aggregate").unwrap().emitted(), 2, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_named_port_is_collected_by_its_name() {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    let copies = kit.collect_port("aggregate", Aggregate::rejected());
    let market = market.startup().await.unwrap();
    kit.send("aggregate", Tick(0)).await;
    kit.idle().await;
    assert_eq!(copies.take(), [Tick(0)]);
    assert_eq!(market.shutdown().await.code(), 0);

    let (kit, group) = Kit::alone(Aggregate { sum: Vec::new() });
    let taken = kit.intercept_port("aggregate", Aggregate::rejected());
    let group = group.startup().await.unwrap();
    kit.send("aggregate", Tick(0)).await;
    kit.idle().await;
    assert_eq!(taken.take(), [Tick(0)]);
    assert_eq!(group.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_collector_can_await_the_next_message() {
    let (kit, group) = Kit::alone(Poll { next: 0 });
    let ticks = kit.collect::<Tick>("poll");
    let group = group.startup().await.unwrap();
    let began = Instant::now();
    assert_eq!(ticks.next().await, Tick(1));
    assert_eq!(ticks.next().await, Tick(2));
    assert_eq!(began.elapsed(), secs(1));
    assert_eq!(group.shutdown().await.code(), 0);
}

/// Emits three numbers: the first waits for room, the others are tried until they find room.
struct Insist;

impl Worker for Insist {
    type Message = Nothing;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        io.output.send(0).await?;
        for number in 1..3 {
            while io.output.try_send(number).is_err() {
                ctx.sleep(secs(1)).await;
            }
        }
        ctx.stopping().await;
        Ok(())
    }
}

/// Takes five seconds for each number, and ends after `most`.
struct Slow {
    most: usize,
}

impl Worker for Slow {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        for _ in 0..self.most {
            if io.queue.next().await.is_some() {
                tokio::time::sleep(secs(5)).await;
            }
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waited_for_room_is_collected_once() {
    let mut workers = Workers::new("test");
    let insist = workers.add(Insist);
    let options = Options::new().capacity(1);
    let slow = workers.add_with("slow", options, || Slow { most: 10 });
    workers.connect(&insist, &slow);
    let kit = Kit::of(&workers.handle());
    let numbers = kit.collect::<u64>("insist");
    let group = workers.startup().await.unwrap();
    kit.advance(secs(2)).await;
    assert_eq!(numbers.take(), [0, 1], "2 found no room so far");
    kit.advance(secs(10)).await;
    assert_eq!(numbers.take(), [2]);
    assert_eq!(group.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_refused_message_is_not_collected() {
    let mut workers = Workers::new("test");
    let poll = workers.add_with("poll", Poll::OPTIONS, || Poll { next: 0 });
    let options = Options::new().on_exit(OnExit::Ignore);
    let once = workers.add_with("slow", options, || Slow { most: 1 });
    workers.connect(poll.map(|tick: Tick| tick.0), &once);
    let kit = Kit::of(&workers.handle());
    let ticks = kit.collect::<Tick>("poll");
    let group = workers.startup().await.unwrap();
    kit.advance(secs(9)).await;
    let exit = group.shutdown().await;
    let poll = exit.worker("poll").unwrap();
    assert!(poll.unsent() > 0, "{exit}");
    assert_eq!(ticks.take().len() as u64, poll.emitted(), "{exit}");
}

#[test]
#[should_panic(expected = "`aggregate` emits `kit::market::Candle`, not `kit::market::Tick`")]
fn collecting_the_wrong_type_panics_with_both_types() {
    let market = Market::new(Db::default());
    let _ = Kit::of(&market).collect::<Tick>("aggregate");
}

#[test]
#[should_panic(expected = "`store` is no `kit::market::Aggregate`")]
fn collecting_a_port_of_another_worker_panics() {
    let market = Market::new(Db::default());
    let _ = Kit::of(&market).collect_port("store", Aggregate::rejected());
}

#[test]
#[should_panic(expected = "this port of `poll` is collected already")]
fn collecting_a_port_twice_panics() {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    let _first = kit.collect::<Tick>("poll");
    let _second = kit.intercept::<Tick>("poll");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`poll` has been started")]
async fn collecting_after_the_start_panics() {
    let (kit, group) = Kit::alone(Poll { next: 0 });
    let _running = group.startup().await.unwrap();
    let _ = kit.collect::<Tick>("poll");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`poll` has been started")]
async fn collecting_from_a_seat_after_the_start_panics() {
    let mut workers = Workers::new("test");
    let seat = workers.add(Poll { next: 0 });
    let kit = Kit::of(&workers.handle());
    let _running = workers.startup().await.unwrap();
    assert_eq!(seat.worker_name(), "poll");
    let _ = kit.collect::<Tick>("poll");
}

#[test]
fn collecting_from_a_seat_before_the_start_works() {
    let mut workers = Workers::new("test");
    let aggregate = workers.add(Aggregate { sum: Vec::new() });
    let kit = Kit::of(&workers.handle());
    let candles = kit.intercept::<Candle>("aggregate");
    let store = workers.add(Store { db: Arc::default() });
    workers.connect(&aggregate, &store);
    assert_eq!(candles.take(), []);
}
