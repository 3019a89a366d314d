//! When a group has nothing left to do.
//!
//! Two things are looked at. What fluid itself has under way is counted, exactly: a message from when it is
//! accepted until its call and the sending of what that emitted are over; a call at a heartbeat and a callback
//! likewise; a restart from the failure until the next life has begun. What is on its way and not counted can only
//! be in a task that is able to run: one that was just woken, or a task of the test's own. So every task is given
//! its turn, again and again, until that changes nothing any more.

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
use crate::test::shuffle::MOST_TURNS;

/// How often all tasks have their turn without any change before there is nothing to wait for but time.
const QUIET_TURNS: u8 = 8;
// What is held up in a shuffled test is still able to run.
const _: () = assert!(QUIET_TURNS > 2 * MOST_TURNS);

/// How long something may be busy: on the clock of tokio, which may be paused, and in real time.
const PATIENCE: Duration = Duration::from_secs(24 * 60 * 60);
const REAL_PATIENCE: Duration = Duration::from_secs(30);

/// Time, and the lack of things to do.
impl Kit {
    /// Waits until the group has nothing left to do, or has ended.
    ///
    /// That is when all that it consists of is running, and waits: every consumer for a message, with none in its
    /// queue and none in its hand; every worker with a heartbeat for its next beat; every callback for its turn. A
    /// worker that fails, is restarted or stops is not idle until that is over. If this takes time, the time passes.
    ///
    /// A worker without a heartbeat, or one written by hand that has no queue, is its own loop: it counts as idle
    /// whenever it waits, whatever for. A message that the group handed to something else, such as a channel of
    /// the test's own, is not known here either; but a task that is able to run has its turns before this returns.
    ///
    /// # Panics
    ///
    /// On a runtime of several threads. If the group is not idle after a day, or after half a minute of real time:
    /// with the name of a worker that is busy, and the status of the group.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe.
    pub async fn idle(&self) {
        let rests = rests();
        let mut patience = Patience::new();
        loop {
            let mut rested = pin!(rests.notified());
            // Registered before the look, so that nothing is missed between the two.
            rested.as_mut().enable();
            self.settle().await;
            let Some(busy) = busy(&self.node) else {
                return;
            };
            // All that is left waits, and something of it for time to pass.
            tokio::select! {
                biased;
                () = rested => {}
                () = patience.next_look() => {}
            }
            assert!(
                !patience.is_over(&self.node),
                "{busy}, and will not be done\n{}",
                self.node.status()
            );
        }
    }

    /// Lets time pass, and then all run that can: what is due at the end has happened when this returns. On paused
    /// time everything on the way comes in its turn.
    ///
    /// It does not wait for what takes longer; [`idle`](Self::idle) does.
    ///
    /// # Panics
    ///
    /// On a runtime of several threads.
    pub async fn advance(&self, time: Duration) {
        tokio::time::sleep(time).await;
        self.settle().await;
    }

    /// Gives every task its turn, until that changes nothing any more.
    async fn settle(&self) {
        assert!(
            Handle::current().runtime_flavor() == RuntimeFlavor::CurrentThread,
            "a kit can tell what a group does on a runtime of one thread only, as `#[tokio::test]` makes it"
        );
        let mut seen = Trace::of(&self.node);
        let mut quiet = 0;
        while quiet < QUIET_TURNS {
            // A task that was made last has its turn last.
            let _ = tokio::spawn(async {}).await;
            // And the drivers of time and I/O have theirs.
            yield_now().await;
            let now = Trace::of(&self.node);
            quiet = if now == seen { quiet + 1 } else { 0 };
            seen = now;
        }
    }
}

/// How long something that is busy is waited for.
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

    /// Looks at the clock now and then, should nothing ever come to rest.
    async fn next_look(&mut self) {
        tokio::time::sleep(self.next_look).await;
        self.next_look = (2 * self.next_look).min(PATIENCE);
    }

    fn is_over(&self, group: &Node) -> bool {
        let really_over = self.really_began.elapsed() > REAL_PATIENCE;
        let over = self.began.elapsed() > PATIENCE;
        if over && !really_over && has_threads(group) {
            // A thread takes real time, whatever the clock says.
            std::thread::sleep(Duration::from_millis(1));
            return false;
        }
        over || really_over
    }
}

/// Whether a worker at or below this one has a thread of its own.
fn has_threads(node: &Node) -> bool {
    let has_thread = node.options.blocking && node.exit().is_none();
    has_thread || node.members().iter().any(|member| has_threads(member))
}

/// All that changes when something happens.
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
            node.test.under_way(),
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

/// A member that is not idle, and why.
struct Busy {
    worker: Arc<str>,
    why: &'static str,
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.worker, self.why)
    }
}

/// The first member at or below this one that is not idle.
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
        _ if node.test.under_way() > 0 => Some("is in a call"),
        _ if unhandled(node) => Some("has messages that it has not handled"),
        State::Stopping => Some("is stopping"),
        _ => None,
    };
    let own = why.map(|why| Busy {
        worker: Arc::clone(node.name()),
        why,
    });
    // What is busy in a group says more than that the group is.
    let below = || node.members().into_iter().find_map(|member| busy(&member));
    match node.kind {
        Kind::Group => below().or(own),
        _ => own,
    }
}
