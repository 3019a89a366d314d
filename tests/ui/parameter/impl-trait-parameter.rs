#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s")]
async fn poll(source: &impl Iterator<Item = u64>) {} //~ impl

fn main() {}
