#![forbid(unsafe_code)]
#![deny(warnings)]

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
fn the_expansion_has_no_unsafe_code() {
    assert_eq!(Numbers::new().num_workers(), 2);
}
