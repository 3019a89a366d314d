#![allow(unused_variables)]

use fluid::{consumer};

#[consumer(capacity = 0)] //~ 0
async fn store(number: u64) {}

fn main() {}
