#![deny(unused_must_use)]

use fluid::{Workers, worker};

#[worker(heartbeat = "1s")]
async fn poll() {}

async fn run(mut workers: Workers) {
    workers.add(Poll);
    workers.run().await; //~ workers
}

fn main() {}
