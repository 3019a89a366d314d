//! A graceful stop: queued messages are handled in the order of the graph, and every message is accounted for.

use std::time::Duration;

use fluid::{
    Cause, Context, Error, Options, Overflow, Restart, Slot, Worker, Workers,
    by_hand::{EachBatch, Io, Nothing, Stage},
};
use tokio::time::{Instant, timeout};

use crate::support::{
    Burst, assert_conserved, body, count, counts, each, group, idle, ms, pass, put, put_with, secs,
    sink,
};

#[tokio::test(start_paused = true)]
async fn a_graceful_stop_handles_all_100_queued_messages() {
    let mut workers = group();
    let slow = put(&mut workers, "slow", sink::<u64>(ms(5)));
    let running = workers.startup().await.unwrap();
    for number in 0..100 {
        slow.send(number).await.unwrap();
    }
    tokio::time::sleep(ms(20)).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "slow"), [100, 100, 0, 0, 0]);
    assert_eq!(exit.code(), 0);
}

/// Takes 5 ms for each message of a batch, and emits the messages.
struct Batches;

impl Worker for Batches {
    type Message = u64;
    type Output = u64;
    type Ports = ();

    async fn run(&mut self, ctx: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        fluid::__private::run(self, ctx, io).await
    }
}

impl Stage for Batches {
    type Input = Vec<u64>;
    type Emission = Vec<u64>;
    type Calls = EachBatch;

    async fn call(&mut self, batch: Vec<u64>, _: &Context, (): &()) -> Result<Vec<u64>, Error> {
        tokio::time::sleep(ms(5) * batch.len() as u32).await;
        Ok(batch)
    }
}

#[tokio::test(start_paused = true)]
async fn a_graceful_stop_drains_three_stages_despite_two_restarts() {
    let strategy = Restart::one_for_all().backoff(ms(1), ms(1));
    let mut workers = group().restart(strategy);
    let first = workers.add_with("first", Options::new(), || pass::<u64>(ms(5)));
    let options = Options::new().batch(7).linger(ms(12)).capacity(10);
    let second = workers.add_with("second", options, || Batches);
    let options = Options::new().capacity(2).concurrency(2);
    let third = workers.add_with("third", options, || sink::<u64>(ms(5)));
    // Fails twice, each time after 6 ms, and restarts all other members too.
    let mut builds = 0;
    workers.add_with("bystander", Options::new(), move || {
        builds += 1;
        let fails = builds <= 2;
        body::<Nothing, Nothing>(move |ctx, _| {
            Box::pin(async move {
                if fails && ctx.sleep(ms(6)).await {
                    return Err("a bad day".into());
                }
                ctx.stopping().await;
                Ok(())
            })
        })
    });
    workers.connect(&first, &second);
    workers.connect(&second, &third);
    let running = workers.startup().await.unwrap();
    for number in 0..100 {
        first.send(number).await.unwrap();
    }
    while first.status().restarts < 2 {
        tokio::time::sleep(ms(1)).await;
    }
    assert!(first.queue_size() > 80, "{}", first.queue_size());
    let exit = running.shutdown().await;
    for stage in ["first", "second", "third"] {
        assert_eq!(counts(&exit, stage), [100, 100, 0, 0, 0], "{stage}");
        assert_eq!(exit.worker(stage).unwrap().restarts(), 2, "{exit}");
    }
    assert_eq!(exit.code(), 0, "{exit}");
}

