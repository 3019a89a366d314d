#![allow(unused_variables)]

use fluid::worker;

#[worker(heartbeat = "1s")]
async fn poll(count: &std::cell::Cell<u64>) {} //~ std poll

fn main() {}
