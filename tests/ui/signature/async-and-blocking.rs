#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking)] //~ blocking
async fn poll() {}

fn main() {}
