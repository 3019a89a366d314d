//! The group: its workers, the edges between them, and its restarts.

use fluid::{GroupHandle, workers};

use super::database::Database;
use super::intake::Intake;
use super::provider::Provider;
use super::source::Source;
use super::workers::{Bury, Charge, Reject, Settle, Store, Take};

workers! {
    /// Takes orders, charges them, and records the outcome of each.
    ///
    /// A worker that fails is restarted, up to three times in half a minute. After that the group gives up, because the
    /// database or the provider must be down permanently. It then takes no more orders. The orders already taken are
    /// charged and stored as far as possible, and all others are counted.
    #[workers(
        name = "orders",
        grace = "10s",
        restart = "one_for_one",
        max_restarts = 3,
        within = "30s",
        backoff = "100ms..1s",
    )]
    pub struct Orders(source: Source, provider: Provider, db: Database) {
        take: Take { source, intake: Intake::default() },
        reject: Reject,
        charge: Charge { provider },
        store: Store { db },
        settle: Settle { provider },
        bury: Bury { db },
    }

    take.orders => charge => store;
    take.rejected => reject;
    charge.failed => settle => bury;

    every("1s") => say_progress(&group);
}

/// Prints the progress.
fn say_progress(group: &GroupHandle) {
    let status = group.status();
    let done = |worker| {
        status
            .worker(worker)
            .and_then(|it| it.counts)
            .unwrap_or_default()
            .done
    };
    let restarts: u64 = status.workers.iter().map(|worker| worker.restarts).sum();
    eprintln!(
        "{} orders stored, {} buried; restarts: {restarts}",
        done("store"),
        done("bury")
    );
}
