#![allow(unused_variables)]

use fluid::worker;

struct Tick;

#[worker(heartbeat = "1s")]
pub async fn poll() -> Tick { //~ Tick
    Tick
}

fn main() {}
