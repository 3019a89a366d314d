#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "5")] //~ "5"
async fn poll() {}

fn main() {}
