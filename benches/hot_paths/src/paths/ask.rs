//! Questions and their answers, one after the other.

use fluid::{Exit, Reply, Workers, consumer};

use crate::HotPath;
use crate::path::hot_path;

pub(super) const PATH: HotPath = hot_path!("ask", ask);

struct Question {
    number: u64,
    reply: Reply<u64>,
}

#[consumer(name = "sink")]
async fn answer(question: Question) {
    question.reply.send(question.number);
}

async fn ask(many: u64) -> Exit {
    let mut workers = Workers::new("asked");
    let asked = workers.add(Answer).handle();
    let running = workers.startup().await.expect("a start");
    for number in 0..many {
        let answer = asked.ask(|reply| Question { number, reply }).await;
        assert_eq!(answer.expect("an answer"), number);
    }
    running.shutdown().await
}
