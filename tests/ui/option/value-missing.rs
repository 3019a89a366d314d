#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat)] //~ heartbeat
async fn poll() {}

fn main() {}
