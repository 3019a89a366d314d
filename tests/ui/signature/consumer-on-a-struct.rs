#![allow(unused_variables)]

use fluid::consumer;

#[consumer]
struct Store; //~ struct

fn main() {}
