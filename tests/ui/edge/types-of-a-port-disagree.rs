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
async fn store(number: u64) {}

#[consumer]
async fn parse(number: u64, rejected: &fluid::Output<String>) {}

workers! {
    struct Numbers {
        pub parse: Parse,
        store: Store,
    }

    parse.rejected => store; //~ store
}

fn main() {}
