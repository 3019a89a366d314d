#![allow(unused_variables)]

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
async fn store(number: u64) {
    println!("{number}");
}

#[worker(blocking, heartbeat = "1s")]
fn block() {}

workers! {
    struct Numbers {
        #[worker(timeout = "1s")] //~ timeout
        block: Block,
    }
}

fn main() {}