#[tokio::test(start_paused = true)]
async fn a_stop_drains_three_stages_one_after_the_other() {
    let mut workers = group();
    let first = put(&mut workers, "first", pass::<u64>(ms(1)));
    let second = put_with(
        &mut workers,
        "second",
        Options::new().capacity(3),
        pass::<u64>(ms(2)),
    );
    let third = put_with(
        &mut workers,
        "third",
        Options::new().capacity(1),
        sink::<u64>(ms(3)),
    );
    workers.connect(&first, &second);
    workers.connect(&second, &third);
    let running = workers.startup().await.unwrap();
    for number in 0..100 {
        first.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    for stage in ["first", "second", "third"] {
        assert_eq!(counts(&exit, stage), [100, 100, 0, 0, 0], "{stage}");
    }
    assert_eq!(exit.code(), 0);
}

#[tokio::test(start_paused = true)]
async fn at_a_stop_public_inputs_refuse_and_edges_within_the_group_go_on() {
    let mut workers = group();
    let first = put(&mut workers, "first", pass::<u64>(ms(10)));
    let second = put(&mut workers, "second", sink(ms(10)));
    workers.connect(&first, &second);
    let running = workers.startup().await.unwrap();
    for number in 0..10 {
        first.send(number).await.unwrap();
    }
    running.gracefully_stop();
    tokio::time::sleep(ms(1)).await;
    // Both consumers are still at work, and both refuse messages from outside.
    assert_eq!(first.send(77).await.unwrap_err().message, 77);
    assert_eq!(second.try_send(78).unwrap_err().into_message(), 78);
    assert!(second.sender().is_closed());
    let exit = running.wait_for_shutdown().await;
    assert_eq!(counts(&exit, "first"), [10, 10, 0, 0, 0]);
    assert_eq!(counts(&exit, "second"), [10, 10, 0, 0, 0]);
    assert_eq!(exit.worker("first").unwrap().counts().unwrap().refused, 1);
    assert_eq!(exit.worker("second").unwrap().counts().unwrap().refused, 1);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_waits_for_room_is_refused_at_the_stop_and_gets_its_message_back() {
    let mut workers = group();
    let slow = put_with(
        &mut workers,
        "slow",
        Options::new().capacity(1),
        sink::<u64>(secs(3)),
    );
    let running = workers.startup().await.unwrap();
    slow.send(0).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    slow.send(1).await.unwrap();
    let waiting = tokio::spawn({
        let slow = slow.handle();
        async move { slow.send(2).await }
    });
    tokio::time::sleep(ms(1)).await;
    assert!(!waiting.is_finished());
    running.gracefully_stop();
    let refused = timeout(secs(1), waiting).await.unwrap().unwrap();
    assert_eq!(refused.unwrap_err().message, 2);
    assert_eq!(
        counts(&running.wait_for_shutdown().await, "slow"),
        [2, 2, 0, 0, 0]
    );
}

#[tokio::test(start_paused = true)]
async fn a_forced_exit_counts_messages_in_hand_and_in_the_queue_as_undelivered() {
    let mut workers = group();
    let slow = put(&mut workers, "slow", sink::<u64>(secs(4)));
    let running = workers.startup().await.unwrap();
    for number in 0..10 {
        slow.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    // Two messages are done at 4 s and 8 s; the third is in hand at 10 s.
    assert_eq!(counts(&exit, "slow"), [10, 2, 0, 0, 8]);
    assert_eq!(exit.code(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_error_counts_its_message_as_failed_and_the_rest_as_undelivered() {
    for panics in [false, true] {
        let mut workers = group();
        let picky = put(
            &mut workers,
            "picky",
            each(move |number: u64| async move {
                match number {
                    3 if panics => panic!("three"),
                    3 => Err::<Option<Nothing>, _>(Error::from("three")),
                    _ => Ok(None),
                }
            }),
        );
        for number in 0..10 {
            picky.send(number).await.unwrap();
        }
        let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
        assert_eq!(counts(&exit, "picky"), [10, 3, 1, 0, 6]);
        assert_eq!(exit.code(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_consumer_written_by_hand_that_returns_early_leaves_the_rest_undelivered() {
    let mut workers = group();
    let early = put(
        &mut workers,
        "early",
        body::<u64, Nothing>(|_, io| {
            Box::pin(async {
                io.queue.next().await;
                io.queue.next().await;
                Ok(())
            })
        }),
    );
    for number in 0..10 {
        early.send(number).await.unwrap();
    }
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(counts(&exit, "early"), [10, 2, 0, 0, 8]);
}

#[tokio::test(start_paused = true)]
async fn each_overflow_policy_drops_the_messages_it_names() {
    for (policy, kept) in [
        (Overflow::DropNewest, vec![0, 1, 2]),
        (Overflow::DropOldest, vec![7, 8, 9]),
    ] {
        let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
        let mut workers = group();
        let options = Options::new().capacity(3).overflow(policy);
        let full = put_with(
            &mut workers,
            "full",
            options,
            each(move |number: u64| {
                let _ = sender.send(number);
                async { Ok(None::<Nothing>) }
            }),
        );
        for number in 0..10 {
            full.try_send(number).unwrap();
        }
        assert_eq!(full.queue_size(), 3);
        let exit = workers.startup().await.unwrap().shutdown().await;
        assert_eq!(counts(&exit, "full"), [10, 3, 0, 7, 0]);
        let mut handled = Vec::new();
        seen.recv_many(&mut handled, 10).await;
        assert_eq!(handled, kept, "{policy:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn with_capacity_1_drop_oldest_keeps_the_newest_while_the_consumer_is_at_work() {
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let mut workers = group();
    let options = Options::new().capacity(1).overflow(Overflow::DropOldest);
    let full = put_with(
        &mut workers,
        "full",
        options,
        each(move |number: u64| {
            let _ = sender.send(number);
            async {
                tokio::time::sleep(ms(10)).await;
                Ok(None::<Nothing>)
            }
        }),
    );
    let running = workers.startup().await.unwrap();
    full.send(0).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    for number in 1..=5 {
        full.send(number).await.unwrap();
    }
    assert_eq!(counts(&running.shutdown().await, "full"), [6, 2, 0, 4, 0]);
    let mut handled = Vec::new();
    seen.recv_many(&mut handled, 10).await;
    assert_eq!(handled, [0, 5]);
}

/// source => (left, right) => join
fn diamond(left: Duration, right: Duration) -> Workers {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 20 });
    let left = put_with(
        &mut workers,
        "left",
        Options::new().capacity(2),
        pass::<u64>(left),
    );
    let right = put_with(
        &mut workers,
        "right",
        Options::new().capacity(2),
        pass::<u64>(right),
    );
    let join = put_with(
        &mut workers,
        "join",
        Options::new().capacity(2),
        sink::<u64>(ms(1)),
    );
    workers.broadcast(&source);
    workers.connect(&source, &left);
    workers.connect(&source, &right);
    workers.connect(&left, &join);
    workers.connect(&right, &join);
    workers
}

#[tokio::test(start_paused = true)]
async fn a_diamond_ends_in_order_whichever_side_is_slow() {
    for (left, right) in [(1, 50), (50, 1), (3, 3)] {
        let running = diamond(ms(left), ms(right)).startup().await.unwrap();
        let exit = running.wait_for_shutdown().await;
        assert_eq!(exit.code(), 0, "{exit}");
        assert!(matches!(exit.cause(), Cause::WorkerEnded(_)));
        assert_eq!(exit.worker("source").unwrap().emitted(), 20);
        assert_eq!(counts(&exit, "left"), [20, 20, 0, 0, 0]);
        assert_eq!(counts(&exit, "right"), [20, 20, 0, 0, 0]);
        assert_eq!(counts(&exit, "join"), [40, 40, 0, 0, 0]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_goes_on_when_one_of_its_consumers_has_ended() {
    let mut workers = group();
    let source = put(&mut workers, "source", count(10, ms(10)));
    let options = Options::new().on_exit(fluid::OnExit::Ignore);
    let short = put_with(
        &mut workers,
        "short",
        options,
        body::<u64, Nothing>(|_, io| {
            Box::pin(async {
                io.queue.next().await;
                Ok(())
            })
        }),
    );
    let long = put(&mut workers, "long", sink::<u64>(Duration::ZERO));
    workers.broadcast(&source);
    workers.connect(&source, &short);
    workers.connect(&source, &long);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(1)).await;
    let exit = running.shutdown().await;
    assert_eq!(counts(&exit, "long"), [10, 10, 0, 0, 0]);
    // Its exit was written when it ended; its status still counts refused messages.
    let short = short.status().counts.unwrap();
    assert_eq!((short.accepted + short.refused, short.done), (10, 1));
    assert_eq!(exit.worker("source").unwrap().emitted(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_failure_while_stopping_is_in_the_exit_code() {
    let mut workers = group();
    let picky = put(
        &mut workers,
        "picky",
        each(|number: u64| async move {
            tokio::time::sleep(ms(10)).await;
            if number == 3 {
                Err(Error::from("three"))
            } else {
                Ok(None::<Nothing>)
            }
        }),
    );
    let running = workers.startup().await.unwrap();
    for number in 0..5 {
        picky.send(number).await.unwrap();
    }
    let exit = running.shutdown().await;
    assert!(
        matches!(exit.cause(), Cause::Failed { worker, .. } if &**worker == "picky"),
        "{exit}"
    );
    assert_eq!(exit.code(), 2);
    assert_conserved(&exit);
}

#[tokio::test(start_paused = true)]
async fn an_emission_refused_by_a_forced_consumer_is_unsent() {
    let mut all_at_once = group();
    let source = put(&mut all_at_once, "source", Burst { to: 20 });
    let [emitted, unsent] = forced_while_sending(all_at_once, &source).await;
    assert_eq!(emitted + unsent, 20);
    let mut one_by_one = group();
    let source = put(&mut one_by_one, "source", count(20, Duration::ZERO));
    let [_, unsent] = forced_while_sending(one_by_one, &source).await;
    assert_eq!(unsent, 1);
}

async fn forced_while_sending<W: Worker<Output = u64>>(
    mut workers: Workers,
    source: &Slot<W>,
) -> [u64; 2] {
    let options = Options::new().capacity(2);
    let deaf = put_with(&mut workers, "deaf", options, sink::<u64>(secs(1000)));
    workers.connect(source, &deaf);
    put(&mut workers, "idle", idle());
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(secs(1)).await;
    let begun = Instant::now();
    let exit = running.shutdown().await;
    assert_eq!(begun.elapsed().as_secs(), 10);
    let handled = deaf.status().counts.unwrap();
    assert_conserved(&exit);
    let source = exit.worker("source").unwrap();
    assert_eq!(source.emitted(), handled.accepted);
    [source.emitted(), source.unsent()]
}

#[tokio::test(start_paused = true)]
async fn an_emission_refused_by_a_failed_consumer_is_unsent() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 5000 });
    let picky = put(
        &mut workers,
        "picky",
        each(|number: u64| async move {
            if number == 10 {
                Err(Error::from("ten"))
            } else {
                Ok(None::<Nothing>)
            }
        }),
    );
    workers.connect(&source, &picky);
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    let source = exit.worker("source").unwrap();
    let accepted = exit.worker("picky").unwrap().counts().unwrap().accepted;
    assert_eq!(
        (source.emitted(), source.unsent()),
        (accepted, 5000 - accepted)
    );
    assert!(source.unsent() > 0, "{exit}");
}

#[test]
#[should_panic(expected = "call `broadcast` first")]
fn a_second_edge_from_an_output_needs_a_broadcast() {
    let mut workers = group();
    let source = put(&mut workers, "source", Burst { to: 1 });
    let left = put(&mut workers, "left", sink::<u64>(ms(1)));
    let right = put(&mut workers, "right", sink::<u64>(ms(1)));
    workers.connect(&source, &left);
    workers.connect(&source, &right);
}
