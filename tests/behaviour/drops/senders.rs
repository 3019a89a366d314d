//! Messages that wait in a send which is dropped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Waker};

use fluid::{Options, Reply, SendError};

use super::queues::{deaf, send};
use super::{Bomb, Bombs};
use crate::support::{body, group, ms, put, put_with, secs};

type Sending<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Drops two sends that wait, while a panic unwinds.
fn dropped_by_a_panic<'a, T>(mut send: impl FnMut() -> Sending<'a, T>) {
    let unwinds = || {
        let mut sends = [send(), send()];
        for send in &mut sends {
            let polled = send.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            assert!(polled.is_pending());
        }
        panic!("the sender panics");
    };
    let panic = catch_unwind(AssertUnwindSafe(unwinds)).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"the sender panics"));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waits_for_room_is_dropped_within_a_catch() {
    let bombs = Bombs::default();
    let mut workers = group();
    let options = Options::new().capacity(1);
    let seat = put_with(&mut workers, "deaf", options, deaf());
    send(&bombs, 1, &seat.handle()).await;
    let waits = tokio::time::timeout(ms(1), seat.send(bombs.one()));
    assert!(waits.await.is_err());
    dropped_by_a_panic(|| Box::pin(seat.send(bombs.one())));
    drop(workers);
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waits_for_room_at_a_port_is_dropped_within_a_catch() {
    for consumers in [["one", "two"].as_slice(), &["one"]] {
        let bombs = Bombs::default();
        let mut workers = group();
        let made = bombs.clone();
        let source = body::<fluid::by_hand::Nothing, Bomb>(move |_, io| {
            let made = made.clone();
            Box::pin(async move {
                io.output.send(made.one()).await.unwrap();
                dropped_by_a_panic(|| Box::pin(io.output.send(made.one())));
                Ok(())
            })
        });
        let source = put(&mut workers, "source", source);
        workers.broadcast(&source);
        for name in consumers {
            let options = Options::new().capacity(1).grace(secs(1));
            let consumer = put_with(&mut workers, name, options, deaf());
            workers.connect(&source, &consumer);
        }
        let running = workers.startup().await.unwrap();
        tokio::time::sleep(ms(1)).await;
        assert!(running.shutdown().await.is_forced());
        bombs.all_dropped();
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_waits_for_the_start_of_an_ingress_is_dropped_within_a_catch() {
    let bombs = Bombs::default();
    let mut workers = group();
    let (slot, ingress) = workers.add_ingress::<Bomb>("ingress", Options::new());
    let consumer = put(&mut workers, "deaf", deaf());
    workers.connect(&slot, &consumer);
    dropped_by_a_panic(|| Box::pin(ingress.send(bombs.one())));
    dropped_by_a_panic(|| {
        let bomb = bombs.one();
        Box::pin(ingress.ask(move |_: Reply<()>| bomb))
    });
    drop((workers, slot, consumer));
    bombs.all_dropped();
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_the_drop_of_a_returned_message_unwinds_into_the_caller() {
    let bombs = Bombs::default();
    let mut workers = group();
    let seat = put(&mut workers, "deaf", deaf());
    drop(workers);
    let refused: SendError<Bomb> = seat.send(bombs.one()).await.unwrap_err();
    let panic = catch_unwind(AssertUnwindSafe(|| drop(refused))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"a bomb was dropped"));
    bombs.all_dropped();
}
