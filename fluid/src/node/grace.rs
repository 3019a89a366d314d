//! The time that is left before a member is forced to stop.

use std::time::Duration;

use tokio::time::Instant;

use super::Node;

impl Node {
    /// Sets the grace period of a group, before its members start.
    pub(crate) fn set_grace(&self, grace: Duration) {
        let _ = self.rare().grace.set(grace);
    }

    /// Returns the end of the grace period of a group, which begins with the first call. `None` if only the group
    /// above limits its stop.
    pub(crate) fn begin_grace(&self) -> Option<Instant> {
        let rare = self.rare.get()?;
        let grace = *rare.grace.get()?;
        Some(*rare.stop_by.get_or_init(|| Instant::now() + grace))
    }

    /// Sets when the member is forced to stop. Only the first call counts.
    pub(crate) fn set_stop_by(&self, at: Instant) {
        let _ = self.rare().stop_by.set(at);
    }

    /// Returns when the member is forced to stop: by its own grace period, or by that of a group above, whichever is
    /// over first. `None` if neither has begun.
    pub(crate) fn stop_by(&self) -> Option<Instant> {
        let own = self.rare.get().and_then(|rare| rare.stop_by.get().copied());
        let above = self.group().and_then(|group| group.stop_by());
        own.into_iter().chain(above).min()
    }
}
