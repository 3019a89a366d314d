//! One worker sends to one consumer.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Sink, Source};

pub(super) const PATH: HotPath = hot_path!("one-to-one", send);

workers! {
    struct OneToOne(many: u64) {
        source: Source { many },
        sink: Sink,
    }

    source.numbers => sink;
}

async fn send(many: u64) -> Exit {
    run!(OneToOne::new(many))
}
