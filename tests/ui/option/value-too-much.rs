#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking = "yes")]
fn poll() {}

fn main() {}
