//! Assertions on exits, which show the whole exit when they fail.

use crate::report::exit::Exit;

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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::node::Kind;
    use crate::report::exit::{Cause, Exit, Report};
    use crate::report::ledger::Counts;
    use crate::state::State;

    fn exit(name: &str, counts: Option<Counts>, workers: Vec<Exit>) -> Exit {
        Exit::new(Report {
            name: name.into(),
            kind: Kind::Consumer,
            state: State::Stopped,
            cause: Cause::Stopped,
            stuck: false,
            ran_for: Duration::ZERO,
            counts,
            emitted: 0,
            unsent: 0,
            beats: 0,
            missed_beats: 0,
            restarts: 0,
            stalls: 0,
            last_error: None,
            workers,
        })
    }

    #[test]
    #[should_panic(expected = "`store` does not account for all that it accepted\nmarket: stopped")]
    fn an_unaccounted_message_is_reported_with_the_whole_exit() {
        let counts = |accepted, done| Counts {
            accepted,
            done,
            ..Counts::default()
        };
        let parse = exit("parse", Some(counts(3, 3)), Vec::new());
        parse.assert_conserved();
        let store = exit("store", Some(counts(3, 2)), Vec::new());
        exit("market", None, vec![parse, store]).assert_conserved();
    }
}
