//! Detects that a group has nothing left to do.
//!
//! Two conditions must hold. First, nothing that fluid counts is in progress. A message is counted from its
//! acceptance until its call has ended and the output was sent. Calls at heartbeats, callbacks and restarts are
//! counted too.
//!
//! Second, no other task can run that might cause work: a task that was just woken, or a task of the test. So all
//! tasks are polled repeatedly until the state of the group no longer changes.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::task::yield_now;
use tokio::time::Instant;

use crate::node::Node;
use crate::state::{Kind, State};
use crate::test::kit::Kit;
use crate::test::rest::rests;
use crate::test::shuffle::MAX_TURNS;

/// The number of rounds without any change after which only time can cause a change.
const QUIET_TURNS: u8 = 8;
// A shuffled test delays tasks by some rounds, which must not look like idleness.
const _: () = assert!(QUIET_TURNS > 2 * MAX_TURNS);

/// The longest time that a group may be busy, on tokio's clock, which may be paused, and in real time.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
const REAL_PATIENCE: Duration = Duration::from_secs(30);

/// Time and idleness.
impl Kit {
    /// Waits until the group has nothing left to do or has ended.
    ///
    /// A group is idle if all of its members are running and wait. Every consumer has an empty queue and no message
    /// in hand. Every worker with a heartbeat waits for its next beat, and every callback for its next run. A
    /// worker that fails, is restarted or stops is not idle until that is over. If this takes time, the time
    /// passes.
    ///
    /// A worker without a heartbeat has a loop of its own, and so has a worker written by hand without a queue. It
    /// counts as idle whenever it waits, whatever it waits for. A message that was handed to something outside the
    /// group, such as a channel of the test, is not tracked. But tasks that can run are polled before this returns.
    ///
    /// # Panics
    ///
    /// On a multi-threaded runtime. If the group is not idle after a day, or after half a minute of real time; the
    /// message names a worker that is busy and shows the status of the group.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn idle(&self) {
        let rests = rests();
        let mut patience = Patience::new();
        loop {
            let mut rested = pin!(rests.notified());
            // Registered before the check, so that no change is missed in between.
            rested.as_mut().enable();
            self.settle().await;
            let Some(busy) = busy(&self.node) else {
                return;
            };
            // All tasks wait, and at least one of them for time to pass.
            tokio::select! {
                biased;
                () = rested => {}
                () = patience.next_look() => {}
            }
            assert!(
                !patience.is_over(),
                "{busy}, and will not be done\n{}",
                self.node.status()
            );
        }
    }

    /// Lets `time` pass and then polls all tasks that can run. What is due at the end of that time has happened
    /// when this returns. On paused time, everything within that time happens in order.
    ///
    /// It does not wait for work that takes longer; [`idle`](Self::idle) does.
    ///
    /// # Panics
    ///
    /// On a multi-threaded runtime.
    pub async fn advance(&self, time: Duration) {
        tokio::time::sleep(time).await;
        self.settle().await;
    }

    /// Polls every task until that no longer changes the state of the group.
    async fn settle(&self) {
        assert!(
            Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread,
            "a kit can tell what a group does on a runtime of one thread only, as `#[tokio::test]` makes it"
        );
        let mut seen = Trace::of(&self.node);
        let mut quiet = 0;
        while quiet < QUIET_TURNS {
            // The task that is spawned last is polled last.
            let _ = tokio::spawn(async {}).await;
            // This also runs the drivers of time and I/O.
            yield_now().await;
            if runs_on_thread(&self.node) {
                self.thread_rests().await;
            }
            let now = Trace::of(&self.node);
            quiet = if now == seen { quiet + 1 } else { 0 };
            seen = now;
        }
    }

    /// Waits until a thread of a `blocking` worker comes to rest. The clock stands meanwhile. If the thread seems to block for
    /// ever, the clock moves, which ends the wait.
    async fn thread_rests(&self) {
        let rests = rests();
        let mut rested = pin!(rests.notified());
        rested.as_mut().enable();
        if runs_on_thread(&self.node) {
            tokio::select! {
                () = rested => {}
                () = tokio::time::sleep(Duration::from_millis(1)) => {}
            }
        }
    }
}

/// Limits how long `idle` waits.
struct Patience {
    began: Instant,
    really_began: std::time::Instant,
    next_look: Duration,
}

impl Patience {
    fn new() -> Self {
        Self {
            began: Instant::now(),
            really_began: std::time::Instant::now(),
            next_look: Duration::from_secs(1),
        }
    }

    /// Wakes `idle` from time to time, in case nothing comes to rest.
    async fn next_look(&mut self) {
        tokio::time::sleep(self.next_look).await;
        self.next_look = (2 * self.next_look).min(PATIENCE);
    }

    fn is_over(&self) -> bool {
        let really_over = self.really_began.elapsed() > REAL_PATIENCE;
        really_over || self.began.elapsed() > PATIENCE
    }
}

/// Whether a thread of this member or one below it has something to do.
fn runs_on_thread(node: &Node) -> bool {
    let runs = node.test.runs_on_thread() && node.exit().is_none();
    runs || node.members().iter().any(|member| runs_on_thread(member))
}

/// All values of a group that change when something happens in it.
#[derive(PartialEq, Eq)]
struct Trace(Vec<u64>);

impl Trace {
    fn of(node: &Node) -> Self {
        let mut trace = Self(Vec::new());
        trace.follow(node);
        trace
    }

    fn follow(&mut self, node: &Node) {
        let (emitted, unsent) = node.sent();
        self.0.extend([
            node.state() as u64,
            node.beats.load(Ordering::Relaxed),
            node.restarts(),
            node.stalls(),
            emitted,
            unsent,
            node.test.calls(),
            node.test.in_progress(),
            u64::from(node.failing().is_some()),
        ]);
        if let Some(queue) = &node.queue_control {
            let counts = queue.counts();
            self.0.extend([
                counts.accepted,
                counts.done,
                counts.failed,
                counts.dropped,
                counts.undelivered,
                counts.refused,
            ]);
        }
        node.members().iter().for_each(|member| self.follow(member));
    }
}

/// A member that is not idle, and the reason.
struct Busy {
    worker: Arc<str>,
    why: &'static str,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.worker, self.why)
    }
}

/// The first member, from this one downward, that is not idle.
fn busy(node: &Node) -> Option<Busy> {
    if node.exit().is_some() {
        return None;
    }
    let unhandled = |node: &Node| {
        node.queue_control
            .as_ref()
            .is_some_and(|queue| !queue.counts().conserved())
    };
    let why = match node.state() {
        State::Init => Some("has not started"),
        State::Restarting => Some("is being restarted"),
        _ if node.failing().is_some() => Some("has failed"),
        _ if node.test.in_progress() > 0 => Some("is in a call"),
        _ if node.test.runs_on_thread() => Some("runs on its thread"),
        _ if unhandled(node) => Some("has messages that it has not handled"),
        State::Stopping => Some("is stopping"),
        _ => None,
    };
    let own = why.map(|why| Busy {
        worker: Arc::clone(node.name()),
        why,
    });
    // A busy member of a group is more informative than the group.
    let below = || node.members().into_iter().find_map(|member| busy(&member));
    match node.kind {
        Kind::Group => below().or(own),
        _ => own,
    }
}
