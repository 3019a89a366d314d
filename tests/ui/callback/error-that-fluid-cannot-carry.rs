#![allow(unused_variables)]

use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {}

struct Db;

impl Db {
    async fn flush(&self) -> Result<(), std::io::Error> {
        Ok(())
    }

    async fn check(&self) -> Result<(), u8> {
        Ok(())
    }
}

workers! {
    struct Numbers(db: Db) {
        poll: Poll,
        store: Store,
    }

    poll => store;
    every("1s") => db.check().await; //~ db
}

fn main() {}
