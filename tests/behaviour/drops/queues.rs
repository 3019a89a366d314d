//! Messages that wait in a queue.

use std::future::pending;

use fluid::by_hand::Nothing;
use fluid::{
    ConsumerHandle, Exit, OnError, OnExit, OnLost, Options, Overflow, Slot, Worker, Workers,
    consumer,
};

use super::{Bomb, Bombs};
use crate::support::{
    Call, Each, assert_conserved, body, boxed, counts, group, idle, ms, put, put_with, secs,
};

pub(super) type Consumer = Each<Bomb, Nothing, Call<Bomb, Nothing>>;

/// Never ends its first call.
pub(super) fn deaf() -> Consumer {
    boxed(|bomb: Bomb| {
        Box::pin(async move {
            pending::<()>().await;
            bomb.defuse();
            Ok(None)
        })
    })
}

/// Fails with the first message.
fn fails() -> Consumer {
    boxed(|bomb: Bomb| {
        Box::pin(async move {
            bomb.defuse();
            Err("no".into())
        })
    })
}

pub(super) async fn send(bombs: &Bombs, messages: u64, to: &ConsumerHandle<Bomb>) {
    for _ in 0..messages {
        to.send(bombs.one()).await.unwrap();
    }
}

/// Sends messages to a consumer, starts its group, and stops the group by force.
async fn forced<W: Worker<Message = Bomb>>(
    bombs: &Bombs,
    messages: u64,
    workers: Workers,
    seat: &Slot<W>,
) -> Exit {
    send(bombs, messages, &seat.handle()).await;
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(1)).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 1, "{exit}");
    assert_conserved(&exit);
    bombs.all_dropped();
    exit
}

#[tokio::test(start_paused = true)]
async fn undelivered_messages_are_dropped_one_at_a_time_at_a_forced_end() {
    for options in [
        Options::new(),
        Options::new().capacity(4),
        Options::new().overflow(Overflow::DropOldest),
        Options::new().retry(3),
        Options::new().on_error(OnError::Skip),
        Options::new().timeout(secs(100)),
        Options::new().concurrency(2),
    ] {
        let bombs = Bombs::default();
        let mut workers = group();
        let seat = workers.add_with("deaf", options, deaf);
        fluid::rule::CanBeTriedAgain::keep_copies(fluid::rule::RULE, &seat);
        let exit = forced(&bombs, 4, workers, &seat).await;
        assert_eq!(counts(&exit, "deaf"), [4, 0, 0, 0, 4]);
    }
}

/// Gathers messages for a batch that is never full.
#[consumer(batch = 100, linger = "1h")]
async fn gather(bombs: Vec<Bomb>) {
    bombs.into_iter().for_each(Bomb::defuse);
    pending::<()>().await;
}

/// Never ends its first call in the lane of a key.
#[consumer(concurrency = 2, partition_by = |bomb| bomb.armed)]
async fn sort(bomb: Bomb) {
    pending::<()>().await;
    bomb.defuse();
}

#[tokio::test(start_paused = true)]
async fn the_messages_of_a_batch_that_is_gathered_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    // As long as the source runs, the queue is not closed.
    let source = put(
        &mut workers,
        "source",
        body::<Nothing, Bomb>(|_, _| Box::pin(pending())),
    );
    let seat = workers.add(Gather {});
    workers.connect(&source, &seat);
    let exit = forced(&bombs, 4, workers, &seat).await;
    assert_eq!(counts(&exit, "gather"), [4, 0, 0, 0, 4]);
}

#[tokio::test(start_paused = true)]
async fn the_messages_in_the_queue_of_a_lane_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seat = workers.add_with("sort", Sort::OPTIONS, || Sort {});
    let exit = forced(&bombs, 4, workers, &seat).await;
    assert_eq!(counts(&exit, "sort"), [4, 0, 0, 0, 4]);
}

