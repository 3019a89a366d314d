#![allow(unused_variables)]

use fluid::{worker};

struct Source;

impl Source {
    #[worker(heartbeat = "1s")]
    async fn poll(&self) {} //~ &
}

fn main() {}
