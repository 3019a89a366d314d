#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s1s")] //~ "1s1s"
async fn poll() {}

fn main() {}
