//! The stall monitor: finds calls that show no progress for the time of the option `stall`.
//!
//! Each lane of each incarnation has a [`StallMonitor`]. A lane is *idle* while it makes no call, and while a call waits
//! for something that fluid provides. Otherwise it must show progress. The supervisor of the group observes the
//! monitor when a stall is possible, so no message needs a timer.
//!
//! A call that never waits does not read the clock either. Its progress clears the time in the monitor, and the next
//! observation sets it. So the monitor may find such a stall late, but never early.
//!
//! Invariants:
//!
//! 1. An abort is requested under the lock under which the stall was observed, so a call that shows progress is not
//!    aborted.
//! 2. A requested abort stays until a call is aborted, a caller takes it, or the next call begins.
//! 3. Of nested calls, the innermost is aborted.

use std::ops::Deref;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::monitored::Monitored;
use crate::sync::SpinMutex;

mod monitored;

/// A stalled lane blocks its thread if its poll takes this long, or as long as the limit if that is shorter.
const BLOCKS: Duration = Duration::from_millis(100);

/// The stall monitor of one lane in one incarnation.
#[derive(Debug)]
pub struct StallMonitor {
    limit: Duration,
    state: SpinMutex<LaneState>,
}

#[derive(Debug)]
struct LaneState {
    /// The time of the last progress. `None` if it was after the last observation.
    last: Option<Instant>,
    /// The number of reasons to expect no progress.
    idle: u32,
    poll: CurrentPoll,
    /// The call that is running is to be aborted where it awaits.
    abort: bool,
    /// The stall that was reported last.
    reported: Option<Reported>,
    /// The waker of the task that makes the calls.
    waker: Option<Waker>,
}

/// The poll of a call that is running.
#[derive(Clone, Copy, Debug)]
enum CurrentPoll {
    None,
    /// It began after the last observation.
    New,
    /// An observation at this time has seen it.
    Since(Instant),
}

#[derive(Clone, Copy, Debug)]
struct Reported {
    last: Instant,
    blocked: bool,
}

/// A monitor at one instant.
pub(crate) struct Observation {
    now: Instant,
    last: Instant,
    idle: bool,
    pub(crate) stalled: bool,
    /// The lane is stalled in a poll that blocks its thread.
    pub(crate) blocked: bool,
    /// When to observe again, if there is no further progress.
    pub(crate) observe_again: Instant,
}

impl Observation {
    /// The time since the last progress.
    pub(crate) fn silent(&self) -> Duration {
        self.now - self.last
    }
}

/// What is new about a stall.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StallEvent {
    /// A stall began.
    Stalled,
    /// The call blocks its thread.
    Blocked,
}

/// All lanes of one incarnation at one instant.
pub(crate) struct StallStatus {
    /// The time since the last progress, of the busy lane that is silent for longest. If all lanes are idle, of the
    /// lane that was busy last.
    pub(crate) silent: Duration,
    pub(crate) stalled: bool,
    pub(crate) blocked: bool,
}

impl StallStatus {
    /// Returns `None` if there are no lanes.
    pub(crate) fn of(lanes: &[Arc<StallMonitor>]) -> Option<Self> {
        let lanes: Vec<_> = lanes.iter().map(|lane| lane.observe()).collect();
        let busy = lanes.iter().filter(|lane| !lane.idle);
        let longest = busy.map(Observation::silent).max();
        Some(Self {
            silent: longest.or_else(|| lanes.iter().map(Observation::silent).min())?,
            stalled: lanes.iter().any(|lane| lane.stalled),
            blocked: lanes.iter().any(|lane| lane.blocked),
        })
    }
}

