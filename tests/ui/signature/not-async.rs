#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s")]
fn poll() {} //~ fn

fn main() {}
