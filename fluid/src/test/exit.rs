//! Assertions on exits.

use crate::report::exit::Exit;

/// Assertions for tests, with the feature `test-util`. A failed assertion shows the whole exit.
impl Exit {
    /// Asserts that this consumer and all consumers below it account for every message that they accepted. So do the
    /// workers that groups have forgotten.
    ///
    /// # Panics
    ///
    /// If a consumer does not account for a message.
    #[track_caller]
    pub fn assert_conserved(&self) {
        if let Some(consumer) = self.unbalanced() {
            let name = consumer.name();
            panic!("`{name}` does not account for all that it accepted\n{self}");
        }
    }

    /// Asserts that the consumer `worker` has handled exactly `done` messages. Workers are named as in
    /// [`worker`](Self::worker).
    ///
    /// # Panics
    ///
    /// If the number differs, or there is no such consumer.
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
        let forgotten = self.forgotten().map(|forgotten| forgotten.counts);
        let mut counts = self.counts().into_iter().chain(forgotten);
        if counts.any(|counts| !counts.conserved()) {
            return Some(self);
        }
        self.workers().iter().find_map(Self::unbalanced)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::report::cause::Cause;
    use crate::report::exit::{Exit, Report};
    use crate::report::ledger::Counts;
    use crate::state::Kind;
    use crate::state::State;

    fn exit(name: &str, counts: Option<Counts>, workers: Vec<Exit>) -> Exit {
        Exit::new(Report {
            name: name.into(),
            kind: Kind::Consumer,
            state: State::Stopped,
            cause: Cause::Stopped,
            forced_by: None,
            stuck: false,
            ran_for: Duration::ZERO,
            counts,
            lost: 0,
            emitted: 0,
            unsent: 0,
            beats: 0,
            missed_beats: 0,
            restarts: 0,
            stalls: 0,
            last_error: None,
            workers,
            forgotten: None,
        })
    }

    #[test]
    #[should_panic(expected = "`store` does not account for all that it accepted\nmarket: stopped")]
    fn a_lost_message_is_reported_with_the_whole_exit() {
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
