#![allow(unused_variables)]

use fluid::{worker};

#[worker]
async unsafe fn poll() {} //~ unsafe

fn main() {}
