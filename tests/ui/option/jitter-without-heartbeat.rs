#![allow(unused_variables)]

use fluid::{worker};

#[worker(jitter = "1s")] //~ jitter
async fn poll() {}

fn main() {}
