//! What a kit has asked of one worker, and what it counts of its calls.

use std::any::Any;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, Weak};

use crate::error::Error;
use crate::lifecycle::launch::PendingIo;
use crate::node::Node;
use crate::state::Kind;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::test::fault::Fault;
use crate::test::rest::rested;
use crate::test::rig::Rig;
use crate::test::shuffle::{is_shuffled, perturb};
use crate::worker::Worker;

/// What a kit has asked of one worker, and what it counts of its calls.
pub(crate) struct Hooks {
    /// Whether anything here is to be looked at when a call is made.
    armed: AtomicBool,
    /// How many calls have begun.
    calls: AtomicU64,
    /// How many are under way.
    under_way: AtomicU64,
    pub(super) faults: Mutex<Vec<Fault>>,
    /// The ends of its edges, until it is started.
    rig: OnceLock<Weak<dyn Rig>>,
    /// What stands in its place.
    pub(super) stub: Mutex<Option<Box<dyn Any + Send>>>,
}

impl Hooks {
    pub(crate) fn new() -> Self {
        Self {
            armed: AtomicBool::new(is_shuffled()),
            calls: AtomicU64::new(0),
            under_way: AtomicU64::new(0),
            faults: Mutex::default(),
            rig: OnceLock::new(),
            stub: Mutex::default(),
        }
    }

    /// Gets to know the ends of the worker's edges.
    pub(crate) fn know<W: Worker>(&self, ends: &Arc<Mutex<Option<PendingIo<W>>>>) {
        // No more than that: whoever owns them says when they are dropped.
        let rig: Weak<Mutex<Option<PendingIo<W>>>> = Arc::downgrade(ends);
        let _ = self.rig.set(rig);
    }

    pub(super) fn rig(&self) -> Option<Arc<dyn Rig>> {
        self.rig.get()?.upgrade()
    }

    pub(super) fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }

    /// A member of a group is looked at if its group is.
    pub(crate) fn arm_like(&self, group: &Self) {
        if group.is_armed() {
            self.arm();
        }
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }

    pub(super) fn under_way(&self) -> u64 {
        self.under_way.load(Ordering::Relaxed)
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Something of a worker is under way, until this is dropped.
pub(crate) struct UnderWay<'a>(&'a Hooks);

impl<'a> UnderWay<'a> {
    pub(crate) fn of(hooks: &'a Hooks) -> Self {
        hooks.under_way.fetch_add(1, Ordering::Relaxed);
        Self(hooks)
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
        rested();
    }
}

/// A call begins: here it is made to wait or to fail, if a kit said so.
pub(crate) async fn enter(node: &Node) -> Result<Option<UnderWay<'_>>, Error> {
    if !node.test.is_armed() {
        return Ok(None);
    }
    // Boxed, so that the future of every call is no larger for it.
    Box::pin(entered(node)).await
}

async fn entered(node: &Node) -> Result<Option<UnderWay<'_>>, Error> {
    // The one call of a worker without a heartbeat is its whole life, and says nothing.
    let endless = node.kind == Kind::Worker && node.options.heartbeat.is_zero();
    let under_way = (!endless).then(|| UnderWay::of(&node.test));
    perturb().await;
    let call = node.test.calls.fetch_add(1, Ordering::Relaxed) + 1;
    let due = {
        let faults = lock(&node.test.faults);
        let due = faults.iter().filter(|fault| fault.call == call);
        due.cloned().collect::<Vec<_>>()
    };
    for fault in due {
        fault.strike(node.name()).await?;
    }
    Ok(under_way)
}
