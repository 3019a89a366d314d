//! A paused clock stands still while the thread of a `blocking` worker runs.
//!
//! tokio moves a paused clock when no task of its own thread can run. It does not see that the thread of a worker runs: the
//! clock would run ahead of it, and with the clock all timers of the group. But tokio waits for the jobs of its blocking
//! pool. So a job of that pool waits as long as the thread of the worker has something to do: from a wake-up of its future,
//! or the start of the thread, until the future is pending.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::runtime::Handle;

use crate::node::Node;
use crate::sync::Notify;
use crate::test::hooks::ThreadCount;
use crate::test::rest::rests;

/// A thread that runs for longer, in real time, is taken for one that blocks for ever. The clock then goes on.
const LONGEST: Duration = Duration::from_secs(5);

thread_local! {
    /// The clock of the worker to which this thread belongs.
    static CLOCK: RefCell<Option<Arc<Clock>>> = const { RefCell::new(None) };
}

/// The paused clock, as the thread of one worker holds it.
pub(crate) struct Clock {
    runtime: Handle,
    threads: ThreadCount,
    /// Notified when the thread comes to rest.
    rests: Arc<Notify>,
    state: Mutex<ClockState>,
}

struct ClockState {
    /// Ends the job of the pool when it is dropped.
    held: Option<Sender<()>>,
    /// How many futures are polled within each other on the thread. Only the innermost one can make it run.
    depth: usize,
}

impl Clock {
    /// Holds the clock for a thread that is about to start, if the worker is under test.
    pub(crate) fn of_thread(node: &Node, runtime: &Handle) -> Option<Arc<Self>> {
        if !node.test.is_armed() {
            return None;
        }
        let above = current().map(|clock| Arc::clone(&clock.rests));
        let state = ClockState {
            held: None,
            depth: 0,
        };
        let clock = Arc::new(Self {
            runtime: runtime.clone(),
            threads: node.test.threads(),
            rests: above.unwrap_or_else(rests),
            state: Mutex::new(state),
        });
        clock.hold(&mut lock(&clock.state));
        Some(clock)
    }

    fn hold(&self, state: &mut ClockState) {
        if state.held.is_none() {
            let (held, released) = channel::<()>();
            self.threads.begin();
            self.runtime.spawn_blocking(move || {
                let _ = released.recv_timeout(LONGEST);
            });
            state.held = Some(held);
        }
    }

    fn release(&self) {
        if let Some(held) = lock(&self.state).held.take() {
            self.threads.end();
            // Before the clock may move again.
            self.rests.notify_waiters();
            drop(held);
        }
    }
}

impl Drop for Clock {
    fn drop(&mut self) {
        self.release();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn current() -> Option<Arc<Clock>> {
    CLOCK.with_borrow(|clock| clock.as_ref().map(Arc::clone))
}

pin_project! {
    /// A future on which the thread of a worker blocks. The clock stands while it can run.
    pub(crate) struct OnClock<F> {
        waking: Option<Arc<Waking>>,
        #[pin]
        future: F,
    }

    impl<F> PinnedDrop for OnClock<F> {
        fn drop(this: Pin<&mut Self>) {
            if let Some(waking) = this.project().waking {
                let mut state = lock(&waking.clock.state);
                state.depth = state.depth.saturating_sub(1);
            }
        }
    }
}

/// What wakes an [`OnClock`].
struct Waking {
    clock: Arc<Clock>,
    depth: usize,
    state: Mutex<WakingState>,
}

struct WakingState {
    /// Whether it was woken since the last poll began.
    woken: bool,
    waker: Waker,
}

/// Runs the future of a worker on its own thread.
pub(crate) fn on_own_thread<F: Future>(clock: Option<Arc<Clock>>, future: F) -> OnClock<F> {
    CLOCK.set(clock);
    on_clock(future)
}

/// A future on which this thread blocks.
pub(crate) fn on_clock<F: Future>(future: F) -> OnClock<F> {
    let waking = current().map(|clock| {
        let depth = {
            let mut state = lock(&clock.state);
            state.depth += 1;
            state.depth
        };
        let state = WakingState {
            woken: false,
            waker: Waker::noop().clone(),
        };
        Arc::new(Waking {
            clock,
            depth,
            state: Mutex::new(state),
        })
    });
    OnClock { waking, future }
}

impl<F: Future> Future for OnClock<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(waking) = this.waking else {
            return this.future.poll(cx);
        };
        {
            let mut state = lock(&waking.state);
            state.woken = false;
            state.waker.clone_from(cx.waker());
            waking.clock.hold(&mut lock(&waking.clock.state));
        }
        let waker = Waker::from(Arc::clone(waking));
        let polled = this.future.poll(&mut Context::from_waker(&waker));
        let state = lock(&waking.state);
        let rests = match polled {
            // The thread ends, or goes on with what has blocked it.
            Poll::Ready(_) => waking.depth == 1,
            Poll::Pending => !state.woken,
        };
        if polled.is_ready() && rests {
            // A late wake-up makes nothing run.
            lock(&waking.clock.state).depth = 0;
        }
        if rests {
            waking.clock.release();
        }
        polled
    }
}

impl Wake for Waking {
    fn wake(self: Arc<Self>) {
        let waker = {
            let mut state = lock(&self.state);
            state.woken = true;
            let mut clock = lock(&self.clock.state);
            // While the thread waits within the future, that does not make it run.
            if clock.depth == self.depth {
                self.clock.hold(&mut clock);
            }
            state.waker.clone()
        };
        waker.wake();
    }
}
