#![allow(unused_variables)]

use fluid::{worker, Context};

#[worker]
async fn poll(ctx: &mut Context) {} //~ mut

fn main() {}
