//! Four workers in a row, with queues between them.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Filter, Pass, Sink, Source};

pub(super) const PATH: HotPath = hot_path!("four-stages", send);

workers! {
    struct FourStages(many: u64) {
        source: Source { many },
        pass: Pass,
        filter: Filter,
        sink: Sink,
    }

    source.numbers => pass => filter => sink;
}

async fn send(many: u64) -> Exit {
    run!(FourStages::new(many))
}
