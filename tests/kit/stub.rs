//! Stubs in the place of workers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use fluid::test::Kit;
use fluid::{
    Context, Error, Exit, OnError, Options, Worker, Workers,
    by_hand::{Io, Nothing},
    consumer, worker, workers,
};

use crate::market::{Candle, City, Db, Market, Tick, ms, secs};

#[tokio::test(start_paused = true)]
async fn a_closure_stands_in_the_place_of_a_consumer() {
    let db = Arc::new(Db::default());
    let market = Market::new(Arc::clone(&db));
    let kit = Kit::of(&market);
    kit.feed("poll", [Tick(1), Tick(2), Tick(3)]);
    kit.stub("aggregate", |tick: Tick| vec![Candle(tick.0), Candle(10)]);
    let market = market.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(db.stored.load(Ordering::Relaxed), 36);
    let exit = market.shutdown().await;
    exit.assert_done("aggregate", 3);
    assert_eq!(exit.worker("poll").unwrap().emitted(), 3, "{exit}");
    exit.assert_done("store", 6);
}

#[tokio::test(start_paused = true)]
async fn a_stub_may_return_every_emission_type() {
    for case in 0..5 {
        let market = Market::new(Db::default());
        let kit = Kit::of(&market);
        kit.feed("poll", [Tick(1), Tick(2)]);
        match case {
            0 => kit.stub("aggregate", |_: Tick| None::<Candle>),
            1 => kit.stub("aggregate", |_: Tick| [Candle(1), Candle(2)]),
            2 => kit.stub("aggregate", |tick: Tick| {
                Ok::<_, Error>((tick.0 == 2).then_some(Candle(1)))
            }),
            3 => kit.stub_async("aggregate", |tick: Tick| async move {
                tokio::time::sleep(secs(1)).await;
                vec![Candle(tick.0)]
            }),
            _ => kit.stub("store", |_: Candle| ()),
        }
        let market = market.startup().await.unwrap();
        kit.idle().await;
        market
            .shutdown()
            .await
            .assert_done("store", [0, 4, 1, 2, 1][case]);
    }
}

/// Panics when it is made, started or stopped.
struct Broken;

impl Worker for Broken {
    type Message = Tick;
    type Output = Nothing;
    type Ports = ();

    async fn on_startup(&mut self, _: &Context) -> Result<(), Error> {
        Err("no connection".into())
    }

    async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
        unreachable!()
    }

    async fn on_shutdown(&mut self, _: &Context) -> Result<(), Error> {
        Err("no connection".into())
    }

    async fn after_shutdown(&mut self, _: &Exit) {
        panic!("no connection");
    }
}

