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

workers! {
    struct Numbers {
        pub store: Store,
    }

    on_shutdwn => store; //~ on_shutdwn
}

fn main() {}
