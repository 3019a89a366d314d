//! Helpers of several files.

use std::sync::{Mutex, PoisonError};

use fluid::consumer;

/// Notes of workers that a test can read.
#[derive(Default)]
pub(crate) struct Seen(Mutex<Vec<String>>);

impl Seen {
    pub(crate) fn note(&self, what: impl ToString) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what.to_string());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Notes each message.
#[consumer]
pub(crate) async fn note<T: ToString>(message: T, seen: &Seen) {
    seen.note(message);
}
