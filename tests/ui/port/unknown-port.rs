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

use fluid::Output;

#[consumer]
async fn parse(number: u64, rejected: &Output<u64>) {
    let _ = rejected.send(number).await;
}

workers! {
    struct Numbers {
        poll: Poll,
        parse: Parse,
        store: Store,
    }

    poll => parse;
    parse.rejectd => store; //~ rejectd
}

fn main() {}
