#![allow(unused_variables)]

use fluid::worker;

const PERIOD: &str = "1s";

#[worker(heartbeat = PERIOD)] //~ PERIOD
async fn poll() {}

fn main() {}
