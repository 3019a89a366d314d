#![allow(unused_variables)]

use fluid::{consumer, worker, workers};

#[worker(heartbeat = "1s")]
async fn poll() -> u64 {
    1
}

#[consumer]
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    #[workers(max_restarts = 5, within = "30s", backoff = "100ms..5s")] //~ max_restarts within backoff
    struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

fn main() {}
