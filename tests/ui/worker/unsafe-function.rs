#![allow(unused_variables)]

use fluid::{worker};

#[worker]
async unsafe fn poll() {}

fn main() {}
