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

#[worker(heartbeat = "1s")]
async fn start<T: Clone>(start: T) -> T {
    start
}

workers! {
    struct Numbers<T: Clone>(start: T) {
        start: Start<T> { start },
        store: Store,
    }

    start => store; //~ store
}

fn main() {}
