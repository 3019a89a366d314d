//! Data that only few members need.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::Node;
use crate::error::Error;
use crate::report::cause::{Cause, Forced};
use crate::sync::atomic::{AtomicBool, AtomicU64, Ordering};
#[cfg(feature = "cron")]
use crate::sync::lock::lock;
use crate::sync::{Mutex, OnceLock};
use crate::time::rate::Limiter;

/// Data that only few members need: after a failure, a restart, a forced stop and the like. It is allocated on
/// first use, because most members never need it.
#[derive(Default)]
pub(super) struct Rare {
    /// The member's name in its group, if it differs from its own name.
    pub(super) alias: OnceLock<Arc<str>>,
    /// The limiter of its calls, created at the first call.
    pub(super) limiter: OnceLock<Limiter>,
    /// The grace period, if it is a group that has one.
    pub(super) grace: OnceLock<Duration>,
    /// Whether hooks run at the begin of its stop, if it is a group.
    announces_stop: AtomicBool,
    /// Whether it is behind the port `undelivered` of another member.
    is_saver: AtomicBool,
    /// When the grace period is over, if it has begun.
    pub(super) stop_by: OnceLock<Instant>,
    /// The deadline after a forced stop. A member that has not ended by then is stuck.
    pub(super) force_until: OnceLock<Instant>,
    /// Why it was forced to stop.
    forced_by: OnceLock<Forced>,
    /// The cause of the stop, if the caller gave one.
    pub(super) why: OnceLock<Cause>,
    pub(super) last_error: Mutex<Option<Error>>,
    /// The error of a failed incarnation, while the hooks of the member run.
    pub(super) failing: Mutex<Option<Error>>,
    /// Whether it is to be removed from its group.
    pub(super) removed: AtomicBool,
    pub(super) restarts: AtomicU64,
    retries: AtomicU64,
    missed_beats: AtomicU64,
    /// When its last call at a time of a cron pattern was due.
    #[cfg(feature = "cron")]
    last_time: Mutex<Option<jiff::Timestamp>>,
    stalls: AtomicU64,
}

impl Node {
    pub(crate) fn restarts(&self) -> u64 {
        self.counted(|rare| &rare.restarts)
    }

    pub(crate) fn missed_beats(&self) -> u64 {
        self.counted(|rare| &rare.missed_beats)
    }

    pub(crate) fn stalls(&self) -> u64 {
        self.counted(|rare| &rare.stalls)
    }

    /// The number of attempts beyond the first of each call.
    pub(crate) fn retries(&self) -> u64 {
        self.counted(|rare| &rare.retries)
    }

    pub(crate) fn count_retry(&self) {
        self.rare().retries.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn miss_beats(&self, missed: u64) {
        self.rare()
            .missed_beats
            .fetch_add(missed, Ordering::Relaxed);
    }

    /// Notes when a call was due that begins.
    #[cfg(feature = "cron")]
    pub(crate) fn note_time(&self, at: jiff::Timestamp) {
        *lock(&self.rare().last_time) = Some(at);
    }

    /// When its last call at a time of a cron pattern was due.
    #[cfg(feature = "cron")]
    pub(crate) fn last_time(&self) -> Option<jiff::Timestamp> {
        *lock(&self.rare.get()?.last_time)
    }

    pub(crate) fn stall(&self) {
        self.rare().stalls.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes that it is to be removed. Called under the lock of the members, which orders it with
    /// [`is_removed`](Self::is_removed).
    pub(crate) fn mark_removed(&self) {
        self.rare().removed.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_removed(&self) -> bool {
        let rare = self.rare.get();
        rare.is_some_and(|rare| rare.removed.load(Ordering::Relaxed))
    }

    /// Notes why it is forced to end. The first reason stands.
    pub(crate) fn note_force(&self, why: Forced) {
        let _ = self.rare().forced_by.set(why);
    }

    pub(crate) fn forced_by(&self) -> Option<Forced> {
        self.rare.get()?.forced_by.get().copied()
    }

    /// Lets the supervisor run hooks before it asks any member to stop. Set before the group starts.
    pub(crate) fn announce_stop(&self) {
        self.rare().announces_stop.store(true, Ordering::Relaxed);
    }

    pub(super) fn announces_stop(&self) -> bool {
        let rare = self.rare.get();
        rare.is_some_and(|rare| rare.announces_stop.load(Ordering::Relaxed))
    }

    /// Notes that it is behind the port `undelivered` of another member. Called before that one is launched.
    pub(crate) fn mark_saver(&self) {
        self.rare().is_saver.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_saver(&self) -> bool {
        let rare = self.rare.get();
        rare.is_some_and(|rare| rare.is_saver.load(Ordering::Relaxed))
    }

    fn counted(&self, counter: fn(&Rare) -> &AtomicU64) -> u64 {
        let rare = self.rare.get();
        rare.map_or(0, |rare| counter(rare).load(Ordering::Relaxed))
    }
}
