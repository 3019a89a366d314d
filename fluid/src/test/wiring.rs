//! Access to the wiring of a worker before its start, without knowing the worker's type.

use std::any::{Any, type_name};
use std::sync::Arc;

use crate::lifecycle::launch::PendingIo;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::test::stub::{Answers, PendingStub, Script};
use crate::worker::Worker;

/// The wiring of a worker that has not been started: its output, and its types.
pub(super) trait Wiring: Send + Sync {
    /// Calls `with` with the default port, an `Output`. Returns `None` if the worker was started.
    fn with_output(&self, with: &mut dyn FnMut(&mut dyn Any)) -> Option<()>;

    /// The names of the types that the worker consumes and emits.
    fn types(&self) -> (&'static str, &'static str);

    /// Makes the stub that replaces the worker from a [`Script`], whose messages are batches if the worker `takes_batches`.
    fn stubbed(
        &self,
        script: Box<dyn Any>,
        before: Option<Box<dyn Any + Send>>,
        takes_batches: bool,
    ) -> Result<Box<dyn Any + Send>, NoStub>;

    /// Itself, for a downcast to the type of the worker.
    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Why a stub cannot replace a worker.
pub(super) enum NoStub {
    OtherTypes,
    Started,
}

impl<W: Worker> Wiring for Mutex<Option<PendingIo<W>>> {
    fn with_output(&self, with: &mut dyn FnMut(&mut dyn Any)) -> Option<()> {
        lock(self).as_mut().map(|ends| with(&mut ends.io.output))
    }

    fn types(&self) -> (&'static str, &'static str) {
        (type_name::<W::Message>(), type_name::<W::Output>())
    }

    fn stubbed(
        &self,
        script: Box<dyn Any>,
        before: Option<Box<dyn Any + Send>>,
        takes_batches: bool,
    ) -> Result<Box<dyn Any + Send>, NoStub> {
        let answers = match script.downcast::<Script<W::Message, W::Output>>() {
            Ok(script) => Answers::Messages(*script),
            Err(script) => {
                let script = script.downcast::<Script<Vec<W::Message>, W::Output>>();
                let script = script.ok().filter(|_| takes_batches);
                Answers::Batches(script.ok_or(NoStub::OtherTypes)?.answer)
            }
        };
        let run_mode = lock(self).as_mut().ok_or(NoStub::Started)?.run_mode.take();
        let run_mode = match before.map(<Box<dyn Any + Send>>::downcast::<PendingStub<W>>) {
            Some(Ok(stub)) => stub.run_mode(),
            _ => run_mode,
        };
        Ok(Box::new(PendingStub::<W>::new(answers, run_mode)))
    }

    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
