//! Every metric with one value, and where its value is read.

use fluid::{Counts, Forgotten};
use prometheus_client::metrics::MetricType;

use super::is_worker;
use crate::snapshot::Snapshot;
use crate::snapshot::worker::WorkerSnapshot;

/// A metric. `read` returns `None` if `T` does not have it.
pub(super) struct Metric<T> {
    /// The name, without the suffix `_total` of a counter.
    pub(super) name: &'static str,
    pub(super) kind: MetricType,
    pub(super) help: &'static str,
    pub(super) read: fn(&T) -> Option<Number>,
}

/// The value of a metric.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Count(u64),
    Gauge(f64),
}

const fn counter<T>(
    name: &'static str,
    help: &'static str,
    read: fn(&T) -> Option<Number>,
) -> Metric<T> {
    let kind = MetricType::Counter;
    Metric {
        name,
        kind,
        help,
        read,
    }
}

const fn gauge<T>(
    name: &'static str,
    help: &'static str,
    read: fn(&T) -> Option<Number>,
) -> Metric<T> {
    let kind = MetricType::Gauge;
    Metric {
        name,
        kind,
        help,
        read,
    }
}

/// A count of a consumer.
fn of(worker: &WorkerSnapshot, count: fn(Counts) -> u64) -> Option<Number> {
    worker.counts.map(|counts| Number::Count(count(counts)))
}

/// A count of a worker that handles or emits messages.
fn own(worker: &WorkerSnapshot, count: u64) -> Option<Number> {
    is_worker(worker).then_some(Number::Count(count))
}

fn flag(worker: &WorkerSnapshot, flag: bool) -> Option<Number> {
    is_worker(worker).then(|| Number::Gauge(f64::from(u8::from(flag))))
}

fn size(size: u64) -> Number {
    Number::Gauge(size as f64)
}

fn sum(snapshot: &Snapshot, count: fn(Forgotten) -> u64) -> Option<Number> {
    Some(Number::Count(snapshot.forgotten.map_or(0, count)))
}

pub(super) const WORKER: &[Metric<WorkerSnapshot>] = &[
    counter(
        "fluid_worker_accepted",
        "Messages that the queue of a consumer accepted",
        |it| of(it, |counts| counts.accepted),
    ),
    counter(
        "fluid_worker_done",
        "Messages handled without a failure",
        |it| of(it, |counts| counts.done),
    ),
    counter(
        "fluid_worker_failed",
        "Messages whose handling failed",
        |it| of(it, |counts| counts.failed),
    ),
    counter(
        "fluid_worker_lost",
        "Failed messages that did not leave by the port failed",
        |it| of(it, |counts| counts.lost),
    ),
    counter(
        "fluid_worker_dropped",
        "Messages that a full queue dropped",
        |it| of(it, |counts| counts.dropped),
    ),
    counter(
        "fluid_worker_undelivered",
        "Accepted messages that were not handled when the consumer had to end",
        |it| of(it, |counts| counts.undelivered),
    ),
    counter(
        "fluid_worker_refused",
        "Sends that were refused because the queue was closed",
        |it| of(it, |counts| counts.refused),
    ),
    counter("fluid_worker_emitted", "Messages that were sent", |it| {
        own(it, it.emitted)
    }),
    counter(
        "fluid_worker_unsent",
        "Messages that were sent and that no consumer accepted",
        |it| own(it, it.unsent),
    ),
    counter(
        "fluid_worker_beats",
        "Calls at heartbeats, or runs of a callback",
        |it| Some(Number::Count(it.beats)),
    ),
    counter(
        "fluid_worker_missed_beats",
        "Heartbeats that were missed",
        |it| own(it, it.missed_beats),
    ),
    counter("fluid_worker_restarts", "Restarts", |it| {
        Some(Number::Count(it.restarts))
    }),
    counter(
        "fluid_worker_stalls",
        "Calls without progress for the time of stall",
        |it| own(it, it.stalls),
    ),
    gauge(
        "fluid_worker_queued_messages",
        "Messages in the queue of a consumer",
        |it| it.queue_size.map(|queued| size(queued as u64)),
    ),
    gauge(
        "fluid_worker_capacity_messages",
        "Capacity of a queue that has a bound",
        |it| it.capacity.map(|capacity| size(capacity as u64)),
    ),
    gauge(
        "fluid_worker_in_hand_messages",
        "Messages that are being handled",
        |it| it.in_hand.map(size),
    ),
    gauge("fluid_worker_stalled", "Whether a call stalls now", |it| {
        flag(it, it.stalled)
    }),
    gauge(
        "fluid_worker_blocked",
        "Whether a worker is known to block its thread",
        |it| flag(it, it.blocked),
    ),
    gauge(
        "fluid_worker_last_sign_seconds",
        "Time since the last sign of progress",
        |it| it.last_sign.map(Number::Gauge),
    ),
    gauge(
        "fluid_worker_last_change_timestamp_seconds",
        "Time of the last change of state, since 1970",
        |it| Some(Number::Gauge(it.since)),
    ),
];

pub(super) const GROUP: &[Metric<Snapshot>] = &[
    gauge(
        "fluid_group_last_change_timestamp_seconds",
        "Time of the last change of state, since 1970",
        |it| Some(Number::Gauge(it.since)),
    ),
    gauge(
        "fluid_group_grace_left_seconds",
        "Time until the stop is forced",
        |it| it.drain.as_ref()?.grace_left.map(Number::Gauge),
    ),
    gauge(
        "fluid_group_members",
        "Workers, callbacks and nested groups",
        |it| Some(size(it.workers.len() as u64)),
    ),
    counter(
        "fluid_group_forgotten",
        "Members that the group has forgotten",
        |it| sum(it, |sums| sums.workers),
    ),
    counter(
        "fluid_group_forgotten_failed",
        "Forgotten members that failed",
        |it| sum(it, |sums| sums.failed),
    ),
    counter(
        "fluid_group_forgotten_accepted",
        "Messages that forgotten consumers accepted",
        |it| sum(it, |sums| sums.counts.accepted),
    ),
    counter(
        "fluid_group_forgotten_done",
        "Messages that forgotten consumers handled without a failure",
        |it| sum(it, |sums| sums.counts.done),
    ),
    counter(
        "fluid_group_forgotten_lost",
        "Lost messages of forgotten members that count for the exit code",
        |it| sum(it, |sums| sums.lost),
    ),
];
