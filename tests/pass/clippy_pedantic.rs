#![deny(warnings, clippy::all, clippy::pedantic)]
#![allow(clippy::unused_async, reason = "what is tested is the expansions")]

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
    struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

#[test]
fn the_expansion_passes_clippy_pedantic() {
    assert_eq!(Numbers::new().num_workers(), 2);
}
