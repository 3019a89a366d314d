#![allow(unused_variables)]

use fluid::{consumer};

#[consumer(capacty = 8)] //~ capacty
async fn store(number: u64) {}

fn main() {}
