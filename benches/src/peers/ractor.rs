//! ractor. Its mailboxes have no bound, so a sender never waits.

use std::marker::PhantomData;

use ractor::{Actor, ActorProcessingErr, ActorRef, RpcReplyPort, call};

use crate::work::{Payload, Sum, Work};

struct Sink<P>(PhantomData<P>);

impl<P: Payload> Actor for Sink<P> {
    type Msg = P;
    type State = Sum;
    type Arguments = Sum;

    async fn pre_start(&self, _: ActorRef<P>, sum: Sum) -> Result<Sum, ActorProcessingErr> {
        Ok(sum)
    }

    async fn handle(
        &self,
        _: ActorRef<P>,
        number: P,
        sum: &mut Sum,
    ) -> Result<(), ActorProcessingErr> {
        sum.add(number);
        Ok(())
    }
}

struct Stage;

impl Actor for Stage {
    type Msg = u64;
    type State = ActorRef<u64>;
    type Arguments = ActorRef<u64>;

    async fn pre_start(
        &self,
        _: ActorRef<u64>,
        next: ActorRef<u64>,
    ) -> Result<ActorRef<u64>, ActorProcessingErr> {
        Ok(next)
    }

    async fn handle(
        &self,
        _: ActorRef<u64>,
        number: u64,
        next: &mut ActorRef<u64>,
    ) -> Result<(), ActorProcessingErr> {
        next.cast(number)?;
        Ok(())
    }
}

async fn sink<P: Payload>(work: &Work) -> ActorRef<P> {
    Actor::spawn(None, Sink(PhantomData), work.sum())
        .await
        .expect("a sink")
        .0
}

async fn stage(next: &ActorRef<u64>) -> ActorRef<u64> {
    Actor::spawn(None, Stage, next.clone())
        .await
        .expect("a stage")
        .0
}

async fn end<M: ractor::Message>(actor: &ActorRef<M>) {
    actor.drain_and_wait(None).await.expect("an end");
}

fn send<P: Payload>(numbers: std::ops::Range<u64>, to: ActorRef<P>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        for number in numbers {
            to.cast(P::of(number)).expect("a receiver");
            tokio::task::consume_budget().await;
        }
    })
}

pub async fn one_to_one<P: Payload>(work: Work) {
    let sink = sink::<P>(&work).await;
    send(work.numbers(), sink.clone())
        .await
        .expect("the sender");
    end(&sink).await;
}

pub async fn four_stages(work: Work) {
    let sink = sink(&work).await;
    let second = stage(&sink).await;
    let first = stage(&second).await;
    send(work.numbers(), first.clone())
        .await
        .expect("the sender");
    for actor in [first, second, sink] {
        end(&actor).await;
    }
}

pub async fn four_to_one(work: Work) {
    let sink = sink::<u64>(&work).await;
    for sending in [0, 1, 2, 3].map(|quarter| send(work.quarter(quarter), sink.clone())) {
        sending.await.expect("a sender");
    }
    end(&sink).await;
}

pub async fn broadcast(work: Work) {
    let (left, right) = (sink(&work).await, sink(&work).await);
    let (to_left, to_right) = (left.clone(), right.clone());
    let sending = tokio::spawn(async move {
        for number in work.numbers() {
            to_left.cast(number).expect("a receiver");
            to_right.cast(number).expect("a receiver");
            tokio::task::consume_budget().await;
        }
    });
    sending.await.expect("the sender");
    end(&left).await;
    end(&right).await;
}

struct Answer;

struct Question(u64, RpcReplyPort<u64>);

impl Actor for Answer {
    type Msg = Question;
    type State = Sum;
    type Arguments = Sum;

    async fn pre_start(&self, _: ActorRef<Question>, sum: Sum) -> Result<Sum, ActorProcessingErr> {
        Ok(sum)
    }

    async fn handle(
        &self,
        _: ActorRef<Question>,
        question: Question,
        sum: &mut Sum,
    ) -> Result<(), ActorProcessingErr> {
        sum.add(question.0);
        question.1.send(question.0)?;
        Ok(())
    }
}

pub async fn ask(work: Work) {
    let (answering, _) = Actor::spawn(None, Answer, work.sum())
        .await
        .expect("an actor");
    let asked = answering.clone();
    let asking = tokio::spawn(async move {
        for number in work.numbers() {
            let answer = call!(asked, Question, number);
            assert_eq!(answer.expect("an answer"), number);
        }
    });
    asking.await.expect("the one who asks");
    answering.drain_and_wait(None).await.expect("an end");
}
