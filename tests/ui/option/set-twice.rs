#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s", heartbeat = "2s")] //~ heartbeat
async fn poll() {}

fn main() {}
