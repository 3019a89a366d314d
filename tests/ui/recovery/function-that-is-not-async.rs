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

#[worker(heartbeat = "1s")]
fn wait(start: u64) -> u64 { //~ fn
    start
}

workers! {
    struct Numbers {
        wait: Wait { start: 1 },
        pub store: Store,
    }

    wait => store;
}

async fn run() {
    let running = Numbers::new().startup().await.unwrap();
    running.store().send(1).await.unwrap();
    let exit = running.shutdown().await;
    println!("{exit}");
}

fn main() {}
