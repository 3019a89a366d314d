//! The kit at fused edges.

use std::sync::atomic::Ordering;

use fluid::test::Kit;
use fluid::{consumer, worker, workers};

use crate::market::{Db, Tick, secs};

#[worker(heartbeat = "1s")]
async fn read(next: &mut u64) -> Tick {
    *next += 1;
    Tick(*next)
}

#[consumer]
async fn double(tick: Tick) -> Tick {
    Tick(tick.0 * 2)
}

#[consumer(on_error = "skip")]
async fn sum(tick: Tick, db: &Db) {
    db.stored.fetch_add(tick.0, Ordering::Relaxed);
}

workers! {
    struct Chain(db: Db) {
        read: Read { next: 0 },
        double: Double,
        sum: Sum { db },
    }

    read -> double -> sum;
}

#[tokio::test(start_paused = true)]
async fn messages_over_a_fused_edge_are_collected() {
    let chain = Chain::new(Db::default());
    let kit = Kit::of(&chain);
    let (ticks, doubles) = (kit.collect::<Tick>("read"), kit.collect::<Tick>("double"));
    let chain = chain.startup().await.unwrap();
    kit.advance(secs(1)).await;
    assert_eq!(ticks.take(), [Tick(1), Tick(2)]);
    assert_eq!(doubles.take(), [Tick(2), Tick(4)]);
    chain.shutdown().await.assert_done("sum", 2);
}

#[tokio::test(start_paused = true)]
async fn an_intercepted_message_does_not_reach_the_fused_callee() {
    let chain = Chain::new(Db::default());
    let kit = Kit::of(&chain);
    let doubles = kit.intercept::<Tick>("double");
    let chain = chain.startup().await.unwrap();
    kit.advance(secs(1)).await;
    assert_eq!(doubles.take(), [Tick(2), Tick(4)]);
    let exit = chain.shutdown().await;
    exit.assert_done("double", 2);
    exit.assert_done("sum", 0);
    assert_eq!(exit.worker("double").unwrap().emitted(), 2, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn the_head_of_a_fused_chain_can_be_stubbed() {
    let db = std::sync::Arc::new(Db::default());
    let chain = Chain::new(std::sync::Arc::clone(&db));
    let kit = Kit::of(&chain);
    kit.feed("read", [Tick(10), Tick(20)]);
    let chain = chain.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(db.stored.load(Ordering::Relaxed), 60);
    let exit = chain.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    exit.assert_done("sum", 2);
}

#[tokio::test(start_paused = true)]
async fn a_fault_behind_a_fused_edge_strikes_and_idle_waits_for_it() {
    let chain = Chain::new(Db::default());
    let kit = Kit::of(&chain);
    kit.fail("sum", 1, "no disk");
    kit.delay("sum", 2, secs(30));
    kit.feed("read", [Tick(1), Tick(2), Tick(3)]);
    let began = tokio::time::Instant::now();
    let chain = chain.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(began.elapsed(), secs(30));
    let exit = chain.shutdown().await;
    exit.assert_done("sum", 2);
    exit.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn a_worker_in_the_middle_of_a_fused_chain_can_be_stubbed() {
    let db = std::sync::Arc::new(Db::default());
    let chain = Chain::new(std::sync::Arc::clone(&db));
    let kit = Kit::of(&chain);
    kit.stub("double", |tick: Tick| vec![Tick(tick.0), Tick(100)]);
    kit.feed("read", [Tick(1), Tick(2)]);
    let chain = chain.startup().await.unwrap();
    kit.idle().await;
    assert_eq!(db.stored.load(Ordering::Relaxed), 203);
    let exit = chain.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    exit.assert_done("double", 2);
    exit.assert_done("sum", 4);
}

#[tokio::test(start_paused = true)]
async fn a_second_stub_replaces_the_first() {
    let chain = Chain::new(Db::default());
    let kit = Kit::of(&chain);
    kit.stub("double", |_: Tick| -> Option<Tick> {
        panic!("the first one")
    });
    kit.stub("double", |tick: Tick| Some(tick));
    kit.feed("read", [Tick(1)]);
    kit.feed("read", [Tick(2), Tick(3)]);
    let chain = chain.startup().await.unwrap();
    kit.idle().await;
    let exit = chain.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    exit.assert_done("double", 2);
    exit.assert_done("sum", 2);
}

#[tokio::test(start_paused = true)]
async fn a_stub_at_the_end_of_a_chain_fails_like_the_worker() {
    let db = std::sync::Arc::new(Db::default());
    let chain = Chain::new(std::sync::Arc::clone(&db));
    let kit = Kit::of(&chain);
    kit.stub("sum", |tick: Tick| match tick.0 {
        2 => Err("full".to_owned()),
        _ => Ok(()),
    });
    kit.feed("read", [Tick(1), Tick(2)]);
    let chain = chain.startup().await.unwrap();
    kit.idle().await;
    let exit = chain.shutdown().await;
    // The policy of the worker still answers a failure.
    assert!(!exit.cause().is_failure(), "{exit}");
    assert_eq!((exit.code(), exit.lost()), (2, 1), "{exit}");
    let sum = exit.worker("sum").unwrap();
    let counts = sum.counts().unwrap();
    assert_eq!((counts.done, counts.failed), (1, 1), "{exit}");
    assert_eq!(sum.last_error().unwrap().to_string(), "full");
    assert_eq!(db.stored.load(Ordering::Relaxed), 0);
}

workers! {
    #[workers(restart = "one_for_one")]
    struct Restarted(db: Db) {
        read: Read { next: 0 },
        double: Double,
        sum: Sum { db },
    }

    read -> double -> sum;
}

#[tokio::test(start_paused = true)]
async fn a_stub_behind_a_fused_edge_is_restarted_and_goes_on_in_its_script() {
    let chain = Restarted::new(Db::default());
    let kit = Kit::of(&chain);
    let mut calls = 0;
    kit.stub("double", move |tick: Tick| {
        calls += 1;
        if calls == 1 {
            Err("once".to_owned())
        } else {
            Ok(tick)
        }
        .map(Some)
    });
    kit.feed("read", [Tick(1), Tick(2), Tick(3)]);
    let chain = chain.startup().await.unwrap();
    kit.idle().await;
    let exit = chain.shutdown().await;
    let double = exit.worker("double").unwrap();
    let counts = double.counts().unwrap();
    assert_eq!(
        (counts.done, counts.failed, double.restarts()),
        (2, 1, 1),
        "{exit}"
    );
    exit.assert_done("sum", 2);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "is behind a fused edge and has no queue")]
async fn sending_to_a_worker_behind_a_fused_edge_panics() {
    let chain = Chain::new(Db::default());
    let kit = Kit::of(&chain);
    kit.send("double", Tick(1)).await;
}
