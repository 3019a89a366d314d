//! Failures and delays that a test puts into calls.

use std::time::Duration;

use crate::error::Error;
use crate::sync::lock::lock;
use crate::test::kit::Kit;

/// A fault of one call.
#[derive(Clone)]
pub(super) struct Fault {
    /// The number of the call; the first one is 1.
    pub(super) call: u64,
    what: What,
}

#[derive(Clone)]
enum What {
    Delay(Duration),
    Error(Error),
    Panic,
}

impl Fault {
    pub(super) async fn apply(self, worker: &str) -> Result<(), Error> {
        match self.what {
            What::Delay(delay) => {
                tokio::time::sleep(delay).await;
                Ok(())
            }
            What::Error(error) => Err(error),
            What::Panic => panic!("injected into call {} of `{worker}`", self.call),
        }
    }
}

/// Faults are injected into single calls of a worker that is made from a function, or into those of its stub. The
/// first call has the number 1, and restarts do not reset the count. A call that fails this way does not reach the
/// function.
///
/// Nothing can be injected into a worker written by hand, because it makes its own calls.
impl Kit {
    /// Lets call number `call` return an error.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    pub fn fail(&self, worker: &str, call: u64, error: impl Into<Error>) {
        self.inject(worker, call, What::Error(error.into()));
    }

    /// Lets call number `call` panic.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    pub fn panic(&self, worker: &str, call: u64) {
        self.inject(worker, call, What::Panic);
    }

    /// Delays call number `call`. The delay counts towards the worker's `timeout`. It comes before all faults of
    /// the same call that were injected later.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    pub fn delay(&self, worker: &str, call: u64, delay: Duration) {
        self.inject(worker, call, What::Delay(delay));
    }

    fn inject(&self, worker: &str, call: u64, what: What) {
        let node = self.find(worker);
        lock(&node.test.faults).push(Fault { call, what });
    }
}
