#![allow(unused_variables)]

use fluid::{consumer};

#[consumer(overflow = "drop_latest")] //~ "drop_latest"
async fn store(number: u64) {}

fn main() {}
