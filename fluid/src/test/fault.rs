//! Failures and delays that a test puts into calls.

use std::time::Duration;

use crate::error::Error;
use crate::sync::lock::lock;
use crate::test::kit::Kit;

/// What happens to one call.
#[derive(Clone)]
pub(super) struct Fault {
    /// Which call, counted from 1.
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
    pub(super) async fn strike(self, worker: &str) -> Result<(), Error> {
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

/// Faults: what happens to a call of a worker that is made of a function, or of its stub. Calls are counted from 1,
/// over all lives of the worker. One that fails does not reach the function.
///
/// A worker written by hand makes its own calls, and nothing can be put into them.
impl Kit {
    /// Lets a call return an error.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    pub fn fail(&self, worker: &str, call: u64, error: impl Into<Error>) {
        self.inject(worker, call, What::Error(error.into()));
    }

    /// Lets a call panic.
    ///
    /// # Panics
    ///
    /// If there is no such worker.
    pub fn panic(&self, worker: &str, call: u64) {
        self.inject(worker, call, What::Panic);
    }

    /// Lets a call take this much longer. The delay counts for the worker's `timeout`. It comes before any other
    /// fault of the same call that was injected later.
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
