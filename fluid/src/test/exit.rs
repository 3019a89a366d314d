//! Assertions on exits, which show the whole exit when they fail.

use crate::exit::Exit;

/// Assertions for tests, with the feature `test-util`. When they fail, they show the whole exit.
impl Exit {
    /// Asserts that every message that a consumer at or below this one accepted is accounted for.
    ///
    /// # Panics
    ///
    /// If one is not.
    #[track_caller]
    pub fn assert_conserved(&self) {
        if let Some(consumer) = self.unbalanced() {
            let name = consumer.name();
            panic!("`{name}` does not account for all that it accepted\n{self}");
        }
    }

    /// Asserts that the consumer `worker`, named as in [`worker`](Self::worker), has handled exactly `done`
    /// messages.
    ///
    /// # Panics
    ///
    /// If it has not, or there is none.
    #[track_caller]
    pub fn assert_done(&self, worker: &str, done: u64) {
        let counts = self.worker(worker).and_then(Self::counts);
        let Some(counts) = counts else {
            panic!("there is no consumer `{worker}`\n{self}");
        };
        assert!(
            counts.done == done,
            "`{worker}` was to be done with {done} messages, and is with {}\n{self}",
            counts.done
        );
    }

    fn unbalanced(&self) -> Option<&Self> {
        if self.counts().is_some_and(|counts| !counts.conserved()) {
            return Some(self);
        }
        self.workers().iter().find_map(Self::unbalanced)
    }
}
