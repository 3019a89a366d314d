//! One hot path.

use std::future::Future;
use std::pin::Pin;

use fluid::Exit;
use tokio::runtime::Builder;

/// One way that messages take through a group, from its start to its end.
#[derive(Clone, Copy)]
pub struct HotPath {
    pub name: &'static str,
    /// The unit of the count: messages or groups.
    pub unit: &'static str,
    /// The smaller number of units. One-time work is done by then: buffers have grown, and queues have been full.
    pub few: u64,
    /// The larger number of units.
    pub many: u64,
    /// How many of its consumers, named `sink…`, handle each message.
    sinks: u64,
    run: fn(u64) -> Running,
}

type Running = Pin<Box<dyn Future<Output = Exit>>>;

impl HotPath {
    /// A path on which `function` sends the messages.
    pub(crate) const fn new(name: &'static str, run: fn(u64) -> Running) -> Self {
        Self {
            name,
            unit: "message",
            few: 4_096,
            many: 12_288,
            sinks: 1,
            run,
        }
    }

    /// Sets how many consumers, with names that begin with `sink`, get each message.
    pub(crate) const fn sinks(mut self, sinks: u64) -> Self {
        self.sinks = sinks;
        self
    }

    /// Makes groups the unit of the count. No message is sent in them.
    pub(crate) const fn of_groups(mut self) -> Self {
        (self.unit, self.few, self.many, self.sinks) = ("group", 4, 12, 0);
        self
    }

    /// Sends this many messages, all on this thread, or starts and stops this many groups. The number of messages is a
    /// multiple of 64, since some paths send portions.
    ///
    /// # Panics
    ///
    /// If a message was not handled.
    // Callgrind finds it by name, so it must remain a function.
    #[inline(never)]
    pub fn run(&self, units: u64) {
        let runtime = Builder::new_current_thread().enable_time().build();
        let exit = runtime.expect("a runtime").block_on((self.run)(units));
        assert!(exit.is_success(), "{exit}");
        let sinks = exit.workers().iter();
        let done: u64 = sinks
            .filter(|worker| worker.name().starts_with("sink"))
            .filter_map(|worker| worker.counts())
            .map(|counts| counts.done)
            .sum();
        assert_eq!(
            done,
            units * self.sinks,
            "messages at the end of {}",
            self.name
        );
    }
}

/// A `HotPath` of an async function that sends messages.
macro_rules! hot_path {
    ($name:literal, $function:path) => {
        $crate::path::HotPath::new($name, |units| Box::pin($function(units)))
    };
}
pub(crate) use hot_path;

/// Runs a group until its work is done.
macro_rules! run {
    ($group:expr) => {
        $group
            .startup()
            .await
            .expect("a start")
            .wait_for_shutdown()
            .await
    };
}
pub(crate) use run;
