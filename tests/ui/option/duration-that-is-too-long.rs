#![allow(unused_variables)]

use fluid::worker;

#[worker(heartbeat = "99999999999999999999s")] //~ "99999999999999999999s"
async fn poll() {}

fn main() {}
