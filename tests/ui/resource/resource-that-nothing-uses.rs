#![deny(unused_variables)]

use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn double(number: u64) -> u64 {
    2 * number
}

#[consumer]
async fn store(_number: u64) {}

workers! {
    struct Numbers(db: String, path: String) { //~ db
        poll: Poll,
        store: Store,
    }

    poll => store;
    every("1s") => println!("{path}");
}

fn main() {}
