#![allow(unused_variables)]

use fluid::{worker};

struct Range {
    from: u64,
    to: u64,
}

#[worker]
async fn poll(Range { from, to }: &Range) {} //~ Range

fn main() {}
