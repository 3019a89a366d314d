//! The status of a whole group at one moment.

pub(crate) mod edge;
pub(crate) mod graph;
pub(crate) mod worker;

use std::time::{Duration, SystemTime};

use fluid::graph::Graph;
use fluid::{Forgotten, GroupHandle, Kind, State};
use serde::Serialize;
use tokio::time::Instant;

use edge::EdgeSnapshot;
use worker::WorkerSnapshot;

/// The status of a group and of all its members at one moment. Serializable.
///
/// The first snapshot has no rates. Later ones have the rates since the one that was passed to
/// [`after`](Self::after).
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Snapshot {
    /// The name of the group.
    pub group: String,
    /// The state of the group.
    pub state: State,
    /// The time of the last change of the group's state, in seconds since 1970.
    pub since: f64,
    /// The time of the snapshot, in seconds since 1970.
    pub at: f64,
    /// All members of the group and of its nested groups. A nested group stands before its members.
    pub workers: Vec<WorkerSnapshot>,
    /// The edges of the declared graph. Empty if no graph is known.
    pub edges: Vec<EdgeSnapshot>,
    /// What the stop waits for. `None` unless the group is stopping.
    pub drain: Option<Drain>,
    /// The sums of the members that the group has forgotten.
    pub forgotten: Option<Forgotten>,
    #[serde(skip)]
    taken: Instant,
}

/// What the stop of a group waits for.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Drain {
    /// The paths of the workers that have not ended.
    pub waiting_for: Vec<String>,
    /// The time in seconds until the stop is forced.
    pub grace_left: Option<f64>,
}

impl Snapshot {
    /// The status now, without edges and rates.
    #[must_use]
    pub fn of(group: &GroupHandle) -> Self {
        Self::after(None, group, None)
    }

    /// The status now, with the edges of `graph` and with the rates since `earlier`.
    #[must_use]
    pub fn after(earlier: Option<&Self>, group: &GroupHandle, graph: Option<&Graph>) -> Self {
        let taken = Instant::now();
        let status = group.status();
        let mut workers = Vec::new();
        WorkerSnapshot::collect(&status, "", &mut workers);
        if let Some(earlier) = earlier {
            let elapsed = taken.duration_since(earlier.taken);
            for worker in &mut workers {
                worker.rates = earlier
                    .worker(&worker.path)
                    .and_then(|before| worker.rates_since(before, elapsed));
            }
        }
        let edges = graph.map(|graph| EdgeSnapshot::of_graph(graph, &workers));
        Self {
            drain: (status.state == State::Stopping).then(|| Drain::of(group, &workers)),
            group: status.name,
            state: status.state,
            since: unix_seconds(status.since),
            at: unix_seconds(SystemTime::now()),
            workers,
            edges: edges.unwrap_or_default(),
            forgotten: status.forgotten,
            taken,
        }
    }

    /// The member with this path.
    #[must_use]
    pub fn worker(&self, path: &str) -> Option<&WorkerSnapshot> {
        self.workers.iter().find(|worker| worker.path == path)
    }
}

impl Drain {
    fn of(group: &GroupHandle, workers: &[WorkerSnapshot]) -> Self {
        let live = |worker: &&WorkerSnapshot| {
            !worker.state.is_final() && !matches!(worker.kind, Kind::Group)
        };
        let waiting_for = workers.iter().filter(live);
        Self {
            waiting_for: waiting_for.map(|worker| worker.path.clone()).collect(),
            grace_left: group.grace_left().map(|left| left.as_secs_f64()),
        }
    }
}

fn unix_seconds(time: SystemTime) -> f64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or(Duration::ZERO).as_secs_f64()
}

#[cfg(test)]
mod tests;
