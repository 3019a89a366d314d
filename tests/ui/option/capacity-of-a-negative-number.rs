#![allow(unused_variables)]

use fluid::consumer;

#[consumer(capacity = -1)] //~ -
async fn store(number: u64) {}

fn main() {}
