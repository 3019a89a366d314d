//! Values that are dropped outside the task of the supervisor.

use tracing::Span;

use crate::catch::DropCaught;
use crate::node::Node;
use crate::sync::span::worker_span;

/// Values of the user that are not used any more: workers that were never started, messages that will not be handled,
/// hooks that are not called. Their `drop` is user code, which may block or panic. It runs in the span of its member.
#[derive(Default)]
pub(crate) struct DeferredDrop(Vec<(Span, Box<dyn Send>)>);

impl DeferredDrop {
    pub(crate) fn put(&mut self, member: &Node, value: impl Send + 'static) {
        let span = worker_span(&member.path(), None);
        self.0.push((span, Box::new(DropCaught::new(value))));
    }

    /// Drops all values on a new thread, however long that takes.
    pub(super) fn drop_on_thread(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let deferred = Self(std::mem::take(&mut self.0));
        let thread = std::thread::Builder::new().name("fluid-deferred".to_owned());
        // If no thread can be created, the values are dropped in this one.
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
