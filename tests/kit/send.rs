//! Sending to any consumer of a group by its name.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fluid::test::Kit;
use fluid::{Context, Reply, consumer, worker, workers};

use crate::market::{Aggregate, Candle, City, Db, Market, Tick, secs};

#[tokio::test(start_paused = true)]
async fn a_test_may_send_to_a_consumer_that_is_not_public() {
    let db = Arc::new(Db::default());
    let market = Market::new(Arc::clone(&db));
    let kit = Kit::of(&market);
    kit.feed::<Tick, _>("poll", []);
    let market = market.startup().await.unwrap();
    kit.send("aggregate", Tick(4)).await;
    kit.send("aggregate", Tick(5)).await;
    kit.send("store", Candle(1)).await;
    kit.idle().await;
    assert_eq!(db.stored.load(Ordering::Relaxed), 10);
    let exit = market.shutdown().await;
    exit.assert_done("aggregate", 2);
    exit.assert_done("store", 2);
    exit.assert_conserved();
}

#[tokio::test(start_paused = true)]
async fn a_consumer_of_a_nested_group_is_named_by_its_path() {
    let db = Arc::new(Db::default());
    let city = City::new(Arc::clone(&db));
    let kit = Kit::of(&city);
    kit.feed::<Tick, _>("market/poll", []);
    let city = city.startup().await.unwrap();
    kit.send("market/store", Candle(3)).await;
    kit.idle().await;
    assert_eq!(db.stored.load(Ordering::Relaxed), 3);
    city.shutdown().await.assert_done("market/store", 1);
}

struct Question(Reply<u64>);

#[consumer]
async fn answer(question: Question) {
    question.0.send(42);
}

#[tokio::test(start_paused = true)]
async fn a_sender_of_the_kit_can_ask() {
    let (kit, group) = Kit::alone(Answer);
    let group = group.startup().await.unwrap();
    assert_eq!(kit.sender("answer").ask(Question).await.unwrap(), 42);
    group.shutdown().await.assert_done("answer", 1);
}

fn alone() -> Kit {
    Kit::alone(Aggregate { sum: Vec::new() }).0
}

#[test]
#[should_panic(expected = "`aggregate` consumes `kit::market::Tick`, not `kit::market::Candle`")]
fn sending_the_wrong_type_panics_with_both_types() {
    let _ = alone().sender::<Candle>("aggregate");
}

#[test]
#[should_panic(expected = "there is no worker `agregate` in `alone`, which has: aggregate")]
fn an_unknown_name_panics_with_the_known_names() {
    let _ = alone().sender::<Tick>("agregate");
}

#[test]
#[should_panic(expected = "`poll` is no consumer")]
fn sending_to_a_source_panics() {
    let market = Market::new(Db::default());
    let _ = Kit::of(&market).sender::<Tick>("poll");
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "`aggregate` no longer accepts messages")]
async fn a_refused_send_panics() {
    let (kit, group) = Kit::alone(Aggregate { sum: Vec::new() });
    assert_eq!(group.startup().await.unwrap().shutdown().await.code(), 0);
    kit.send("aggregate", Tick(1)).await;
}

#[tokio::test(start_paused = true)]
#[should_panic(
    expected = "`aggregate` was to be done with 2 messages, and is with 1\nalone: stopped"
)]
async fn a_failed_assertion_on_an_exit_shows_the_whole_exit() {
    let (kit, group) = Kit::alone(Aggregate { sum: Vec::new() });
    let group = group.startup().await.unwrap();
    kit.send("aggregate", Tick(1)).await;
    group.shutdown().await.assert_done("aggregate", 2);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "there is no consumer `store`\nalone: stopped")]
async fn an_assertion_on_an_unknown_worker_panics() {
    let (_, group) = Kit::alone(Aggregate { sum: Vec::new() });
    group
        .startup()
        .await
        .unwrap()
        .shutdown()
        .await
        .assert_done("store", 0);
}

#[worker]
async fn linger(ctx: &Context) -> u64 {
    ctx.stopping().await;
    tokio::time::sleep(secs(1)).await;
    1
}

#[consumer]
async fn take(_number: u64) {}

workers! {
    struct Lingering {
        linger: Linger,
        take: Take,
    }

    linger => take;
}

#[tokio::test(start_paused = true)]
async fn a_message_sent_by_a_test_comes_from_outside_and_is_refused_at_a_stop() {
    let lingering = Lingering::new();
    let kit = Kit::of(&lingering);
    let lingering = lingering.startup().await.unwrap();
    lingering.gracefully_stop();
    kit.advance(Duration::ZERO).await;
    assert!(kit.sender("take").send(2_u64).await.is_err());
    // The edge is still open.
    lingering.wait_for_shutdown().await.assert_done("take", 1);
}
