#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking, heartbeat = "1s", timeout = "1s")]
fn poll() {}

fn main() {}
