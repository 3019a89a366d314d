//! A source that returns many numbers at a time, and a consumer that takes many, or one.

use fluid::{consumer, worker, workers};
use tokio::sync::mpsc;

use crate::case::{BOTH, Case};
use crate::contender;
use crate::goal::goal;
use crate::work::{Sum, Work};

/// The consumer takes many numbers at a time.
pub fn batches() -> Case {
    Case {
        name: "batches",
        about: "A stage returns 64 numbers at a time, and the sink takes up to 64 at a time.",
        messages: 2_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, loop", tokio_loop),
            contender!("tokio, recv_many", tokio_many),
            contender!("tokio, a Vec a message", tokio_vec),
            contender!("fluid", fluid),
        ],
        goals: vec![goal("fluid", 0.05, "tokio, loop")],
    }
}

/// The consumer takes the numbers one by one.
pub fn vec_outputs() -> Case {
    Case {
        name: "Vec outputs",
        about: "A stage returns 64 numbers at a time, and the sink is called for each number.",
        contenders: vec![
            contender!("tokio, loop", tokio_loop),
            contender!("tokio, recv_many", tokio_many),
            contender!("tokio, a Vec a message", tokio_vec),
            contender!("fluid", fluid_one_by_one),
        ],
        goals: vec![],
        ..batches()
    }
}

async fn tokio_loop(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let (mut sum, mut rest) = (work.sum(), work.rest());
    tokio::spawn(async move {
        while !rest.is_empty() {
            for number in rest.portion() {
                sender.send(number).await.expect("a receiver");
            }
        }
    });
    let receiving = tokio::spawn(async move {
        while let Some(number) = receiver.recv().await {
            sum.add(number);
        }
    });
    receiving.await.expect("the receiver");
}

async fn tokio_many(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let (mut sum, mut rest) = (work.sum(), work.rest());
    tokio::spawn(async move {
        while !rest.is_empty() {
            let portion = rest.portion();
            let room = sender
                .reserve_many(portion.len())
                .await
                .expect("a receiver");
            room.zip(portion)
                .for_each(|(permit, number)| permit.send(number));
        }
    });
    let receiving = tokio::spawn(async move {
        let mut numbers = Vec::with_capacity(64);
        while receiver.recv_many(&mut numbers, 64).await > 0 {
            numbers.drain(..).for_each(|number| sum.add(number));
        }
    });
    receiving.await.expect("the receiver");
}

async fn tokio_vec(work: Work) {
    let (sender, mut receiver) = mpsc::channel::<Vec<u64>>(16);
    let (mut sum, mut rest) = (work.sum(), work.rest());
    tokio::spawn(async move {
        while !rest.is_empty() {
            sender.send(rest.portion()).await.expect("a receiver");
        }
    });
    let receiving = tokio::spawn(async move {
        while let Some(numbers) = receiver.recv().await {
            numbers.into_iter().for_each(|number| sum.add(number));
        }
    });
    receiving.await.expect("the receiver");
}

#[worker]
async fn source(work: &Work, begins: &fluid::Output<u64>) {
    for number in work.numbers().step_by(64) {
        let _ = begins.send(number).await;
    }
}

#[consumer]
async fn open(begin: u64, work: &Work) -> Vec<u64> {
    (begin..work.messages).take(64).collect()
}

#[consumer(batch = 64)]
async fn sink(numbers: Vec<u64>, sum: &mut Sum) {
    numbers.into_iter().for_each(|number| sum.add(number));
}

#[consumer]
async fn sink_of_one(number: u64, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    struct Batches(work: Work) {
        source: Source { work },
        open: Open { work },
        sink: Sink { sum: work.sum() },
    }

    source.begins => open => sink;
}

workers! {
    struct VecOutputs(work: Work) {
        source: Source { work },
        open: Open { work },
        sink: SinkOfOne { sum: work.sum() },
    }

    source.begins => open => sink;
}

async fn fluid(work: Work) {
    let running = Batches::new(work).startup().await.expect("a start");
    let exit = running.wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
}

async fn fluid_one_by_one(work: Work) {
    let running = VecOutputs::new(work).startup().await.expect("a start");
    let exit = running.wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
}
