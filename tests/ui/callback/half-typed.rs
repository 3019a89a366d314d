#![allow(unused_variables)]

use fluid::{Exit, consumer, worker, workers};

pub struct Db {
    pub writes: u64,
}

impl Db {
    pub fn name(&self) -> &str {
        "db"
    }

    pub async fn flush(&self) {}
}

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64, db: &Db) {}

async fn report(name: &str) {}

workers! {
    struct Numbers(db: Db, spare: Db) {
        poll: Poll,
        pub store: Store { db },
    }

    poll => store;

    every("1s") => group.; //~ .
    every("2s") => group.status().; //~ .
    after("1s", on_error = "skip") => report(db.).await; //~ .
    on_startup => { let name = spare.; report(name).await }; //~ .
    on_shutdown => db. //~ .
    on_shutdown => db.flush().await;
    after_shutdown(exit) => exit. //~ .
}

async fn run(db: Db, spare: Db) -> Exit {
    let running = Numbers::new(db, spare).startup().await.unwrap();
    running.store().send(1).await.unwrap();
    running.shutdown().await
}

fn main() {}
