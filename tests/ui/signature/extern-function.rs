#![allow(unused_variables)]

use fluid::{worker};

#[worker(blocking)]
extern "C" fn poll() {} //~ extern

fn main() {}
