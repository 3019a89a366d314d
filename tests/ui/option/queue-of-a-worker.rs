#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s", capacity = 8)]
async fn poll() {}

fn main() {}
