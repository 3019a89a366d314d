#![allow(unused_variables)]

use fluid::{worker};

#[worker(pace = "rate")]
async fn poll() {}

fn main() {}
