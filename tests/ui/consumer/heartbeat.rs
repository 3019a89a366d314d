#![allow(unused_variables)]

use fluid::{consumer};

#[consumer(heartbeat = "1s")]
async fn store(number: u64) {}

fn main() {}
