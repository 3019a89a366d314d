#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking = "yes")] //~ "yes"
fn poll() {} //~ fn

fn main() {}
