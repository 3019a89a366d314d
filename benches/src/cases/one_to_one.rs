//! One task sends, one receives.

use std::marker::PhantomData;

use fluid::{Output, consumer, worker, workers};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::case::{BOTH, Case, Contender};
use crate::contender;
use crate::goal::goal;
use crate::peers::{actix, elfo, kameo, ractor};
use crate::work::{Payload, Sum, Work};

/// With messages of 8 bytes.
pub fn small() -> Case {
    case::<u64>(
        "one to one",
        "One task sends, one receives.",
        contender!("elfo", elfo::one_to_one),
    )
}

/// With messages of 64 bytes.
pub fn large() -> Case {
    case::<[u64; 8]>(
        "one to one, 64 bytes",
        "One task sends messages of 64 bytes, one receives them.",
        contender!("elfo", elfo::one_to_one_large),
    )
}

/// A message type of elfo cannot be a type parameter.
fn case<P: Payload>(name: &'static str, about: &'static str, elfo: Contender) -> Case {
    Case {
        name,
        about,
        messages: 1_000_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, loop", tokio_loop::<P>),
            contender!("tokio, recv_many", tokio_many::<P>),
            contender!("tokio, select!", tokio_select::<P>),
            contender!("crossfire", crossfire::<P>),
            contender!("kanal", kanal::<P>),
            contender!("flume", flume::<P>),
            Contender::alone("actix", actix::one_to_one::<P>),
            elfo,
            contender!("kameo", kameo::one_to_one::<P>),
            contender!("ractor", ractor::one_to_one::<P>),
            contender!("fluid", fluid::<P>),
        ],
        goals: vec![
            goal("fluid", 0.35, "tokio, loop"),
            goal("fluid", 0.22, "tokio, select!"),
            goal("fluid", 1.0 / 3.0, "actix"),
            goal("fluid", 1.0 / 4.0, "elfo"),
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

async fn send_all<P: Payload>(work: Work, sender: mpsc::Sender<P>) {
    for number in work.numbers() {
        sender.send(P::of(number)).await.expect("a receiver");
    }
}

async fn tokio_loop<P: Payload>(work: Work) {
    let (sender, mut receiver) = mpsc::channel::<P>(1024);
    let mut sum = work.sum();
    both(send_all(work, sender), async move {
        while let Some(number) = receiver.recv().await {
            sum.add(number);
        }
    })
    .await;
}

async fn tokio_many<P: Payload>(work: Work) {
    let (sender, mut receiver) = mpsc::channel::<P>(1024);
    let mut sum = work.sum();
    both(send_all(work, sender), async move {
        let mut numbers = Vec::with_capacity(64);
        while receiver.recv_many(&mut numbers, 64).await > 0 {
            numbers.drain(..).for_each(|number| sum.add(number));
        }
    })
    .await;
}

/// The usual form in services: each message is awaited together with the stop.
async fn tokio_select<P: Payload>(work: Work) {
    let (sender, mut receiver) = mpsc::channel::<P>(1024);
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

async fn crossfire<P: Payload>(work: Work) {
    let (sender, receiver) = crossfire::spsc::bounded_async(1024);
    let mut sum = work.sum();
    let sending = async move {
        for number in work.numbers() {
            sender.send(P::of(number)).await.expect("a receiver");
        }
    };
    both(sending, async move {
        while let Ok(number) = receiver.recv().await {
            sum.add(number);
        }
    })
    .await;
}

async fn kanal<P: Payload>(work: Work) {
    let (sender, receiver) = kanal::bounded_async(1024);
    let mut sum = work.sum();
    let sending = async move {
        for number in work.numbers() {
            sender.send(P::of(number)).await.expect("a receiver");
        }
    };
    both(sending, async move {
        while let Ok(number) = receiver.recv().await {
            sum.add(number);
        }
    })
    .await;
}

async fn flume<P: Payload>(work: Work) {
    let (sender, receiver) = flume::bounded(1024);
    let mut sum = work.sum();
    let sending = async move {
        for number in work.numbers() {
            sender.send_async(P::of(number)).await.expect("a receiver");
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
pub(super) async fn source<P: Payload>(work: &Work, numbers: &Output<P>) {
    for number in work.numbers() {
        let _ = numbers.send(P::of(number)).await;
    }
}

#[consumer]
async fn sink<P: Payload>(number: P, sum: &mut Sum) {
    sum.add(number);
}

workers! {
    pub(super) struct OneToOne<P: Payload>(work: Work) {
        source: Source<P> { work, marker: PhantomData },
        sink: Sink<P> { sum: work.sum(), marker: PhantomData },
    }

    source.numbers => sink;
}

pub(super) async fn fluid<P: Payload>(work: Work) {
    let exit = OneToOne::<P>::new(work)
        .startup()
        .await
        .expect("a start")
        .wait_for_shutdown()
        .await;
    assert!(exit.is_success(), "{exit}");
}
