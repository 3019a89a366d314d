//! Failures, panics and delays in calls.

use std::time::Duration;

use fluid::test::Kit;
use fluid::{
    error::{Panicked, TimedOut},
    worker,
};
use tokio::time::Instant;

use crate::market::{Candle, Db, Market, Store, Tick, secs};

/// The market, after this many candles were sent to `store`.
async fn run(candles: u64, inject: impl FnOnce(&Kit)) -> (fluid::Exit, Duration) {
    let market = Market::new(Db::default());
    let kit = Kit::of(&market);
    kit.feed::<Tick, _>("poll", []);
    inject(&kit);
    let market = market.startup().await.unwrap();
    let began = Instant::now();
    for candle in 0..candles {
        kit.send("store", Candle(candle)).await;
    }
    kit.idle().await;
    let took = began.elapsed();
    (market.shutdown().await, took)
}

fn failed(exit: &fluid::Exit) -> u64 {
    exit.worker("store").unwrap().counts().unwrap().failed
}

#[tokio::test(start_paused = true)]
async fn an_injected_error_strikes_one_call() {
    let (exit, took) = run(3, |kit| kit.fail("store", 2, "no disk")).await;
    exit.assert_done("store", 2);
    assert_eq!(failed(&exit), 1, "{exit}");
    let error = exit.worker("store").unwrap().last_error().unwrap();
    assert_eq!(error.to_string(), "no disk");
    assert_eq!(took, Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn an_injected_panic_strikes_one_call() {
    let (exit, _) = run(3, |kit| kit.panic("store", 3)).await;
    exit.assert_done("store", 2);
    let error = exit.worker("store").unwrap().last_error().unwrap();
    let panicked = error.downcast_ref::<Panicked>().unwrap();
    assert_eq!(panicked.message(), "injected into call 3 of `store`");
}

#[tokio::test(start_paused = true)]
async fn an_injected_delay_strikes_one_call() {
    let (exit, took) = run(3, |kit| kit.delay("store", 1, secs(5))).await;
    exit.assert_done("store", 3);
    assert_eq!(took, secs(5));
}

#[tokio::test(start_paused = true)]
async fn an_injected_delay_counts_towards_the_timeout() {
    // The timeout is 10 s.
    let (exit, took) = run(3, |kit| kit.delay("store", 1, secs(50))).await;
    exit.assert_done("store", 2);
    let error = exit.worker("store").unwrap().last_error().unwrap();
    assert!(error.downcast_ref::<TimedOut>().is_some(), "{exit}");
    assert_eq!(took, secs(10));
}

#[tokio::test(start_paused = true)]
async fn several_faults_of_one_call_apply_in_order() {
    let (exit, took) = run(1, |kit| {
        kit.delay("store", 1, secs(3));
        kit.fail("store", 1, "no disk");
        kit.delay("store", 1, secs(4));
    })
    .await;
    assert_eq!(failed(&exit), 1, "{exit}");
    assert_eq!(took, secs(3));
}

#[tokio::test(start_paused = true)]
async fn the_number_of_a_call_counts_across_restarts() {
    #[worker(heartbeat = "1s", on_error = "restart")]
    async fn beat() {}

    let mut workers = fluid::Workers::new("test");
    workers.add_with("beat", <Beat as fluid::Worker>::OPTIONS, || Beat);
    let kit = Kit::of(&workers.handle());
    kit.panic("beat", 2);
    kit.fail("beat", 4, "again");
    let group = workers.startup().await.unwrap();
    kit.advance(secs(10)).await;
    let exit = group.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(exit.worker("beat").unwrap().restarts(), 2, "{exit}");
}

#[test]
#[should_panic(expected = "there is no worker `stor`")]
fn injecting_into_an_unknown_worker_panics() {
    let market = Market::new(Db::default());
    Kit::of(&market).panic("stor", 1);
}

#[tokio::test(start_paused = true)]
async fn an_injected_delay_makes_a_worker_stall() {
    let mut workers = fluid::Workers::new("test");
    let options = fluid::Options::new()
        .stall(secs(30))
        .on_stall(fluid::OnStall::Restart);
    workers.add_with("poll", options.heartbeat(secs(1)), || crate::market::Poll {
        next: 0,
    });
    // Without its timeout.
    let reported = fluid::Options::replacing().stall(secs(30));
    workers.add_with("store", reported, || Store {
        db: Db::default().into(),
    });
    let kit = Kit::of(&workers.handle());
    kit.delay("poll", 3, secs(100));
    kit.delay("store", 1, secs(100));
    let ticks = kit.collect::<Tick>("poll");
    let group = workers.startup().await.unwrap();
    kit.send("store", Candle(1)).await;
    let stalls = |name: &str| {
        let status = group.status();
        let worker = status.worker(name).unwrap();
        (worker.stalls, worker.stalled, worker.restarts)
    };
    // The third beat comes after two seconds.
    kit.advance(secs(31)).await;
    assert_eq!(
        (stalls("poll"), stalls("store")),
        ((0, false, 0), (1, true, 0))
    );
    kit.advance(secs(2)).await;
    assert_eq!(stalls("poll"), (1, false, 1));
    kit.idle().await;
    assert_eq!(stalls("store"), (1, false, 0));
    let ticks = ticks.take();
    assert_eq!(ticks[..3], [Tick(1), Tick(2), Tick(1)]);
    let exit = group.shutdown().await;
    exit.assert_conserved();
    exit.assert_done("store", 1);
}
