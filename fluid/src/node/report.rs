//! The exit and the status of a member.

use std::sync::Arc;

use tokio::time::Instant;

use super::Node;
use crate::node::members::Members;
use crate::options::OnLost;
use crate::queue::Tally;
use crate::report::cause::Cause;
use crate::report::exit::{Exit, Report};
use crate::report::ledger::Counts;
use crate::report::status::Status;
use crate::state::State;
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::time::stall::StallStatus;

impl Node {
    /// Creates the exit from the current counters and the exits of the members.
    pub(crate) fn report(&self, cause: Cause, forced: bool, stuck: bool) -> Exit {
        let exits = |members: &mut Members| {
            let exits = members.nodes().filter_map(|node| node.exit().cloned());
            (exits.collect(), members.forgotten().copied().map(Box::new))
        };
        let (workers, forgotten): (Vec<Exit>, _) = self.with_members(exits).unwrap_or_default();
        let (emitted, unsent) = self.sent();
        let counts = self.counts();
        let lost = match counts.filter(|_| self.options.on_lost == OnLost::Fail) {
            // Nothing handles them any more.
            Some(counts) if cause.is_failure() => counts.lost + counts.undelivered - counts.saved,
            Some(counts) => counts.lost,
            None => 0,
        };
        let below = workers.iter().map(Exit::lost).sum::<u64>()
            + forgotten.as_ref().map_or(0, |forgotten| forgotten.lost);
        let forced_by = self.forced_by().filter(|_| forced);
        let forced = forced
            || workers.iter().any(Exit::is_forced)
            || forgotten.as_ref().is_some_and(|it| it.forced > 0);
        Exit::new(Report {
            name: Arc::clone(self.name()),
            kind: self.kind,
            state: if forced {
                State::ForceStopped
            } else {
                State::Stopped
            },
            cause,
            forced_by,
            stuck,
            ran_for: self
                .started_at
                .get()
                .map_or_else(Default::default, Instant::elapsed),
            counts,
            lost: lost + below,
            emitted,
            unsent,
            beats: self.beats.load(Ordering::Relaxed),
            missed_beats: self.missed_beats(),
            restarts: self.restarts(),
            stalls: self.stalls(),
            last_error: self.last_error(),
            workers,
            forgotten,
        })
    }

    /// The counts of its messages, if it is a consumer.
    fn counts(&self) -> Option<Counts> {
        let counts = self.queue_control.as_ref()?.counts();
        let retried = self.retries();
        Some(Counts { retried, ..counts })
    }

    /// The numbers of emitted and of unsent messages, over all ports.
    pub(crate) fn sent(&self) -> (u64, u64) {
        let sum = |counter: fn(&Tally) -> &AtomicU64| {
            let counters = self.sent.iter().map(|tally| counter(tally));
            counters
                .map(|counter| counter.load(Ordering::Relaxed))
                .sum()
        };
        (sum(|tally| &tally.emitted), sum(|tally| &tally.unsent))
    }

    pub(crate) fn status(&self) -> Status {
        let (emitted, unsent) = self.sent();
        let queue_control = self.queue_control.as_ref();
        let stall = self.stall_status();
        let members = |members: &mut Members| {
            let nodes: Vec<_> = members.nodes().cloned().collect();
            (nodes, members.forgotten().copied())
        };
        let (members, forgotten) = self.with_members(members).unwrap_or_default();
        Status {
            name: self.name().to_string(),
            kind: self.kind,
            state: self.state(),
            since: self.state.since(),
            beats: self.beats.load(Ordering::Relaxed),
            missed_beats: self.missed_beats(),
            emitted,
            unsent,
            restarts: self.restarts(),
            stalls: self.stalls(),
            last_sign: stall.as_ref().map(|stall| stall.silent),
            stalled: stall.as_ref().is_some_and(|stall| stall.stalled),
            blocked: stall.as_ref().is_some_and(|stall| stall.blocked),
            last_error: self.last_error().map(|error| format!("{error:#}")),
            counts: self.counts(),
            queue_size: queue_control.map(|queue_control| queue_control.queue_size()),
            capacity: queue_control.map(|queue_control| queue_control.capacity()),
            workers: members.iter().map(|worker| worker.status()).collect(),
            forgotten,
        }
    }

    /// Returns `None` if the worker has no stall, or has ended.
    fn stall_status(&self) -> Option<StallStatus> {
        if self.options.stall.is_none() || self.exit().is_some() {
            return None;
        }
        StallStatus::of(&self.run_control().stall_monitors())
    }
}
