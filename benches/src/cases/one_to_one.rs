//! One task sends, one receives.

use fluid::{Output, consumer, worker, workers};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::case::{BOTH, Case, Contender};
use crate::contender;
use crate::goal::goal;
use crate::peers::{actix, kameo, ractor};
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "one to one",
        about: "One task sends, one receives.",
        messages: 1_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, loop", tokio_loop),
            contender!("tokio, recv_many", tokio_many),
            contender!("tokio, select!", tokio_select),
            contender!("crossfire", crossfire),
            contender!("kanal", kanal),
            contender!("flume", flume),
            Contender::alone("actix", actix::one_to_one),
            contender!("kameo", kameo::one_to_one),
            contender!("ractor", ractor::one_to_one),
            contender!("fluid", fluid),
        ],
        goals: vec![
            goal("fluid", 0.35, "tokio, loop"),
            goal("fluid", 0.22, "tokio, select!"),
            goal("fluid", 1.0 / 3.0, "actix"),
            goal("fluid", 1.0 / 8.0, "ractor"),
            goal("fluid", 1.0 / 8.0, "kameo"),
        ],
    }
}

async fn both(
    sender: impl Future<Output = ()> + Send + 'static,
    receiver: impl Future<Output = ()> + Send + 'static,
) {
    let (sender, receiver) = (tokio::spawn(sender), tokio::spawn(receiver));
    sender.await.expect("the sender");
    receiver.await.expect("the receiver");
}

async fn send_all(work: Work, sender: mpsc::Sender<u64>) {
    for number in work.numbers() {
        sender.send(number).await.expect("a receiver");
    }
}

async fn tokio_loop(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let mut sum = work.sum();
    both(send_all(work, sender), async move {
        while let Some(number) = receiver.recv().await {
            sum.add(number);
        }
    })
    .await;
}

async fn tokio_many(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let mut sum = work.sum();
    both(send_all(work, sender), async move {
        let mut numbers = Vec::with_capacity(64);
        while receiver.recv_many(&mut numbers, 64).await > 0 {
            numbers.drain(..).for_each(|number| sum.add(number));
        }
    })
    .await;
}

/// As most services are written: each message is awaited together with the stop.
async fn tokio_select(work: Work) {
    let (sender, mut receiver) = mpsc::channel(1024);
    let mut sum = work.sum();
    let stop = CancellationToken::new();
    both(send_all(work, sender), async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                number = receiver.recv() => match number {
                    Some(number) => sum.add(number),
                    None => break,
                },
            }
        }
    })
    .await;
}

async fn crossfire(work: Work) {
    let (sender, receiver) = crossfire::spsc::bounded_async(1024);
    let mut sum = work.sum();
    let sending = async move {
        for number in work.numbers() {
            sender.send(number).await.expect("a receiver");
        }
    };
    both(sending, async move {
        while let Ok(number) = receiver.recv().await {
            sum.add(number);
        }
    })
    .await;
}

async fn kanal(work: Work) {
    let (sender, receiver) = kanal::bounded_async(1024);
    let mut sum = work.sum();
    let sending = async move {
        for number in work.numbers() {
            sender.send(number).await.expect("a receiver");
        }
    };
    both(sending, async move {
        while let Ok(number) = receiver.recv().await {
            sum.add(number);
        }
    })
    .await;
}

async fn flume(work: Work) {
    let (sender, receiver) = flume::bounded(1024);
    let mut sum = work.sum();
    let sending = async move {
        for number in work.numbers() {
            sender.send_async(number).await.expect("a receiver");
        }
    };
    both(sending, async move {
        while let Ok(number) = receiver.recv_async().await {
            sum.add(number);
        }
    })
    .await;
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
    struct OneToOne(work: Work) {
        source: Source { work },
        sink: Sink { sum: work.sum() },
    }

    source.numbers => sink;
}

async fn fluid(work: Work) {
    let exit = OneToOne::new(work)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
