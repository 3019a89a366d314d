//! What a kit requested for one worker, and the number of the worker's calls.

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
use crate::test::shuffle::{is_shuffled, perturb};
use crate::test::wiring::Wiring;
use crate::worker::Worker;

/// What a kit requested for one worker, and the number of the worker's calls.
pub(crate) struct TestHooks {
    /// Whether calls must consult this struct.
    armed: AtomicBool,
    /// The number of calls that have begun.
    calls: AtomicU64,
    /// The number of calls and other activities that have not ended.
    in_progress: AtomicU64,
    /// The threads of a `blocking` worker that have something to do.
    threads: OnceLock<ThreadCount>,
    pub(super) faults: Mutex<Vec<Fault>>,
    /// The wiring of the worker, until it is started.
    wiring: OnceLock<Weak<dyn Wiring>>,
    /// The stub that replaces the worker.
    pub(super) stub: Mutex<Option<Box<dyn Any + Send>>>,
}

impl TestHooks {
    pub(crate) fn new() -> Self {
        Self {
            armed: AtomicBool::new(is_shuffled()),
            calls: AtomicU64::new(0),
            in_progress: AtomicU64::new(0),
            threads: OnceLock::new(),
            faults: Mutex::default(),
            wiring: OnceLock::new(),
            stub: Mutex::default(),
        }
    }

    /// Sets the wiring of the worker. Only a weak reference is kept, so that the owner decides when it is dropped.
    pub(crate) fn set_wiring<W: Worker>(&self, ends: &Arc<Mutex<Option<PendingIo<W>>>>) {
        let wiring: Weak<Mutex<Option<PendingIo<W>>>> = Arc::downgrade(ends);
        let _ = self.wiring.set(wiring);
    }

    pub(super) fn wiring(&self) -> Option<Arc<dyn Wiring>> {
        self.wiring.get()?.upgrade()
    }

    pub(super) fn arm(&self) {
        self.armed.store(true, Ordering::Relaxed);
    }

    /// Arms a member if its group is armed.
    pub(crate) fn arm_like(&self, group: &Self) {
        if group.is_armed() {
            self.arm();
        }
    }

    pub(crate) fn is_armed(&self) -> bool {
        self.armed.load(Ordering::Relaxed)
    }

    pub(super) fn in_progress(&self) -> u64 {
        self.in_progress.load(Ordering::Relaxed)
    }

    pub(super) fn threads(&self) -> ThreadCount {
        self.threads.get_or_init(ThreadCount::default).clone()
    }

    /// Whether a thread of the worker has something to do.
    pub(super) fn runs_on_thread(&self) -> bool {
        let threads = self.threads.get();
        threads.is_some_and(|threads| threads.0.load(Ordering::Acquire) > 0)
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// The number of threads of one worker that have something to do.
#[derive(Clone, Default)]
pub(super) struct ThreadCount(Arc<AtomicU64>);

impl ThreadCount {
    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    pub(super) fn end(&self) {
        self.0.fetch_sub(1, Ordering::Release);
    }
}

/// Counts an activity of a worker until this is dropped.
pub(crate) struct InProgress<'a>(&'a TestHooks);

impl<'a> InProgress<'a> {
    pub(crate) fn of(hooks: &'a TestHooks) -> Self {
        hooks.in_progress.fetch_add(1, Ordering::Relaxed);
        Self(hooks)
    }
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        self.0.in_progress.fetch_sub(1, Ordering::Relaxed);
        rested();
    }
}

/// Called at the start of each call. Applies the faults that a kit injected.
pub(crate) async fn begin_call(node: &Node) -> Result<Option<InProgress<'_>>, Error> {
    if !node.test.is_armed() {
        return Ok(None);
    }
    // Boxed, so that it does not enlarge the future of every call.
    Box::pin(begin_armed_call(node)).await
}

async fn begin_armed_call(node: &Node) -> Result<Option<InProgress<'_>>, Error> {
    // A worker without a heartbeat makes a single call that lasts until it stops. That call is not counted.
    let endless = node.kind == Kind::Worker
        && node.options.heartbeat.is_zero()
        && node.options.cron.is_none();
    let in_progress = (!endless).then(|| InProgress::of(&node.test));
    perturb().await;
    let call = node.test.calls.fetch_add(1, Ordering::Relaxed) + 1;
    let due = {
        let faults = lock(&node.test.faults);
        let due = faults.iter().filter(|fault| fault.call == call);
        due.cloned().collect::<Vec<_>>()
    };
    for fault in due {
        fault.apply(node.name()).await?;
    }
    Ok(in_progress)
}
