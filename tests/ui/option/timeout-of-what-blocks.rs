#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking, heartbeat = "1s", timeout = "1s")] //~ timeout
fn poll() {}

fn main() {}
