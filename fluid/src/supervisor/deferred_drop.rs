//! Values of the user that are dropped outside the supervisor's task.

use tracing::Span;

use crate::catch::DropCaught;
use crate::node::Node;
use crate::sync::span::worker_span;

/// Values of the user that are not needed any more: workers that were never started, messages that are undelivered, and
/// hooks that are not called. A drop runs user code, which may block or panic, so a supervisor never does it itself. It
/// runs in the span of its member.
#[derive(Default)]
pub(crate) struct DeferredDrop(Vec<(Span, Box<dyn Send>)>);

impl DeferredDrop {
    pub(crate) fn put(&mut self, member: &Node, value: impl Send + 'static) {
        let span = worker_span(&member.path(), None);
        self.0.push((span, Box::new(DropCaught::new(value))));
    }

    /// Drops all values on a thread of their own, which may take any time.
    pub(super) fn drop_on_thread(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let deferred = Self(std::mem::take(&mut self.0));
        let thread = std::thread::Builder::new().name("fluid-deferred".to_owned());
        // If no thread can be spawned, the closure is dropped here, and the values with it.
        let _ = thread.spawn(move || drop(deferred));
    }
}

impl Drop for DeferredDrop {
    fn drop(&mut self) {
        for (span, value) in self.0.drain(..) {
            span.in_scope(|| drop(value));
        }
    }
}
