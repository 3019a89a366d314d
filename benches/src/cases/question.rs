//! A question and its answer.

use fluid::{Reply, WorkerExt, consumer};
use tokio::sync::{mpsc, oneshot};

use crate::case::{BOTH, Case, Contender};
use crate::contender;
use crate::goal::goal;
use crate::peers::{actix, elfo, kameo, ractor};
use crate::work::{Sum, Work};

pub fn case() -> Case {
    Case {
        name: "ask",
        about: "One task asks one question after the other, and awaits each answer.",
        messages: 200_000,
        times: 1,
        flavours: BOTH,
        contenders: vec![
            contender!("tokio, mpsc and oneshot", by_hand),
            Contender::alone("actix", actix::ask),
            contender!("elfo", elfo::ask),
            contender!("kameo", kameo::ask),
            contender!("ractor", ractor::ask),
            contender!("fluid", fluid),
        ],
        goals: vec![goal("fluid", 0.9, "tokio, mpsc and oneshot")],
    }
}

async fn by_hand(work: Work) {
    let (sender, mut receiver) = mpsc::channel::<(u64, oneshot::Sender<u64>)>(1024);
    let mut sum = work.sum();
    let answering = tokio::spawn(async move {
        while let Some((number, reply)) = receiver.recv().await {
            sum.add(number);
            let _ = reply.send(number);
        }
    });
    let asking = tokio::spawn(async move {
        for number in work.numbers() {
            let (reply, answer) = oneshot::channel();
            sender.send((number, reply)).await.expect("a receiver");
            assert_eq!(answer.await.expect("an answer"), number);
        }
    });
    asking.await.expect("the one who asks");
    answering.await.expect("the one who answers");
}

struct Question {
    number: u64,
    reply: Reply<u64>,
}

#[consumer]
async fn answer(question: Question, sum: &mut Sum) {
    sum.add(question.number);
    question.reply.send(question.number);
}

async fn fluid(work: Work) {
    let running = Answer { sum: work.sum() }.startup().await.expect("a start");
    let asker = running.clone();
    let asking = tokio::spawn(async move {
        for number in work.numbers() {
            let answer = asker.ask(|reply| Question { number, reply }).await;
            assert_eq!(answer.expect("an answer"), number);
        }
    });
    asking.await.expect("the one who asks");
    let exit = running.shutdown().await;
    assert!(exit.is_success(), "{exit}");
}
