#![allow(unused_variables)]

use fluid::worker;

#[worker(heartbeat = "1s", name = "")] //~ ""
async fn poll() {}

fn main() {}
