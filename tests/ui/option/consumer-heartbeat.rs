#![allow(unused_variables)]

use fluid::{consumer};

#[consumer(heartbeat = "1s")] //~ heartbeat
async fn store(number: u64) {}

fn main() {}
