#![allow(unused_variables)]

use fluid::consumer;

#[consumer(capacity = 99999999999999999999)] //~ 99999999999999999999
async fn store(number: u64) {}

fn main() {}
