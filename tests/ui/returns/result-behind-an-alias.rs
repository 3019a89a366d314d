#![allow(unused_variables)]

use fluid::{consumer};

type Written = Result<(), std::io::Error>;

#[consumer]
async fn store(number: u64) -> Written { //~ Written
    Err(std::io::Error::other("disk full"))
}

fn main() {}
