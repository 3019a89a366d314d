#![allow(unused_variables)]

use fluid::consumer;

#[derive(Debug)]
struct Full;

#[consumer]
async fn store(number: u64) -> Result<Vec<u64>, Full> { //~ Result
    Err(Full)
}

fn main() {}
