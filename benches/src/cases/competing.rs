//! One task sends, and four compete for the messages.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fluid::{Output, consumer, worker, workers};
use tokio::sync::{Mutex, mpsc};

use crate::case::{BOTH, Case};
use crate::contender;
use crate::goal::goal;
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "one to four",
        about: "One task sends, four compete for the numbers. With tokio, a lock guards the receiver. With fluid, all \
                add to one atomic number, since lanes without a key have no state of their own.",
        messages: 500_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, a lock around it", tokio_locked),
            contender!("crossfire", crossfire),
            contender!("kanal", kanal),
            contender!("fluid", fluid),
        ],
        goals: vec![goal("fluid", 0.2, "tokio, a lock around it")],
    }
}

async fn tokio_locked(work: Work) {
    let (sender, receiver) = mpsc::channel(1024);
    let receiver = Arc::new(Mutex::new(receiver));
    let receiving = [0; 4].map(|_| {
        let (receiver, mut sum) = (Arc::clone(&receiver), work.sum());
        tokio::spawn(async move {
            loop {
                let number = receiver.lock().await.recv().await;
                match number {
                    Some(number) => sum.add(number),
                    None => break,
                }
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
            sender.send(number).await.expect("a receiver");
        }
    });
    for task in receiving {
        task.await.expect("a receiver");
    }
}

async fn crossfire(work: Work) {
    let (sender, receiver) = crossfire::mpmc::bounded_async(1024);
    let receiving = [0; 4].map(|_| {
        let (receiver, mut sum) = (receiver.clone(), work.sum());
        tokio::spawn(async move {
            while let Ok(number) = receiver.recv().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
            sender.send(number).await.expect("a receiver");
        }
    });
    for task in receiving {
        task.await.expect("a receiver");
    }
}

async fn kanal(work: Work) {
    let (sender, receiver) = kanal::bounded_async(1024);
    let receiving = [0; 4].map(|_| {
        let (receiver, mut sum) = (receiver.clone(), work.sum());
        tokio::spawn(async move {
            while let Ok(number) = receiver.recv().await {
                sum.add(number);
            }
        })
    });
    tokio::spawn(async move {
        for number in work.numbers() {
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

/// All lanes add to one shared sum.
#[consumer(concurrency = 4)]
async fn sink(number: u64, sums: &Sums) {
    sums.of.fetch_add(number, Ordering::Relaxed);
}

/// A sum that several tasks add to.
struct Sums {
    of: AtomicU64,
    all: Sum,
}

impl Drop for Sums {
    fn drop(&mut self) {
        self.all.add(*self.of.get_mut());
    }
}

workers! {
    struct OneToFour(work: Work, sums: Sums) {
        source: Source { work },
        sink: Sink { sums },
    }

    source.numbers => sink;
}

async fn fluid(work: Work) {
    let sums = Sums {
        of: AtomicU64::new(0),
        all: work.sum(),
    };
    let running = OneToFour::new(work, sums).startup().await.expect("a start");
    let exit = running.wait_for_shutdown().await;
    assert!(exit.is_success(), "{exit}");
}
