#![allow(unused_variables)]

use fluid::worker;

#[worker]
async fn poll( //~ (
    a: &fluid::Output<u64>,
    b: &fluid::Output<u64>,
    c: &fluid::Output<u64>,
    d: &fluid::Output<u64>,
    e: &fluid::Output<u64>,
    f: &fluid::Output<u64>,
    g: &fluid::Output<u64>,
    h: &fluid::Output<u64>,
    i: &fluid::Output<u64>,
) {
}

fn main() {}
