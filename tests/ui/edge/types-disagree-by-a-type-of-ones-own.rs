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

struct Tick(u64);

#[worker(heartbeat = "1s")]
async fn beat() -> Tick {
    Tick(1)
}

workers! {
    struct Numbers {
        beat: Beat,
        store: Store,
    }

    beat => store; //~ store
}

fn main() {}
