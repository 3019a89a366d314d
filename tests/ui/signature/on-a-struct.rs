#![allow(unused_variables)]

use fluid::{worker};

#[worker]
struct Poll; //~ struct

fn main() {}
