#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat)]
async fn poll() {}

fn main() {}
