//! One worker returns 64 numbers at a time, and a consumer handles each.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Open, Portions, Sink};

pub(super) const PATH: HotPath = hot_path!("vec-source", send);

workers! {
    struct Vecs(many: u64) {
        portions: Portions { many },
        open: Open,
        sink: Sink,
    }

    portions.begins => open => sink;
}

async fn send(many: u64) -> Exit {
    run!(Vecs::new(many))
}
