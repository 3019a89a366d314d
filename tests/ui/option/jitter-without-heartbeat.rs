#![allow(unused_variables)]

use fluid::{worker};

#[worker(jitter = "1s")]
async fn poll() {}

fn main() {}
