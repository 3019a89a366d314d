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
    struct Inner {
        pub store: Store,
    }
}

workers! {
    struct Numbers {
        poll: Poll,
        outer: Store,
        inner: Inner = Inner::new(),
    }

    poll => _;
    inner => outer; //~ inner
}

fn main() {}
