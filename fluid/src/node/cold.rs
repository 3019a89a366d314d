//! What happens to few members.

use std::sync::Arc;

use tokio::time::Instant;

use super::Node;
use crate::error::Error;
use crate::report::exit::{Cause, Forced};
use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Mutex, OnceLock};

/// What is known of a member to which something has happened that happens to few: a failure, a restart, force. It is
/// apart, since most members never need room for it.
#[derive(Default)]
pub(super) struct Cold {
    /// What the group in which it stands calls it, where that is not its own name.
    pub(super) alias: OnceLock<Arc<str>>,
    /// What limits its calls, from the first one on.
    #[cfg(feature = "rate")]
    pub(super) limiter: OnceLock<crate::time::rate::Limiter>,
    /// By when it must have obeyed force, or is stuck.
    pub(super) force_until: OnceLock<Instant>,
    /// Why it was forced to end.
    forced_by: OnceLock<Forced>,
    /// Why it was asked to stop, if whoever asked said so.
    pub(super) why: OnceLock<Cause>,
    pub(super) last_error: Mutex<Option<Error>>,
    /// What it has failed with, while its own hooks are called.
    pub(super) failing: Mutex<Option<Error>>,
    pub(super) restarts: AtomicU64,
    missed_beats: AtomicU64,
    stalls: AtomicU64,
}

impl Node {
    pub(crate) fn restarts(&self) -> u64 {
        self.counted(|cold| &cold.restarts)
    }

    pub(crate) fn missed_beats(&self) -> u64 {
        self.counted(|cold| &cold.missed_beats)
    }

    pub(crate) fn stalls(&self) -> u64 {
        self.counted(|cold| &cold.stalls)
    }

    pub(crate) fn miss_beats(&self, missed: u64) {
        self.cold()
            .missed_beats
            .fetch_add(missed, Ordering::Relaxed);
    }

    pub(crate) fn stall(&self) {
        self.cold().stalls.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes why it is forced to end. The first reason stands.
    pub(crate) fn note_force(&self, why: Forced) {
        let _ = self.cold().forced_by.set(why);
    }

    pub(crate) fn forced_by(&self) -> Option<Forced> {
        self.cold.get()?.forced_by.get().copied()
    }

    fn counted(&self, counter: fn(&Cold) -> &AtomicU64) -> u64 {
        let cold = self.cold.get();
        cold.map_or(0, |cold| counter(cold).load(Ordering::Relaxed))
    }
}
