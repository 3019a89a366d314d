//! A chain of four, without queues.

use fluid::{consumer, worker, workers};
use tokio::sync::mpsc;

use crate::case::{BOTH, Case};
use crate::contender;
use crate::goal::goal;
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "fused chain",
        about: "A source that returns 64 numbers at a time, two stages that pass each number on, and a sink, in one \
                task.",
        messages: 2_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("direct calls", direct),
            contender!("tokio, queued", queued),
            contender!("fluid, fused", fluid),
        ],
        goals: vec![
            goal("fluid, fused", 3.0, "direct calls"),
            goal("fluid, fused", 0.02, "tokio, queued"),
        ],
    }
}

#[worker]
async fn source(work: &Work, numbers: &fluid::Output<Vec<u64>>) {
    let mut rest = work.rest();
    while !rest.is_empty() {
        let _ = numbers.send(rest.portion()).await;
    }
}

#[consumer]
async fn open(numbers: Vec<u64>) -> Vec<u64> {
    numbers
}

#[consumer]
async fn first(number: u64) -> u64 {
    number
}

#[consumer]
async fn second(number: u64) -> Option<u64> {
    Some(number)
}

#[consumer]
async fn sink(number: u64, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    struct Fused(work: Work) {
        source: Source { work },
        open: Open,
        first: First,
        second: Second,
        sink: Sink { sum: work.sum() },
    }

    source.numbers => open;
    open -> first -> second -> sink;
}

async fn direct(work: Work) {
    let (mut sum, mut rest) = (work.sum(), work.rest());
    let all = tokio::spawn(async move {
        while !rest.is_empty() {
            for number in open(rest.portion()).await {
                let number = first(number).await;
                if let Some(number) = second(number).await {
                    sink(number, &mut sum).await;
                }
            }
            tokio::task::consume_budget().await;
        }
    });
    all.await.expect("the calls");
}

async fn queued(work: Work) {
    let (to_first, mut of_first) = mpsc::channel(1024);
    let (to_second, mut of_second) = mpsc::channel(1024);
    let (to_sink, mut of_sink) = mpsc::channel(1024);
    let (mut sum, mut rest) = (work.sum(), work.rest());
    let tasks = [
        tokio::spawn(async move {
            while !rest.is_empty() {
                for number in open(rest.portion()).await {
                    to_first.send(number).await.expect("a receiver");
                }
            }
        }),
        tokio::spawn(async move {
            while let Some(number) = of_first.recv().await {
                to_second
                    .send(first(number).await)
                    .await
                    .expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Some(number) = of_second.recv().await {
                if let Some(number) = second(number).await {
                    to_sink.send(number).await.expect("a receiver");
                }
            }
        }),
        tokio::spawn(async move {
            while let Some(number) = of_sink.recv().await {
                sink(number, &mut sum).await;
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}

async fn fluid(work: Work) {
    let exit = Fused::new(work)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
