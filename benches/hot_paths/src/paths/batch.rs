//! One worker sends, and a consumer handles up to 64 messages at a time.

use std::hint::black_box;

use fluid::{Exit, consumer, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::Source;

pub(super) const PATH: HotPath = hot_path!("batches-of-64", send);

#[consumer(batch = 64)]
async fn gather(numbers: Vec<u64>) {
    black_box(numbers);
}

workers! {
    struct Batches(many: u64) {
        source: Source { many },
        sink: Gather,
    }

    source.numbers => sink;
}

async fn send(many: u64) -> Exit {
    run!(Batches::new(many))
}
