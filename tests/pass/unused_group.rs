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
    pub struct Numbers {
        poll: Poll,
        store: Store,
    }

    poll => store;
}

#[test]
fn an_unused_group_causes_no_warning() {
    drop(Numbers::new());
}
