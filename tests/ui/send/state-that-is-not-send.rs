#![allow(unused_variables)]

use fluid::worker;

#[worker(heartbeat = "1s")]
async fn poll(count: &mut std::rc::Rc<u64>) {} //~ std poll

fn main() {}
