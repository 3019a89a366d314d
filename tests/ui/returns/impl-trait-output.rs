#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s")]
async fn poll() -> impl Iterator<Item = u64> { //~ impl
    0..3
}

fn main() {}
