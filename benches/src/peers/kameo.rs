//! kameo.

use kameo::Actor;
use kameo::actor::{ActorRef, Spawn};
use kameo::mailbox;
use kameo::message::{Context, Message};

use crate::work::{Payload, Sum, Work};

struct Number<P>(P);

#[derive(Actor)]
struct Sink(Sum);

impl<P: Payload> Message<Number<P>> for Sink {
    type Reply = u64;

    async fn handle(&mut self, number: Number<P>, _: &mut Context<Self, u64>) -> u64 {
        self.0.add(number.0);
        number.0.number()
    }
}

/// Forwards each message.
#[derive(Actor)]
struct Stage<A: Message<Number<u64>>>(ActorRef<A>);

impl<A: Message<Number<u64>>> Message<Number<u64>> for Stage<A> {
    type Reply = ();

    async fn handle(&mut self, number: Number<u64>, _: &mut Context<Self, ()>) {
        self.0.tell(number).await.expect("a receiver");
    }
}

fn spawn<A: Actor<Args = A>>(actor: A) -> ActorRef<A> {
    A::spawn_with_mailbox(actor, mailbox::bounded(1024))
}

fn send<P: Payload, A: Message<Number<P>>>(
    numbers: std::ops::Range<u64>,
    to: ActorRef<A>,
) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        for number in numbers {
            to.tell(Number(P::of(number))).await.expect("a receiver");
        }
    })
}

async fn end<A: Actor>(actor: &ActorRef<A>) {
    actor.stop_gracefully().await.expect("a stop");
    actor.wait_for_shutdown().await;
}

pub async fn one_to_one<P: Payload>(work: Work) {
    let sink = spawn(Sink(work.sum()));
    send::<P, _>(work.numbers(), sink.clone())
        .await
        .expect("the sender");
    end(&sink).await;
}

pub async fn four_stages(work: Work) {
    let sink = spawn(Sink(work.sum()));
    let second = spawn(Stage(sink.clone()));
    let first = spawn(Stage(second.clone()));
    send::<u64, _>(work.numbers(), first.clone())
        .await
        .expect("the sender");
    end(&first).await;
    end(&second).await;
    end(&sink).await;
}

pub async fn four_to_one(work: Work) {
    let sink = spawn(Sink(work.sum()));
    for sending in [0, 1, 2, 3].map(|quarter| send::<u64, _>(work.quarter(quarter), sink.clone())) {
        sending.await.expect("a sender");
    }
    end(&sink).await;
}

pub async fn broadcast(work: Work) {
    let (left, right) = (spawn(Sink(work.sum())), spawn(Sink(work.sum())));
    let (to_left, to_right) = (left.clone(), right.clone());
    let sending = tokio::spawn(async move {
        for number in work.numbers() {
            to_left.tell(Number(number)).await.expect("a receiver");
            to_right.tell(Number(number)).await.expect("a receiver");
        }
    });
    sending.await.expect("the sender");
    end(&left).await;
    end(&right).await;
}

pub async fn ask(work: Work) {
    let answering = spawn(Sink(work.sum()));
    let asked = answering.clone();
    let asking = tokio::spawn(async move {
        for number in work.numbers() {
            let answer = asked.ask(Number(number)).await;
            assert_eq!(answer.expect("an answer"), number);
        }
    });
    asking.await.expect("the one who asks");
    end(&answering).await;
}
