#![allow(unused_variables)]

use fluid::worker;

#[worker(blocking)]
const fn poll() {} //~ const

fn main() {}
