#![allow(unused_variables)]

use fluid::{worker};

struct Broken;

#[worker(heartbeat = "1s")]
async fn poll() -> Result<(), Broken> { //~ Result
    Err(Broken)
}

fn main() {}
