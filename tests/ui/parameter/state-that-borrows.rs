#![allow(unused_variables)]

use fluid::worker;

#[worker]
async fn poll(names: &mut Vec<&str>) {} //~ &

fn main() {}
