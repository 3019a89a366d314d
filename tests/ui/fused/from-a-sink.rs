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
async fn store(number: u64) {
    println!("{number}");
}

workers! {
    struct Numbers {
        pub store: Store,
        double: Double,
    }

    store -> double; //~ store
    double => _;
}

fn main() {}
