//! One worker sends, and each of four lanes handles the numbers of its keys.

use std::hint::black_box;

use fluid::{Exit, consumer, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::Source;

pub(super) const PATH: HotPath = hot_path!("four-lanes-by-key", send);

#[consumer(concurrency = 4, partition_by = |number| *number)]
async fn handle(number: u64) {
    black_box(number);
}

workers! {
    struct Lanes(many: u64) {
        source: Source { many },
        sink: Handle,
    }

    source.numbers => sink;
}

async fn send(many: u64) -> Exit {
    run!(Lanes::new(many))
}
