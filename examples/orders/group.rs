//! The group: which workers there are, what each sends to which, and how failures are answered.

use fluid::{GroupHandle, workers};

use super::database::Database;
use super::intake::Intake;
use super::provider::Provider;
use super::source::Source;
use super::workers::{Bury, Charge, Reject, Settle, Store, Take};

workers! {
    /// Takes orders, charges them, and keeps what became of each.
    ///
    /// A worker that fails is restarted, three times in half a minute; then what it needs is taken to be
    /// down for good, and the group gives up: no order is taken any more, and those that were are charged
    /// and kept as far as that is possible, and counted where it is not.
    #[workers(
        name = "orders",
        grace = "10s",
        restart = "one_for_one",
        max_restarts = 3,
        within = "30s",
        backoff = "100ms..1s"
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

/// Says how far it is, to whoever watches.
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
