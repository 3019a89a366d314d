#![allow(unused_variables)]

use fluid::{worker, Context};

#[worker]
async fn poll(ctx: Context) {} //~ Context

fn main() {}
