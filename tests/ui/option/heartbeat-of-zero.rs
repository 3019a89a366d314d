#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "0s")] //~ "0s"
async fn poll() {}

fn main() {}
