//! One worker sends, and four lanes compete for the messages.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Sink, Source};

pub(super) const PATH: HotPath = hot_path!("four-competing", send);

workers! {
    struct Competing(many: u64) {
        source: Source { many },
        #[consumer(concurrency = 4)]
        sink: Sink,
    }

    source.numbers => sink;
}

async fn send(many: u64) -> Exit {
    run!(Competing::new(many))
}
