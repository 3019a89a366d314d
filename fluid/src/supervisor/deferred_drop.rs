//! Values of the user that are dropped outside the supervisor's task.

use crate::sync::catch::catch_now;

/// Values of the user that are not needed any more: workers that were never started, messages that are undelivered, and
/// hooks that are not called. A drop runs user code, which a supervisor never does itself.
#[derive(Default)]
pub(crate) struct DeferredDrop(Vec<Box<dyn Send>>);

impl DeferredDrop {
    pub(crate) fn put(&mut self, what: impl Send + 'static) {
        self.0.push(Box::new(what));
    }

    /// Drops all values on a thread of their own, which may take any time.
    pub(super) fn drop_on_thread(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let mut deferred = Self(std::mem::take(&mut self.0));
        let thread = std::thread::Builder::new().name("fluid-deferred".to_owned());
        // If no thread can be spawned, the closure is dropped here, and the values with it.
        let _ = thread.spawn(move || deferred.drop_all());
    }

    /// Drops all values now, in the current thread.
    pub(crate) fn drop_all(&mut self) {
        for thing in self.0.drain(..) {
            if let Err(panicked) = catch_now(|| drop(thing)) {
                tracing::error!(%panicked, "a drop failed");
            }
        }
    }
}

impl Drop for DeferredDrop {
    fn drop(&mut self) {
        self.drop_all();
    }
}
