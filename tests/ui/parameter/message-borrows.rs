#![allow(unused_variables)]

use fluid::{consumer};

#[consumer]
async fn store(names: Vec<&str>) {} //~ &

fn main() {}
