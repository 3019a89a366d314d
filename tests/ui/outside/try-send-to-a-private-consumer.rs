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
        poll: Poll,
        store: Store,
    }

    poll => store;
}

fn send(numbers: &Numbers) {
    let number: u64 = 1;
    let _ = numbers.store().try_send(number); //~ number
}

fn main() {}
