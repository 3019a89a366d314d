//! The metrics of a group as Prometheus text.
//!
//! Every metric has the label `group`, the name of the outermost group. A metric of a worker also has the label `worker`,
//! its path: names joined with `/`. Members of nested groups are included.
//!
//! | metric | unit | meaning |
//! | --- | --- | --- |
//! | `fluid_worker_accepted_total` | messages | Messages that the queue of a consumer accepted |
//! | `fluid_worker_done_total` | messages | Messages handled without a failure |
//! | `fluid_worker_failed_total` | messages | Messages whose handling failed |
//! | `fluid_worker_lost_total` | messages | Failed messages that did not leave by the port `failed` |
//! | `fluid_worker_dropped_total` | messages | Messages that a full queue dropped, by its `overflow` policy |
//! | `fluid_worker_undelivered_total` | messages | Accepted messages that were not handled when the consumer had to end |
//! | `fluid_worker_refused_total` | messages | Sends that were refused because the queue was closed |
//! | `fluid_worker_emitted_total` | messages | Messages that were sent, over all ports |
//! | `fluid_worker_unsent_total` | messages | Messages that were sent and that no consumer accepted |
//! | `fluid_worker_beats_total` | beats | Calls at heartbeats, or runs of a callback |
//! | `fluid_worker_missed_beats_total` | beats | Heartbeats that were missed, with `pace = "rate"` |
//! | `fluid_worker_restarts_total` | restarts | Restarts of a worker or of a nested group |
//! | `fluid_worker_stalls_total` | stalls | Calls without progress for the time of `stall` |
//! | `fluid_worker_queued_messages` | messages | Messages in the queue of a consumer |
//! | `fluid_worker_capacity_messages` | messages | Capacity of a queue that has a bound |
//! | `fluid_worker_in_hand_messages` | messages | Messages that are being handled |
//! | `fluid_worker_stalled` | 0 or 1 | Whether a call stalls now |
//! | `fluid_worker_blocked` | 0 or 1 | Whether a worker is known to block its thread |
//! | `fluid_worker_last_sign_seconds` | seconds | Time since the last sign of progress of a worker with `stall` |
//! | `fluid_worker_state` | 0 or 1 | Whether a worker is in the state of the label `state` |
//! | `fluid_worker_last_change_timestamp_seconds` | seconds since 1970 | Time of the last change of state |
//! | `fluid_group_state` | 0 or 1 | Whether the group is in the state of the label `state` |
//! | `fluid_group_last_change_timestamp_seconds` | seconds since 1970 | Time of the last change of state of the group |
//! | `fluid_group_grace_left_seconds` | seconds | Time until the stop is forced, while the group stops |
//! | `fluid_group_members` | members | Workers, callbacks and nested groups that the group has now |
//! | `fluid_group_forgotten_total` | members | Members that the group has forgotten: `on_exit` or `on_error` is `forget` |
//! | `fluid_group_forgotten_failed_total` | members | Forgotten members that failed |
//! | `fluid_group_forgotten_accepted_total` | messages | Messages that forgotten consumers accepted |
//! | `fluid_group_forgotten_done_total` | messages | Messages that forgotten consumers handled without a failure |
//! | `fluid_group_forgotten_lost_total` | messages | Lost messages of forgotten members that count for the exit code |
//!
//! A metric stands in the text only if at least one worker has it: without a consumer there is no
//! `fluid_worker_done_total`. After a restart of a worker its counts go on.

mod labels;
mod table;

use std::fmt;

use fluid::{GroupHandle, Kind, State};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

use crate::snapshot::Snapshot;
use crate::snapshot::worker::WorkerSnapshot;
use labels::{GroupLabel, StateLabel, WorkerLabels};
use table::{GROUP, Metric, Number, WORKER};

/// The `Content-Type` of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// The states, as labels.
const STATES: [(State, &str); 6] = [
    (State::Init, "init"),
    (State::Running, "running"),
    (State::Restarting, "restarting"),
    (State::Stopping, "stopping"),
    (State::Stopped, "stopped"),
    (State::ForceStopped, "force_stopped"),
];

