#![allow(unused_variables)]

use fluid::{worker};

#[worker(pace = "rate")] //~ pace
async fn poll() {}

fn main() {}
