#![allow(unused_variables)]

use fluid::worker;

struct Path(String);

#[worker(heartbeat = "1s")]
async fn poll(path: Path) {} //~ Path

fn main() {}
