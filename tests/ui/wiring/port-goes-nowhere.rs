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

use fluid::Output;

#[consumer]
async fn parse<T: Clone>(number: T, rejected: &Output<u64>, late: &Output<T>) {}


workers! {
    struct Numbers {
        poll: Poll,
        parse: Parse<u64> { marker: std::marker::PhantomData }, //~ parse
        store: Store,
    }

    poll => parse;
    parse.late => store;
}

fn main() {}
