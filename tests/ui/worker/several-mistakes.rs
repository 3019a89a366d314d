#![allow(unused_variables)]

use fluid::{worker, Context};

#[worker(heartbeat = "soon", nmae = "poll")]
fn poll(ctx: Context) {}

fn main() {}
