#![allow(unused_variables)]

use fluid::worker;

#[worker(heartbeat = "1s", pace = "fast")] //~ "fast"
async fn poll() {}

fn main() {}
