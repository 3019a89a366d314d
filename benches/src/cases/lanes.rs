//! One task sends, and four handle the numbers by key.

use std::hash::{DefaultHasher, Hash, Hasher};

use fluid::{Output, consumer, worker, workers};
use tokio::sync::mpsc;

use crate::case::{BOTH, Case};
use crate::contender;
use crate::goal::goal;
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "four lanes",
        about: "One task sends, and each of four handles the numbers of its keys. Each number is its own key. By hand: a \
                channel of 256 for each, and a hash.",
        messages: 500_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, four channels", by_hand),
            contender!("fluid", fluid),
        ],
        goals: vec![goal("fluid", 1.0, "tokio, four channels")],
    }
}

async fn by_hand(work: Work) {
    let (mut senders, mut receiving) = (Vec::new(), Vec::new());
    for _ in 0..4 {
        let (sender, mut receiver) = mpsc::channel(256);
        let mut sum = work.sum();
        senders.push(sender);
        receiving.push(tokio::spawn(async move {
            while let Some(number) = receiver.recv().await {
                sum.add(number);
            }
        }));
    }
    tokio::spawn(async move {
        for number in work.numbers() {
            let mut hasher = DefaultHasher::new();
            number.hash(&mut hasher);
            let sender = &senders[(hasher.finish() % 4) as usize];
            sender.send(number).await.expect("a receiver");
        }
    });
    for task in receiving {
        task.await.expect("a receiver");
    }
}

#[worker]
async fn source(work: &Work, numbers: &Output<u64>) {
    for number in work.numbers() {
        let _ = numbers.send(number).await;
    }
}

#[consumer(concurrency = 4, partition_by = |number| *number)]
async fn sink(number: u64, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    struct FourLanes(work: Work) {
        source: Source { work },
        sink: Sink { sum: work.sum() },
    }

    source.numbers => sink;
}

async fn fluid(work: Work) {
    let exit = FourLanes::new(work)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
