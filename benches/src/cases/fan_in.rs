//! Four tasks send to one.

use fluid::{Output, consumer, worker, workers};
use tokio::sync::mpsc;

use crate::case::{BOTH, Case, Contender};
use crate::contender;
use crate::goal::goal;
use crate::peers::{actix, elfo, kameo, ractor};
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "four to one",
        about: "Four tasks send a quarter of the numbers each, and one receives.",
        messages: 1_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, loop", tokio_loop),
            contender!("crossfire", crossfire),
            contender!("kanal", kanal),
            Contender::alone("actix", actix::four_to_one),
            contender!("elfo", elfo::four_to_one),
            contender!("kameo", kameo::four_to_one),
            contender!("ractor", ractor::four_to_one),
            contender!("fluid", fluid),
        ],
        goals: vec![goal("fluid", 0.4, "tokio, loop")],
    }
}

async fn tokio_loop(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let mut sum = work.sum();
    for quarter in 0..4 {
        let (sender, work) = (sender.clone(), work.clone());
        tokio::spawn(async move {
            for number in work.quarter(quarter) {
                sender.send(number).await.expect("a receiver");
            }
        });
    }
    drop(sender);
    let receiving = tokio::spawn(async move {
        while let Some(number) = receiver.recv().await {
            sum.add(number);
        }
    });
    receiving.await.expect("the receiver");
}

async fn crossfire(work: Work) {
    let (sender, receiver) = crossfire::mpsc::bounded_async(1024);
    let mut sum = work.sum();
    for quarter in 0..4 {
        let (sender, work) = (sender.clone(), work.clone());
        tokio::spawn(async move {
            for number in work.quarter(quarter) {
                sender.send(number).await.expect("a receiver");
            }
        });
    }
    drop(sender);
    let receiving = tokio::spawn(async move {
        while let Ok(number) = receiver.recv().await {
            sum.add(number);
        }
    });
    receiving.await.expect("the receiver");
}

async fn kanal(work: Work) {
    let (sender, receiver) = kanal::bounded_async(1024);
    let mut sum = work.sum();
    for quarter in 0..4 {
        let (sender, work) = (sender.clone(), work.clone());
        tokio::spawn(async move {
            for number in work.quarter(quarter) {
                sender.send(number).await.expect("a receiver");
            }
        });
    }
    drop(sender);
    let receiving = tokio::spawn(async move {
        while let Ok(number) = receiver.recv().await {
            sum.add(number);
        }
    });
    receiving.await.expect("the receiver");
}

#[worker]
async fn source(quarter: u64, work: &Work, numbers: &Output<u64>) {
    for number in work.quarter(quarter) {
        let _ = numbers.send(number).await;
    }
}

#[consumer]
async fn sink(number: u64, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    struct FourToOne(work: Work) {
        first: Source { quarter: 0, work },
        second: Source { quarter: 1, work },
        third: Source { quarter: 2, work },
        fourth: Source { quarter: 3, work },
        sink: Sink { sum: work.sum() },
    }

    first.numbers => sink;
    second.numbers => sink;
    third.numbers => sink;
    fourth.numbers => sink;
}

/// The first source that ends stops the group. The group waits for the other sources, which send all they have.
async fn fluid(work: Work) {
    let running = FourToOne::new(work).startup().await.expect("a start");
    let exit = running.wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
}
