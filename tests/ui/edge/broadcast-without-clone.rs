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

struct Unique(u64);

#[worker(heartbeat = "1s")]
async fn make() -> Unique {
    Unique(1)
}

#[consumer]
async fn take(unique: Unique) {
    println!("{}", unique.0);
}

workers! {
    struct Uniques {
        make: Make,
        first: Take,
        second: Take,
    }

    make => (first, second); //~ make
}

fn main() {}
