//! The cost of an option that is set and never has to act.

use std::hint::black_box;

use fluid::{Error, Exit, consumer, workers};

use crate::HotPath;
use crate::path::{hot_path, run};
use crate::traffic::{Sink, Source};

pub(super) const RETRY: HotPath = hot_path!("retry-that-is-not-needed", retry);
pub(super) const TIMEOUT: HotPath = hot_path!("timeout", timeout);
pub(super) const STALL: HotPath = hot_path!("stall", stall);

#[consumer(retry = 3, backoff = "1s..10s")]
async fn attempt(number: u64) -> Result<(), Error> {
    black_box(number);
    Ok(())
}

workers! {
    struct Retry(many: u64) {
        source: Source { many },
        sink: Attempt,
    }

    source.numbers => sink;
}

async fn retry(many: u64) -> Exit {
    run!(Retry::new(many))
}

workers! {
    struct Timeout(many: u64) {
        source: Source { many },
        #[consumer(timeout = "10s")]
        sink: Sink,
    }

    source.numbers => sink;
}

async fn timeout(many: u64) -> Exit {
    run!(Timeout::new(many))
}

workers! {
    struct Stall(many: u64) {
        source: Source { many },
        #[consumer(stall = "10s")]
        sink: Sink,
    }

    source.numbers => sink;
}

async fn stall(many: u64) -> Exit {
    run!(Stall::new(many))
}
