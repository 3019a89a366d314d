//! Letting other tasks have their turn.

use std::future::poll_fn;
use std::task::Poll;

/// Lets the other tasks that can run do so first.
///
/// Unlike tokio's function of this name, it does not make the runtime look for input first, and is no place at which
/// anything else than those tasks comes in between.
pub(crate) async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// The same, and those too that have used up their turn, which tokio puts off until nothing else can run.
pub(crate) async fn give_way() {
    // Of those that are put off, tokio wakes the last one first: that is the task here.
    tokio::task::yield_now().await;
    yield_now().await;
}
