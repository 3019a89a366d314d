//! The ends of a worker's edges, before it is started, as a kit sees them that does not know its type.

use std::any::{Any, type_name};
use std::sync::Arc;

use crate::lifecycle::launch::PendingIo;
use crate::lifecycle::run_mode::RunMode;
use crate::sync::Mutex;
use crate::sync::lock::lock;
use crate::test::stub::{Script, Stubbed};
use crate::worker::Worker;

/// The ends of a worker's edges, until it is started.
pub(super) trait Rig: Send + Sync {
    /// Shows `look` the default port, an `Output`. Nothing, if the worker was started.
    fn look(&self, look: &mut dyn FnMut(&mut dyn Any)) -> Option<()>;

    /// What it consumes, and what it emits.
    fn types(&self) -> (&'static str, &'static str);

    /// Makes what stands in the worker's place of a [`Script`].
    fn stubbed(
        &self,
        script: Box<dyn Any>,
        before: Option<Box<dyn Any + Send>>,
    ) -> Result<Box<dyn Any + Send>, NoStub>;

    /// Itself, to be asked for the type of its worker.
    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

/// Why nothing can stand in a worker's place.
pub(super) enum NoStub {
    OtherTypes,
    Started,
}

impl<W: Worker> Rig for Mutex<Option<PendingIo<W>>> {
    fn look(&self, look: &mut dyn FnMut(&mut dyn Any)) -> Option<()> {
        lock(self).as_mut().map(|ends| look(&mut ends.io.output))
    }

    fn types(&self) -> (&'static str, &'static str) {
        (type_name::<W::Message>(), type_name::<W::Output>())
    }

    fn stubbed(
        &self,
        script: Box<dyn Any>,
        before: Option<Box<dyn Any + Send>>,
    ) -> Result<Box<dyn Any + Send>, NoStub> {
        let script = script
            .downcast::<Script<W::Message, W::Output>>()
            .map_err(|_| NoStub::OtherTypes)?;
        let run_mode = lock(self).as_mut().ok_or(NoStub::Started)?.run_mode.take();
        let run_mode = match before.map(<Box<dyn Any + Send>>::downcast::<Stubbed<W>>) {
            Some(Ok(stub)) => stub.way(),
            _ => run_mode.map(RunMode::of_stub),
        };
        Ok(Box::new(Stubbed::<W>::new(*script, run_mode)))
    }

    fn any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}
