#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s", name = "a/b")] //~ "a/b"
async fn poll() {}

fn main() {}
