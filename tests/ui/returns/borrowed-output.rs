#![allow(unused_variables)]

use fluid::{worker};

#[worker(heartbeat = "1s")]
async fn poll(names: &[String]) -> &str { //~ &
    &names[0]
}

fn main() {}
