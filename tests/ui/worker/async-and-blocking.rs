#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking)]
async fn poll() {}

fn main() {}
