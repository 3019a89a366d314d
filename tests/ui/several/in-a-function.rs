#![allow(unused_variables)]

use fluid::{worker, Context};

#[worker(heartbeat = "soon", nmae = "poll")] //~ "soon" nmae
fn poll(ctx: Context) {} //~ fn Context

fn main() {}
