#![allow(unused_variables)]

use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {}

workers! {
    struct Numbers {
        poll: Poll,
        store: Store,
    }

    store <- poll; //~ <-
    poll => store;
}

fn main() {}
