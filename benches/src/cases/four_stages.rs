//! A source, two stages, and a sink, each in a task of its own.

use fluid::{Output, consumer, worker, workers};
use tokio::sync::mpsc;

use crate::case::{BOTH, Case, Contender};
use crate::contender;
use crate::goal::goal;
use crate::peers::{actix, elfo, kameo, ractor};
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "four stages",
        about: "A source, two stages that pass each number on, and a sink.",
        messages: 500_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, loop", tokio_loops),
            contender!("crossfire", crossfire),
            contender!("kanal", kanal),
            Contender::alone("actix", actix::four_stages),
            contender!("elfo", elfo::four_stages),
            contender!("kameo", kameo::four_stages),
            contender!("ractor", ractor::four_stages),
            contender!("fluid", fluid),
        ],
        goals: vec![goal("fluid", 0.25, "tokio, loop")],
    }
}

async fn tokio_loops(work: Work) {
    let (first, mut of_first) = mpsc::channel(1024);
    let (second, mut of_second) = mpsc::channel(1024);
    let (third, mut of_third) = mpsc::channel(1024);
    let mut sum = work.sum();
    let tasks = [
        tokio::spawn(async move {
            for number in work.numbers() {
                first.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Some(number) = of_first.recv().await {
                second.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Some(number) = of_second.recv().await {
                third.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Some(number) = of_third.recv().await {
                sum.add(number);
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}

async fn crossfire(work: Work) {
    let (first, of_first) = crossfire::spsc::bounded_async(1024);
    let (second, of_second) = crossfire::spsc::bounded_async(1024);
    let (third, of_third) = crossfire::spsc::bounded_async(1024);
    let mut sum = work.sum();
    let tasks = [
        tokio::spawn(async move {
            for number in work.numbers() {
                first.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(number) = of_first.recv().await {
                second.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(number) = of_second.recv().await {
                third.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(number) = of_third.recv().await {
                sum.add(number);
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}

async fn kanal(work: Work) {
    let (first, of_first) = kanal::bounded_async(1024);
    let (second, of_second) = kanal::bounded_async(1024);
    let (third, of_third) = kanal::bounded_async(1024);
    let mut sum = work.sum();
    let tasks = [
        tokio::spawn(async move {
            for number in work.numbers() {
                first.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(number) = of_first.recv().await {
                second.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(number) = of_second.recv().await {
                third.send(number).await.expect("a receiver");
            }
        }),
        tokio::spawn(async move {
            while let Ok(number) = of_third.recv().await {
                sum.add(number);
            }
        }),
    ];
    for task in tasks {
        task.await.expect("a stage");
    }
}

#[worker]
async fn source(work: &Work, numbers: &Output<u64>) {
    for number in work.numbers() {
        let _ = numbers.send(number).await;
    }
}

#[consumer]
async fn stage(number: u64) -> u64 {
    number
}

#[consumer]
async fn sink(number: u64, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    struct FourStages(work: Work) {
        source: Source { work },
        first: Stage,
        second: Stage,
        sink: Sink { sum: work.sum() },
    }

    source.numbers => first => second => sink;
}

async fn fluid(work: Work) {
    let exit = FourStages::new(work)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
