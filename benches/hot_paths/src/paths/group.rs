//! Groups of a hundred workers, started and stopped.

use fluid::{Exit, Workers, worker};

use crate::HotPath;
use crate::path::hot_path;
use crate::traffic::Sink;

pub(super) const PATH: HotPath = hot_path!("group-of-100", start_and_stop).of_groups();

/// A source that emits nothing.
#[worker(heartbeat = "1h")]
async fn poll() -> Option<u64> {
    None
}

async fn start_and_stop(groups: u64) -> Exit {
    for _ in 1..groups {
        let exit = one().await;
        assert!(exit.is_success(), "{exit}");
    }
    one().await
}

/// Fifty workers feed another fifty.
async fn one() -> Exit {
    let mut workers = Workers::new("hundred");
    for _ in 0..50 {
        let (poll, sink) = (workers.add(Poll), workers.add(Sink));
        workers.connect(&poll, &sink);
    }
    let running = workers.startup().await.expect("a start");
    running.shutdown().await
}
