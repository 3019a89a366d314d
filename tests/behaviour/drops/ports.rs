//! Messages that leave by a port.

use std::future::pending;

use fluid::by_hand::Nothing;
use fluid::edge::PortOutput;
use fluid::{Exit, OnExit, Options, Slot, Workers};

use super::{Bomb, Bombs};
use crate::support::{
    Beat, Boxed, Call, Each, assert_conserved, beats, boxed, counts, group, ms, put, put_with,
};

type Emits = Box<dyn FnMut() -> Boxed<'static, Result<Vec<Bomb>, fluid::Error>> + Send>;

/// Emits three messages after a millisecond.
fn source(workers: &mut Workers, bombs: &Bombs) -> Slot<Beat<Bomb, Emits>> {
    let bombs = bombs.clone();
    let emits: Emits = Box::new(move || {
        let bombs = bombs.clone();
        Box::pin(async move {
            tokio::time::sleep(ms(1)).await;
            Ok((0..3).map(|_| bombs.one()).collect())
        })
    });
    let options = Options::new().on_exit(OnExit::Ignore);
    put_with(workers, "source", options, beats(emits))
}

/// Never ends its first call. The queue has room for one message.
fn deaf(
    workers: &mut Workers,
    name: &'static str,
) -> Slot<Each<Bomb, Nothing, Call<Bomb, Nothing>>> {
    let deaf = boxed(|bomb: Bomb| {
        Box::pin(async move {
            pending::<()>().await;
            bomb.defuse();
            Ok(None)
        })
    });
    let options = Options::new().capacity(1).on_exit(OnExit::Ignore);
    put_with(workers, name, options, deaf)
}

fn sent(exit: &Exit) -> (u64, u64) {
    let source = exit.worker("source").unwrap();
    (source.emitted(), source.unsent())
}

#[tokio::test(start_paused = true)]
async fn discarded_messages_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    source(&mut workers, &bombs);
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(2)).await;
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
    assert_eq!(sent(&exit), (3, 0));
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn messages_that_every_consumer_refuses_are_dropped_one_at_a_time() {
    for consumers in [["one", "two"].as_slice(), &["one"]] {
        let bombs = Bombs::default();
        let mut workers = group();
        let source = source(&mut workers, &bombs);
        workers.broadcast(&source);
        let consumers: Vec<_> = consumers
            .iter()
            .map(|name| deaf(&mut workers, name))
            .collect();
        for consumer in &consumers {
            workers.connect(&source, consumer);
        }
        let running = workers.startup().await.unwrap();
        for consumer in &consumers {
            let _ = consumer.shutdown().await;
        }
        tokio::time::sleep(ms(2)).await;
        let exit = running.shutdown().await;
        assert!(exit.is_success(), "{exit}");
        assert_eq!(sent(&exit), (0, 3));
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_wait_for_room_at_a_forced_end_are_dropped_one_at_a_time() {
    for consumers in [["one", "two"].as_slice(), &["one"]] {
        let bombs = Bombs::default();
        let mut workers = group();
        let source = source(&mut workers, &bombs);
        workers.broadcast(&source);
        for name in consumers {
            let consumer = deaf(&mut workers, name);
            workers.connect(&source, &consumer);
            consumer.send(bombs.one()).await.unwrap();
        }
        let running = workers.startup().await.unwrap();
        tokio::time::sleep(ms(2)).await;
        let exit = running.shutdown().await;
        assert_eq!(exit.code(), 1, "{exit}");
        assert_eq!(sent(&exit), (1, 2));
        assert_conserved(&exit);
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn adapted_messages_and_their_adapters_are_dropped_one_at_a_time() {
    let (bombs, held) = (Bombs::default(), Bombs::default());
    let mut workers = group();
    let source = source(&mut workers, &bombs);
    workers.broadcast(&source);
    for name in ["one", "two"] {
        let consumer = deaf(&mut workers, name);
        let holds = held.one();
        let adapter = move |bomb: Bomb| {
            let _ = &holds;
            vec![bomb.clone(), bomb.clone(), bomb]
        };
        workers.connect(source.map(adapter), &consumer);
    }
    let running = workers.startup().await.unwrap();
    tokio::time::sleep(ms(2)).await;
    let exit = running.shutdown().await;
    assert_eq!(exit.code(), 1, "{exit}");
    assert_conserved(&exit);
    bombs.all_dropped();
    held.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn adapters_that_were_never_called_are_dropped_one_at_a_time() {
    let held = Bombs::default();
    let mut workers = group();
    let source = source(&mut workers, &held);
    workers.broadcast(&source);
    for name in ["one", "two"] {
        let consumer = deaf(&mut workers, name);
        let holds = held.one();
        let adapter = move |bomb: Bomb| {
            let _ = &holds;
            bomb
        };
        workers.connect(source.map(adapter), &consumer);
    }
    drop((workers, source));
    held.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn messages_of_a_fused_edge_are_dropped_one_at_a_time_at_a_forced_end() {
    for adapts in [false, true] {
        let (bombs, held) = (Bombs::default(), Bombs::default());
        let mut workers = group();
        let source = source(&mut workers, &bombs);
        let consumer = deaf(&mut workers, "deaf");
        let holds = held.one();
        if adapts {
            let adapter = move |bomb: Bomb| {
                let _ = &holds;
                vec![bomb.clone(), bomb]
            };
            let chain = workers.fuse(source.map(adapter), &consumer, PortOutput);
            workers.lead(&source, chain);
        } else {
            holds.defuse();
            let chain = workers.fuse(&source, &consumer, PortOutput);
            workers.lead(&source, chain);
        }
        drop((source, consumer));
        let running = workers.startup().await.unwrap();
        tokio::time::sleep(ms(2)).await;
        let exit = running.shutdown().await;
        assert_eq!(exit.code(), 1, "{exit}");
        assert_eq!(counts(&exit, "deaf"), [1, 0, 0, 0, 1]);
        assert_conserved(&exit);
        bombs.all_dropped();
        held.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn messages_that_a_fused_edge_refuses_are_dropped_one_at_a_time() {
    let bombs = Bombs::default();
    let mut workers = group();
    let source = source(&mut workers, &bombs);
    let fails = boxed(|bomb: Bomb| {
        Box::pin(async move {
            bomb.defuse();
            Err::<Option<Nothing>, _>("no".into())
        })
    });
    let fails = put(&mut workers, "fails", fails);
    let chain = workers.fuse(&source, &fails, PortOutput);
    workers.lead(&source, chain);
    let exit = workers.startup().await.unwrap().wait_for_shutdown().await;
    assert_eq!(exit.code(), 2, "{exit}");
    assert_eq!(counts(&exit, "fails"), [1, 0, 1, 0, 0]);
    assert_conserved(&exit);
    bombs.all_dropped();
}
