//! The time of a queue alone: messages are sent from outside, and a worker takes them and does nothing else.
//!
//! ```text
//! cargo bench --manifest-path benches/hot_paths/Cargo.toml --bench queue
//! ```

use std::hint::black_box;

use divan::Bencher;
use divan::counter::ItemsCount;
use fluid::{
    ConsumerHandle, Context, Error, Worker, WorkerExt,
    by_hand::{Io, Nothing},
};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, yield_now};

/// The default capacity of a queue.
const FULL: u64 = 1_024;

fn main() {
    divan::main();
}

/// Takes all messages.
struct Taker;

impl Worker for Taker {
    type Message = u64;
    type Output = Nothing;
    type Ports = ();

    async fn run(&mut self, _: &Context, io: &mut Io<Self>) -> Result<(), Error> {
        while let Some(number) = io.queue.next().await {
            black_box(number);
        }
        Ok(())
    }
}

/// A running consumer.
fn start(mut runtime: Builder) -> (Runtime, ConsumerHandle<u64>) {
    let runtime = runtime.enable_time().build().expect("a runtime");
    let taker = runtime.block_on(Taker.startup()).expect("a start");
    (runtime, taker)
}

/// Lets the consumer run until it has taken all messages.
async fn until_empty(taker: &ConsumerHandle<u64>) {
    while taker.queue_size() > 0 {
        yield_now().await;
    }
}

/// One message is sent, wakes the consumer, and is taken.
#[divan::bench]
fn one(bencher: Bencher) {
    let (runtime, taker) = start(Builder::new_current_thread());
    bencher.counter(ItemsCount::new(1_u64)).bench_local(|| {
        runtime.block_on(async {
            taker.send(1).await.expect("a taker");
            until_empty(&taker).await;
        });
    });
}

/// A full queue of messages is sent, and then taken.
#[divan::bench]
fn batched(bencher: Bencher) {
    let (runtime, taker) = start(Builder::new_current_thread());
    bencher.counter(ItemsCount::new(FULL)).bench_local(|| {
        runtime.block_on(async {
            for number in 0..FULL {
                taker.try_send(number).expect("room");
            }
            until_empty(&taker).await;
        });
    });
}

/// Several tasks send more than there is room for, on two threads.
#[divan::bench(args = [1, 2, 4])]
fn contended(bencher: Bencher, senders: u64) {
    let mut two = Builder::new_multi_thread();
    two.worker_threads(2);
    let (runtime, taker) = start(two);
    let each = 16 * FULL / senders;
    let sent = ItemsCount::new(senders * each);
    bencher.counter(sent).bench_local(|| {
        let mut sending = JoinSet::new();
        for _ in 0..senders {
            let taker = taker.clone();
            let send = async move {
                for number in 0..each {
                    taker.send(number).await.expect("a taker");
                }
            };
            sending.spawn_on(send, runtime.handle());
        }
        runtime.block_on(sending.join_all());
        runtime.block_on(until_empty(&taker));
    });
}
