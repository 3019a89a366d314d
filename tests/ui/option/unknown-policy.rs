#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s", on_error = "ignore")] //~ "ignore"
async fn poll() {}

fn main() {}
