#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s", heartbeat = "2s")]
async fn poll() {}

fn main() {}
