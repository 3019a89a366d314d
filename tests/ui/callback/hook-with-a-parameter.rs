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

    poll => store;
    on_shutdown(exit) => println!("{exit}"); //~ on_shutdown
}

fn main() {}