/// The metrics of a group, read from the counts of its workers at each scrape.
///
/// It is a [`Collector`], so a program with a registry of its own can register it there:
///
/// ```
/// # use fluid::Workers;
/// use fluid_console::Metrics;
/// use prometheus_client::registry::Registry;
///
/// # let group = Workers::new("service");
/// let mut registry = Registry::default();
/// registry.register_collector(Box::new(Metrics::new(&group.handle())));
/// ```
#[derive(Clone, Debug)]
pub struct Metrics {
    group: GroupHandle,
}

impl Metrics {
    /// The metrics of this group.
    #[must_use]
    pub fn new(group: &GroupHandle) -> Self {
        Self {
            group: group.clone(),
        }
    }

    /// The current values as Prometheus text, version 0.0.4.
    #[must_use]
    pub fn encode(&self) -> String {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self.clone()));
        let mut text = String::new();
        let encoded = prometheus_text::encode(&mut text, &registry);
        encoded.expect("a string takes all text");
        text
    }
}

impl Collector for Metrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let snapshot = Snapshot::of(&self.group);
        for metric in WORKER {
            each_worker(&mut encoder, &snapshot, metric)?;
        }
        worker_states(&mut encoder, &snapshot)?;
        for metric in GROUP {
            if let Some(number) = (metric.read)(&snapshot) {
                let mut family = descriptor(&mut encoder, metric)?;
                let label = GroupLabel(&snapshot.group);
                number.encode(&mut family.encode_family(&label)?)?;
            }
        }
        group_state(&mut encoder, &snapshot)
    }
}

/// Writes one metric of all workers that have it.
fn each_worker(
    encoder: &mut DescriptorEncoder<'_>,
    snapshot: &Snapshot,
    metric: &Metric<WorkerSnapshot>,
) -> fmt::Result {
    let numbers = snapshot.workers.iter();
    let mut numbers = numbers
        .filter_map(|worker| Some((worker, (metric.read)(worker)?)))
        .peekable();
    if numbers.peek().is_none() {
        return Ok(());
    }
    let mut family = descriptor(encoder, metric)?;
    for (worker, number) in numbers {
        let labels = WorkerLabels {
            group: &snapshot.group,
            worker: &worker.path,
        };
        number.encode(&mut family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn worker_states(encoder: &mut DescriptorEncoder<'_>, snapshot: &Snapshot) -> fmt::Result {
    if snapshot.workers.is_empty() {
        return Ok(());
    }
    let help = "Whether a worker is in the state of the label";
    let mut family =
        encoder.encode_descriptor("fluid_worker_state", help, None, MetricType::Gauge)?;
    for worker in &snapshot.workers {
        let labels = WorkerLabels {
            group: &snapshot.group,
            worker: &worker.path,
        };
        each_state(&mut family, &labels, worker.state)?;
    }
    Ok(())
}

fn group_state(encoder: &mut DescriptorEncoder<'_>, snapshot: &Snapshot) -> fmt::Result {
    let help = "Whether the group is in the state of the label";
    let mut family =
        encoder.encode_descriptor("fluid_group_state", help, None, MetricType::Gauge)?;
    each_state(&mut family, &GroupLabel(&snapshot.group), snapshot.state)
}

fn each_state<L>(family: &mut MetricEncoder<'_>, labels: &L, current: State) -> fmt::Result
where
    L: prometheus_client::encoding::EncodeLabelSet,
{
    for (state, name) in STATES {
        let labels = StateLabel {
            labels,
            state: name,
        };
        let is_current = u64::from(state == current);
        family.encode_family(&labels)?.encode_gauge(&is_current)?;
    }
    Ok(())
}

fn descriptor<'a, T>(
    encoder: &'a mut DescriptorEncoder<'_>,
    metric: &Metric<T>,
) -> Result<MetricEncoder<'a>, fmt::Error> {
    encoder.encode_descriptor(metric.name, metric.help, None, metric.kind)
}

impl Number {
    fn encode(self, encoder: &mut MetricEncoder<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => encoder.encode_counter::<NoLabelSet, _, f64>(&count, None),
            Self::Gauge(value) => encoder.encode_gauge(&value),
        }
    }
}

/// Whether a member handles messages itself.
fn is_worker(worker: &WorkerSnapshot) -> bool {
    matches!(worker.kind, Kind::Worker | Kind::Consumer)
}

#[cfg(test)]
mod tests;
