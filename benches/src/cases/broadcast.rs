//! One task sends, and two receive every message.

use fluid::{Output, consumer, worker, workers};
use tokio::sync::{broadcast, mpsc};
use tokio::task::{JoinHandle, yield_now};

use crate::case::{BOTH, Case, Contender};
use crate::contender;
use crate::peers::{actix, elfo, kameo, ractor};
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "broadcast to two",
        about: "One task sends each number to two others. By hand: a channel for each, and two sends. tokio's broadcast \
                overwrites messages that were not read, so its sender makes sure that there is room.",
        messages: 500_000,
        times: 2,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, two channels", tokio_channels),
            contender!("tokio, broadcast", tokio_broadcast),
            contender!("crossfire", crossfire),
            contender!("kanal", kanal),
            contender!("flume", flume),
            Contender::alone("actix", actix::broadcast),
            contender!("elfo", elfo::broadcast),
            contender!("kameo", kameo::broadcast),
            contender!("ractor", ractor::broadcast),
            contender!("fluid", fluid),
        ],
        goals: vec![],
    }
}

async fn ended(receivers: [JoinHandle<()>; 2]) {
    for receiver in receivers {
        receiver.await.expect("a receiver");
    }
}

async fn tokio_channels(work: Work) {
    let (left, of_left) = mpsc::channel(1024);
    let (right, of_right) = mpsc::channel(1024);
    let receiving = [of_left, of_right].map(|mut receiver| {
        let mut sum = work.sum();
        tokio::spawn(async move {
            while let Some(number) = receiver.recv().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
            left.send(number).await.expect("a receiver");
            right.send(number).await.expect("a receiver");
        }
    });
    ended(receiving).await;
}

/// The number of unread messages is behind a lock, so it is read once for each portion.
async fn tokio_broadcast(work: Work) {
    let (sender, receiver) = broadcast::channel(1024);
    let receiving = [receiver.resubscribe(), receiver].map(|mut receiver| {
        let mut sum = work.sum();
        tokio::spawn(async move {
            while let Ok(number) = receiver.recv().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        let mut rest = work.rest();
        while !rest.is_empty() {
            while sender.len() > 1024 - 64 {
                yield_now().await;
            }
            for number in rest.portion() {
                sender.send(number).expect("a receiver");
            }
        }
    });
    ended(receiving).await;
}

async fn crossfire(work: Work) {
    let (left, of_left) = crossfire::spsc::bounded_async(1024);
    let (right, of_right) = crossfire::spsc::bounded_async(1024);
    let receiving = [of_left, of_right].map(|receiver| {
        let mut sum = work.sum();
        tokio::spawn(async move {
            while let Ok(number) = receiver.recv().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
            left.send(number).await.expect("a receiver");
            right.send(number).await.expect("a receiver");
        }
    });
    ended(receiving).await;
}

async fn kanal(work: Work) {
    let (left, of_left) = kanal::bounded_async(1024);
    let (right, of_right) = kanal::bounded_async(1024);
    let receiving = [of_left, of_right].map(|receiver| {
        let mut sum = work.sum();
        tokio::spawn(async move {
            while let Ok(number) = receiver.recv().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
            left.send(number).await.expect("a receiver");
            right.send(number).await.expect("a receiver");
        }
    });
    ended(receiving).await;
}

async fn flume(work: Work) {
    let (left, of_left) = flume::bounded(1024);
    let (right, of_right) = flume::bounded(1024);
    let receiving = [of_left, of_right].map(|receiver| {
        let mut sum = work.sum();
        tokio::spawn(async move {
            while let Ok(number) = receiver.recv_async().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
            left.send_async(number).await.expect("a receiver");
            right.send_async(number).await.expect("a receiver");
        }
    });
    ended(receiving).await;
}

#[worker]
async fn source(work: &Work, numbers: &Output<u64>) {
    for number in work.numbers() {
        let _ = numbers.send(number).await;
    }
}

#[consumer]
async fn sink(number: u64, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    struct Broadcast(work: Work) {
        source: Source { work },
        left: Sink { sum: work.sum() },
        right: Sink { sum: work.sum() },
    }

    source.numbers => (left, right);
}

async fn fluid(work: Work) {
    let exit = Broadcast::new(work)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
