//! One worker sends, and two consumers get each number.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Sink, Source};

pub(super) const PATH: HotPath = hot_path!("broadcast-to-two", send).sinks(2);

workers! {
    struct Broadcast(many: u64) {
        source: Source { many },
        sink: Sink,
        sink_too: Sink,
    }

    source.numbers => (sink, sink_too);
}

async fn send(many: u64) -> Exit {
    run!(Broadcast::new(many))
}
