#![allow(unused_variables)]

use fluid::worker;

#[worker]
async fn poll(out: &mut fluid::Output<u64>) {} //~ mut

fn main() {}
