//! The status of one worker, with its rates.

use std::time::Duration;

use fluid::{Counts, Kind, State, Status};
use serde::Serialize;

use super::unix_seconds;

/// The status of one member of a group at one moment.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct WorkerSnapshot {
    /// The path below the group: names joined with `/`.
    pub path: String,
    /// Whether it is a worker, a consumer, a group or a callback.
    pub kind: Kind,
    /// The current state.
    pub state: State,
    /// The time of the last change of state, in seconds since 1970.
    pub since: f64,
    /// The counts of the messages, if it is a consumer.
    pub counts: Option<Counts>,
    /// The number of messages in the queue, if it is a consumer.
    pub queue_size: Option<usize>,
    /// The capacity of the queue. `None` if it is no consumer or its queue has no bound.
    pub capacity: Option<usize>,
    /// The number of messages that are being handled, if it is a consumer.
    pub in_hand: Option<u64>,
    /// The number of messages that were sent, over all ports.
    pub emitted: u64,
    /// The number of messages that no consumer accepted.
    pub unsent: u64,
    /// The number of calls at heartbeats, or of runs of a callback.
    pub beats: u64,
    /// The number of missed beats.
    pub missed_beats: u64,
    /// The number of restarts.
    pub restarts: u64,
    /// The number of stalls.
    pub stalls: u64,
    /// Whether a call stalls now.
    pub stalled: bool,
    /// Whether the worker is known to block its thread.
    pub blocked: bool,
    /// The time in seconds since the last sign of progress, if the worker has a `stall`.
    pub last_sign: Option<f64>,
    /// The text of the last failure, with its sources.
    pub last_error: Option<String>,
    /// The rates since the snapshot before. `None` if the worker was not in it.
    pub rates: Option<Rates>,
}

/// The rates of a worker, in messages or beats per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rates {
    /// Messages that its queue accepted.
    pub accepted: f64,
    /// Messages that it handled, with or without a failure.
    pub handled: f64,
    /// Messages that failed.
    pub failed: f64,
    /// Messages that it sent, over all ports.
    pub emitted: f64,
    /// Calls at heartbeats, or runs of a callback.
    pub beats: f64,
}

impl WorkerSnapshot {
    /// Adds the members below `status` to `all`.
    pub(super) fn collect(status: &Status, above: &str, all: &mut Vec<Self>) {
        for worker in &status.workers {
            let path = join(above, &worker.name);
            all.push(Self::of(worker, path.clone()));
            Self::collect(worker, &path, all);
        }
    }

    fn of(status: &Status, path: String) -> Self {
        Self {
            path,
            kind: status.kind,
            state: status.state,
            since: unix_seconds(status.since),
            counts: status.counts,
            queue_size: status.queue_size,
            capacity: status.capacity.filter(|&capacity| capacity < usize::MAX),
            in_hand: status.counts.map(|counts| in_hand(counts, status)),
            emitted: status.emitted,
            unsent: status.unsent,
            beats: status.beats,
            missed_beats: status.missed_beats,
            restarts: status.restarts,
            stalls: status.stalls,
            stalled: status.stalled,
            blocked: status.blocked,
            last_sign: status.last_sign.map(|sign| sign.as_secs_f64()),
            last_error: status.last_error.clone(),
            rates: None,
        }
    }

    /// The rates of this worker since `before`. `None` if no time has passed.
    pub(super) fn rates_since(&self, before: &Self, elapsed: Duration) -> Option<Rates> {
        let seconds = elapsed.as_secs_f64();
        // A worker of the same name may have replaced the other one, so a count may be lower than before.
        let rate = |now: u64, before: u64| now.saturating_sub(before) as f64 / seconds;
        let (now, then) = (
            self.counts.unwrap_or_default(),
            before.counts.unwrap_or_default(),
        );
        (seconds > 0.0).then(|| Rates {
            accepted: rate(now.accepted, then.accepted),
            handled: rate(now.done + now.failed, then.done + then.failed),
            failed: rate(now.failed, then.failed),
            emitted: rate(self.emitted, before.emitted),
            beats: rate(self.beats, before.beats),
        })
    }

    /// The rate that describes the worker best: of the messages that a consumer handles, of those that a source emits, or
    /// of beats. `None` without rates.
    #[must_use]
    pub fn throughput(&self) -> Option<f64> {
        let rates = self.rates?;
        Some(match self.kind {
            Kind::Consumer => rates.handled,
            _ if self.emitted > 0 => rates.emitted,
            _ => rates.beats,
        })
    }
}

/// The accepted messages that have no outcome and are not in the queue. The counts are read one after the other, so the
/// difference is a lower bound of zero while messages move.
fn in_hand(counts: Counts, status: &Status) -> u64 {
    let over = counts.done + counts.failed + counts.dropped + counts.undelivered;
    let queued = status.queue_size.unwrap_or_default() as u64;
    counts.accepted.saturating_sub(over).saturating_sub(queued)
}

pub(super) fn join(above: &str, name: &str) -> String {
    match above {
        "" => name.to_owned(),
        above => format!("{above}/{name}"),
    }
}
