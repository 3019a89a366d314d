#![allow(unused_variables)]

use fluid::worker;

#[worker(heartbeat = "1s", timeout = "0s")] //~ "0s"
async fn poll() {}

fn main() {}
