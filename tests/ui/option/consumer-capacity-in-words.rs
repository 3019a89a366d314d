#![allow(unused_variables)]

use fluid::{consumer};

#[consumer(capacity = "many")] //~ "many"
async fn store(number: u64) {}

fn main() {}
