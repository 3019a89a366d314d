//! What is to be dropped.

use crate::dropping::drop_caught;

/// Things of the user's that no one needs any more: workers that were never started, messages that no
/// one will handle, hooks that are not called. To drop them is to run user code, which a supervisor
/// never does itself.
#[derive(Default)]
pub(crate) struct DeferredDrop(Vec<Box<dyn Send>>);

impl DeferredDrop {
    pub(crate) fn put(&mut self, what: impl Send + 'static) {
        self.0.push(Box::new(what));
    }

    /// Drops everything on a thread of its own, which may take as long as it likes.
    pub(super) fn drop_on_thread(&mut self) {
        if self.0.is_empty() {
            return;
        }
        let mut deferred = Self(std::mem::take(&mut self.0));
        let thread = std::thread::Builder::new().name("fluid-deferred".to_owned());
        // Without threads there is no other place than here.
        let _ = thread.spawn(move || deferred.drop_all());
    }

    /// Drops everything here and now.
    pub(crate) fn drop_all(&mut self) {
        self.0.drain(..).for_each(drop_caught);
    }
}

impl Drop for DeferredDrop {
    fn drop(&mut self) {
        self.drop_all();
    }
}
