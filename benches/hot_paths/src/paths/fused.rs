//! Four workers in a row without queues. The first one returns 64 numbers at a time.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Filter, Open, Pass, Portions, Sink};

pub(super) const PATH: HotPath = hot_path!("fused-chain-of-four", send);

workers! {
    struct Fused(many: u64) {
        portions: Portions { many },
        open: Open,
        pass: Pass,
        filter: Filter,
        sink: Sink,
    }

    portions.begins => open;
    open -> pass -> filter -> sink;
}

async fn send(many: u64) -> Exit {
    run!(Fused::new(many))
}
