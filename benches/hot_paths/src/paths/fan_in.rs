//! Four workers send to one consumer.

use fluid::{Exit, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Sink, Source};

pub(super) const PATH: HotPath = hot_path!("four-to-one", send);

workers! {
    struct FanIn(quarter: u64) {
        first: Source { many: quarter },
        second: Source { many: quarter },
        third: Source { many: quarter },
        fourth: Source { many: quarter },
        sink: Sink,
    }

    (first.numbers, second.numbers, third.numbers, fourth.numbers) => sink;
}

async fn send(many: u64) -> Exit {
    run!(FanIn::new(many / 4))
}