workers! {
    struct Breaking {
        pub broken: Broken = panic!("cannot be made"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stubbed_worker_is_never_built() {
    let breaking = Breaking::new();
    let kit = Kit::of(&breaking);
    kit.stub("broken", |_: Tick| ());
    let breaking = breaking.startup().await.unwrap();
    breaking.broken().send(Tick(1)).await.unwrap();
    let exit = breaking.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    exit.assert_done("broken", 1);
}

#[tokio::test(start_paused = true)]
async fn options_hold_for_a_stub() {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    kit.feed::<Tick, _>("poll", []);
    kit.stub_async("store", |candle: Candle| async move {
        // The timeout is 10 s.
        tokio::time::sleep(secs(candle.0)).await;
        if candle.0 == 1 {
            Err("no disk")
        } else {
            Ok(())
        }
    });
    let market = market.startup().await.unwrap();
    for seconds in [9, 11, 1] {
        kit.send("store", Candle(seconds)).await;
    }
    kit.idle().await;
    let exit = market.shutdown().await;
    assert!(!exit.cause().is_failure(), "{exit}");
    assert_eq!((exit.code(), exit.lost()), (2, 2), "{exit}");
    exit.assert_done("store", 1);
    let store = exit.worker("store").unwrap();
    assert_eq!(store.counts().unwrap().failed, 2, "{exit}");
    assert_eq!(store.last_error().unwrap().to_string(), "no disk");
}

#[tokio::test(start_paused = true)]
async fn a_stub_keeps_its_script_across_restarts_even_for_a_worker_added_by_value() {
    struct Counting;
    impl Worker for Counting {
        type Message = Tick;
        type Output = Nothing;
        type Ports = ();
        const OPTIONS: Options = Options::new().on_error(OnError::Restart);

        async fn run(&mut self, _: &Context, _: &mut Io<Self>) -> Result<(), Error> {
            unreachable!()
        }
    }

    let (kit, group) = Kit::alone(Counting);
    let seen = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&seen);
    let mut calls = 0;
    kit.stub("counting", move |_: Tick| {
        calls += 1;
        count.store(calls, Ordering::Relaxed);
        assert!(calls != 2, "the second call");
    });
    let group = group.startup().await.unwrap();
    for tick in 0..3 {
        kit.send("counting", Tick(tick)).await;
    }
    kit.idle().await;
    assert_eq!(seen.load(Ordering::Relaxed), 3);
    let exit = group.shutdown().await;
    assert_eq!(exit.worker("counting").unwrap().restarts(), 1, "{exit}");
    exit.assert_done("counting", 2);
}

#[tokio::test(start_paused = true)]
async fn a_stubbed_source_emits_once_even_if_it_is_restarted() {
    #[consumer]
    async fn check(tick: Tick) -> Result<(), Error> {
        if tick.0 == 2 {
            Err("two".into())
        } else {
            Ok(())
        }
    }
    workers! {
        #[workers(restart = "one_for_all", max_restarts = 3, within = "10s")]
        struct Checked {
            poll: crate::market::Poll { next: 0 },
            check: Check,
        }

        poll => check;
    }

    let checked = Checked::new();
    let kit = Kit::of(&checked);
    let ticks = kit.collect::<Tick>("poll");
    kit.feed("poll", (1..4).map(Tick));
    let checked = checked.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(ticks.take(), [Tick(1), Tick(2), Tick(3)]);
    let exit = checked.shutdown().await;
    assert_eq!(exit.worker("poll").unwrap().restarts(), 1, "{exit}");
    exit.assert_done("check", 2);
}

#[tokio::test(start_paused = true)]
async fn a_worker_of_a_nested_group_can_be_stubbed() {
    let db = Arc::new(Db::default());
    let city = City::new(Arc::clone(&db));
    let kit = Kit::of(&city);
    kit.feed("market/poll", [Tick(1), Tick(2)]);
    kit.stub("market/aggregate", |tick: Tick| Some(Candle(tick.0 + 1)));
    let city = city.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(db.stored.load(Ordering::Relaxed), 5);
    assert_eq!(city.shutdown().await.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stub_of_a_blocking_worker_has_no_thread() {
    #[consumer(blocking)]
    fn crunch(_tick: Tick) {
        unreachable!()
    }

    let (kit, group) = Kit::alone(Crunch);
    let here = thread::current().id();
    kit.stub_async("crunch", move |_: Tick| async move {
        tokio::time::sleep(ms(1)).await;
        assert_eq!(thread::current().id(), here);
    });
    let group = group.startup().await.unwrap();
    kit.send("crunch", Tick(1)).await;
    kit.idle().await;
    group.shutdown().await.assert_done("crunch", 1);
}

#[tokio::test(start_paused = true)]
async fn a_stub_of_a_consumer_with_several_lanes_is_called_by_all_of_them() {
    #[consumer(concurrency = 2)]
    async fn crunch(_tick: Tick) {
        unreachable!()
    }

    let (kit, group) = Kit::alone(Crunch);
    // Each call waits for another one.
    let calls = Arc::new(tokio::sync::Barrier::new(2));
    kit.stub_async("crunch", move |_: Tick| {
        let calls = Arc::clone(&calls);
        async move {
            calls.wait().await;
        }
    });
    let group = group.startup().await.unwrap();
    for tick in 0..4 {
        kit.send("crunch", Tick(tick)).await;
    }
    kit.idle().await;
    group.shutdown().await.assert_done("crunch", 4);
}

#[tokio::test(start_paused = true)]
async fn a_group_built_by_hand_may_add_edges_to_a_stubbed_worker() {
    #[worker(heartbeat = "1s")]
    async fn never() -> Tick {
        unreachable!()
    }

    let mut workers = Workers::new("test");
    let never = workers.add(Never);
    let kit = Kit::of(&workers.handle());
    kit.feed("never", [Tick(7)]);
    let check = workers.add(crate::market::Aggregate { sum: vec![1] });
    workers.connect(&never, &check);
    let candles = kit.intercept::<Candle>("aggregate");
    let group = workers.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(candles.take(), [Candle(8)]);
    assert_eq!(group.shutdown().await.code(), 0);
}

#[test]
#[should_panic(
    expected = "`aggregate` consumes `kit::market::Tick` and emits `kit::market::Candle`; its stub, `kit::market::Tick` and `u64`"
)]
fn a_stub_of_the_wrong_type_panics_with_both_types() {
    let market = Market::new(Db::default());
    Kit::of(&market).stub("aggregate", |tick: Tick| Some(tick.0));
}

#[test]
#[should_panic(expected = "`aggregate` consumes")]
fn feeding_a_consumer_panics() {
    let market = Market::new(Db::default());
    Kit::of(&market).feed("aggregate", [Candle(1)]);
}

#[test]
#[should_panic(expected = "`market` has been started, or is no worker")]
fn stubbing_a_group_panics() {
    let city = City::new(Db::default());
    Kit::of(&city).stub("market", |_: Tick| ());
}

#[tokio::test(start_paused = true)]
async fn a_stub_of_a_batch_consumer_takes_its_batches() {
    #[consumer(batch = 2, linger = "1s", batch_weight = String::len, max_weight = 10, concurrency = 2, partition_by = String::len)]
    async fn load(words: Vec<String>) -> Vec<String> {
        words
    }

    let (kit, group) = Kit::alone(Load);
    let batches = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&batches);
    kit.stub("load", move |words: Vec<String>| {
        seen.lock().unwrap().push(words.clone());
        words
    });
    let words = kit.collect::<String>("load");
    let running = group.startup().await.unwrap();
    for word in ["a", "b", "cc", "d"] {
        kit.send("load", word.to_owned()).await;
    }
    kit.idle().await;
    let mut all = batches.lock().unwrap().clone();
    all.sort();
    // The batches of the worker: two messages of one key, or what has lingered.
    assert_eq!(all, [vec!["a", "b"], vec!["cc"], vec!["d"]]);
    assert_eq!(words.take().len(), 4);
    running.shutdown().await.assert_done("load", 4);
}
