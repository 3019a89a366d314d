#![allow(unused_variables)]

use fluid::{consumer};

#[consumer]
async fn store(db: &String) {} //~ (

fn main() {}
