//! Blocking a thread on a future.

use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use tokio::task::coop::unconstrained;

use crate::sync::thread::{self, Thread};

thread_local! {
    /// Whether this thread belongs to a single blocking worker.
    static OWN_THREAD: Cell<bool> = const { Cell::new(false) };
}

/// Allows this thread to block. It must belong to a single worker.
pub(crate) fn own_thread() {
    OWN_THREAD.set(true);
}

/// Blocks this thread on a future that needs no driver. Within a runtime, tokio panics where a thread must not block,
/// but the thread of a blocking worker may.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> T {
    struct Unpark(Thread);

    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    if !OWN_THREAD.get()
        && let Ok(runtime) = tokio::runtime::Handle::try_current()
    {
        return runtime.block_on(future);
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut cx = Context::from_waker(&waker);
    #[cfg(feature = "test-util")]
    let future = crate::test::on_clock(future);
    let mut future = pin!(unconstrained(future));
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
