#![allow(unused_variables)]

use fluid::{worker, Output};

#[worker]
async fn poll(rejected: Output<u64>) {} //~ Output

fn main() {}