impl StallMonitor {
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            limit,
            state: SpinMutex::new(LaneState {
                last: Some(Instant::now()),
                // No call is running.
                idle: 1,
                poll: CurrentPoll::None,
                abort: false,
                reported: None,
                waker: None,
            }),
        }
    }

    pub(crate) const fn limit(&self) -> Duration {
        self.limit
    }

    /// Records progress. It does not revoke an abort.
    pub(crate) fn progress(&self) {
        let now = Instant::now();
        self.state.lock().last = Some(now);
    }

    /// Records progress, if the lane is not idle. Returns whether the running call is to be aborted.
    pub(crate) fn progress_in_call(&self) -> bool {
        let now = Instant::now();
        let mut state = self.state.lock();
        if state.idle > 0 {
            return false;
        }
        state.last = Some(now);
        state.abort
    }

    /// Makes the lane idle until the returned guard is dropped. Its drop is progress.
    pub(crate) fn idle_guard(&self) -> IdleGuard<&Self> {
        self.begin_idle();
        IdleGuard(self)
    }

    /// Like [`idle_guard`](Self::idle_guard), but the guard owns the monitor.
    pub(crate) fn owned_idle_guard(this: &Arc<Self>) -> IdleGuard<Arc<Self>> {
        this.begin_idle();
        IdleGuard(Arc::clone(this))
    }

    fn begin_idle(&self) {
        let now = Instant::now();
        let mut state = self.state.lock();
        state.last.get_or_insert(now);
        state.idle += 1;
    }

    // Inlined, it would enlarge the drop of every future that may hold a guard.
    #[inline(never)]
    fn end_idle(&self) {
        let now = Instant::now();
        let mut state = self.state.lock();
        state.last = Some(now);
        state.idle -= 1;
    }

    /// Takes back a requested abort. Returns whether there was one.
    pub(crate) fn take_abort(&self) -> bool {
        std::mem::take(&mut self.state.lock().abort)
    }

    pub(crate) fn observe(&self) -> Observation {
        let now = Instant::now();
        self.state.lock().observe(now, self.limit)
    }

    /// Observes the lane. If a stall began since the last check and `abort` is set, the call is aborted where it awaits.
    pub(crate) fn check(&self, abort: bool) -> (Observation, Option<StallEvent>) {
        let now = Instant::now();
        let mut state = self.state.lock();
        let observation = state.observe(now, self.limit);
        let event = state.report(&observation);
        let mut waker = None;
        if abort && event == Some(StallEvent::Stalled) {
            state.abort = true;
            waker = state.waker.take();
        }
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        (observation, event)
    }

    /// Handles a poll that returned pending. Returns whether the call is aborted now.
    fn aborts(&self, abort_seen: bool, waker: &Waker) -> bool {
        let mut state = self.state.lock();
        if !state
            .waker
            .as_ref()
            .is_some_and(|known| known.will_wake(waker))
        {
            state.waker = Some(waker.clone());
        }
        if !state.abort || state.idle > 0 {
            return false;
        }
        if abort_seen {
            // The poll was begun with the abort requested. An inner call would have been aborted in it.
            state.abort = false;
            return true;
        }
        drop(state);
        waker.wake_by_ref();
        false
    }
}

impl LaneState {
    fn observe(&mut self, now: Instant, limit: Duration) -> Observation {
        let last = *self.last.get_or_insert(now);
        let now = now.max(last);
        if matches!(self.poll, CurrentPoll::New) {
            self.poll = CurrentPoll::Since(now);
        }
        let idle = self.idle > 0;
        let stalled = !idle && now - last >= limit;
        let blocks_at = match self.poll {
            CurrentPoll::Since(seen) if stalled => Some(seen + BLOCKS.min(limit)),
            _ => None,
        };
        let again = if idle || stalled { now } else { last };
        Observation {
            now,
            last,
            idle,
            stalled,
            blocked: blocks_at.is_some_and(|at| at <= now),
            observe_again: blocks_at.filter(|at| *at > now).unwrap_or(again + limit),
        }
    }

    /// Returns what was not reported yet.
    fn report(&mut self, observation: &Observation) -> Option<StallEvent> {
        if !observation.stalled {
            return None;
        }
        let (last, blocked) = (observation.last, observation.blocked);
        let known = self.reported.filter(|known| known.last == last);
        let blocked_before = known.is_some_and(|known| known.blocked);
        self.reported = Some(Reported {
            last,
            blocked: blocked || blocked_before,
        });
        match known {
            None => Some(StallEvent::Stalled),
            Some(_) => (blocked && !blocked_before).then_some(StallEvent::Blocked),
        }
    }
}

/// Makes a lane idle until it is dropped.
pub(crate) struct IdleGuard<M: Deref<Target = StallMonitor>>(M);

impl<M: Deref<Target = StallMonitor>> Drop for IdleGuard<M> {
    fn drop(&mut self) {
        self.0.end_idle();
    }
}

#[cfg(test)]
mod tests;