#[tokio::test(start_paused = true)]
async fn the_messages_behind_a_failed_one_are_dropped_one_at_a_time() {
    for lanes in [1, 2] {
        let bombs = Bombs::default();
        let mut workers = group();
        let options = Options::new().concurrency(lanes);
        let seat = workers.add_with("fails", options, fails);
        send(&bombs, 5, &seat.handle()).await;
        let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
        let [accepted, done, failed, _, undelivered] = counts(&exit, "fails");
        assert_eq!((accepted, done, failed + undelivered), (5, 0, 5), "{exit}");
        assert!(undelivered >= 3, "{exit}");
        assert_eq!(exit.code(), 2, "{exit}");
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_drop_of_a_message_in_the_handler_is_a_failure_of_the_call() {
    for options in [Options::new(), Options::new().retry(0).timeout(secs(1))] {
        let bombs = Bombs::default();
        let mut workers = group();
        let drops = boxed::<_, Nothing>(|bomb: Bomb| {
            Box::pin(async move {
                drop(bomb);
                Ok(None)
            })
        });
        let seat = put_with(&mut workers, "drops", options, drops);
        send(&bombs, 4, &seat.handle()).await;
        let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
        assert_eq!(counts(&exit, "drops"), [4, 0, 1, 0, 3], "{exit}");
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn messages_to_a_group_that_is_dropped_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seats = ["one", "two"].map(|name| put(&mut workers, name, deaf()).handle());
    for seat in &seats {
        send(&bombs, 3, seat).await;
    }
    drop(workers);
    for seat in &seats {
        let undelivered = seat.exit().unwrap().counts().unwrap().undelivered;
        assert_eq!(undelivered, 3);
    }
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn messages_to_a_group_that_fails_to_start_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seat = put(&mut workers, "deaf", deaf()).handle();
    send(&bombs, 3, &seat).await;
    workers.on_startup(|| async { Err::<(), _>("no start") });
    let exit = workers.startup().await.unwrap_err();
    assert_eq!(counts(&exit, "deaf"), [3, 0, 0, 0, 3]);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn messages_to_a_worker_that_is_removed_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let early = put(&mut workers, "early", deaf()).handle();
    send(&bombs, 3, &early).await;
    let exit = workers.remove(early.worker()).unwrap();
    assert_eq!(exit.counts().unwrap().undelivered, 3);
    let options = Options::new().grace(secs(1));
    let late = put_with(&mut workers, "late", options, deaf()).handle();
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    send(&bombs, 3, &late).await;
    let exit = running.remove(late.worker()).await.unwrap();
    assert_eq!(exit.counts().unwrap().undelivered, 3);
    assert!(running.shutdown().await.is_success());
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn a_message_that_a_full_queue_drops_does_not_panic_in_its_sender() {
    for overflow in [Overflow::DropNewest, Overflow::DropOldest] {
        let bombs = Bombs::default();
        let mut workers = group();
        let options = Options::new().capacity(1).overflow(overflow);
        let seat = put_with(&mut workers, "deaf", options, deaf());
        let exit = forced(&bombs, 3, workers, &seat).await;
        assert_eq!(counts(&exit, "deaf"), [3, 0, 0, 2, 1]);
    }
}

#[test]
fn messages_of_a_group_whose_runtime_is_dropped_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let mut workers = group();
    let seat = put(&mut workers, "deaf", deaf()).handle();
    runtime.block_on(async {
        send(&bombs, 4, &seat).await;
        let running = workers.startup().await.unwrap();
        tokio::task::yield_now().await;
        drop(running);
    });
    drop(runtime);
    let exit = seat.exit().unwrap();
    assert_eq!(exit.counts().unwrap().undelivered, 4);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn a_message_is_dropped_within_a_catch_when_no_attempt_is_left() {
    let bombs = Bombs::default();
    let mut workers = group();
    let options = Options::new().retry(1).on_error(OnError::Skip);
    let seat = put_with(&mut workers, "fails", options, fails());
    fluid::rule::CanBeTriedAgain::keep_copies(fluid::rule::RULE, &seat);
    send(&bombs, 3, &seat.handle()).await;
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "fails"), [3, 0, 3, 0, 0]);
    bombs.all_dropped();
}

/// Fails with each batch.
#[consumer(batch = 3, retry = 1, backoff = "1ms..1ms", on_error = "skip")]
async fn refuse(bombs: Vec<Bomb>) -> Result<(), String> {
    bombs.into_iter().for_each(Bomb::defuse);
    Err("no".to_owned())
}

#[tokio::test(start_paused = true)]
async fn the_messages_of_a_batch_are_dropped_one_at_a_time_when_no_attempt_is_left() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seat = workers.add_with("refuse", Refuse::OPTIONS, || Refuse {});
    fluid::rule::CanBeTriedAgain::keep_copies(fluid::rule::RULE, &seat);
    send(&bombs, 6, &seat.handle()).await;
    let exit = workers.startup().await.unwrap().shutdown().await;
    assert_eq!(counts(&exit, "refuse"), [6, 0, 6, 0, 0]);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn given_up_messages_that_are_refused_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seat = workers.add_with("refuse", Refuse::OPTIONS.on_lost(OnLost::Ignore), || {
        Refuse {}
    });
    let ends = Options::new().on_exit(OnExit::Ignore);
    let buries = boxed::<fluid::Failed<Bomb>, Nothing>(|_| Box::pin(async { Ok(None) }));
    let buries = put_with(&mut workers, "buries", ends, buries);
    workers.connect(seat.failed(), &buries);
    let running = workers.startup().await.unwrap();
    let _ = buries.shutdown().await;
    send(&bombs, 3, &seat.handle()).await;
    tokio::time::sleep(secs(1)).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "refuse"), [3, 0, 3, 0, 0]);
    assert_eq!(exit.worker("refuse").unwrap().unsent(), 3);
    assert_eq!(exit.code(), 0, "{exit}");
    bombs.all_dropped();
}

/// Waits for its rate with a batch in hand.
#[consumer(batch = 2, rate = "1/h")]
async fn pace(bombs: Vec<Bomb>) {
    bombs.into_iter().for_each(Bomb::defuse);
}

#[tokio::test(start_paused = true)]
async fn the_messages_of_a_batch_that_waits_for_its_rate_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seat = workers.add(Pace {});
    let exit = forced(&bombs, 4, workers, &seat).await;
    assert_eq!(counts(&exit, "pace"), [4, 2, 0, 0, 2]);
}
