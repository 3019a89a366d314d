#![allow(unused_variables)]

use std::rc::Rc;

use fluid::worker;

#[worker(heartbeat = "1s")]
async fn poll() { //~ poll
    let shared = Rc::new(1);
    tokio::task::yield_now().await;
    println!("{shared}");
}

fn main() {}
