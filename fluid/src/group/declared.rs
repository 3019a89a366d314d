//! A group that `workers!` declares, before it starts.

use std::future::Future;
use std::ops::Deref;

use crate::group::workers::Workers;
use crate::report::exit::Exit;

/// The group and its handle, which has an accessor for each worker. The struct that `workers!` makes contains one.
#[derive(Debug)]
pub struct Declared<H> {
    pub(crate) workers: Workers,
    pub(crate) handle: H,
}

impl<H> Declared<H> {
    /// A group whose workers have been added.
    pub fn new(workers: Workers, handle: H) -> Self {
        Self { workers, handle }
    }

    /// See [`Workers::startup`].
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    pub async fn startup(self) -> Result<H, Exit> {
        self.workers.startup().await?;
        Ok(self.handle)
    }

    /// See [`Workers::scope`].
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    pub async fn scope<T, F>(self, block: impl FnOnce(H) -> F) -> Result<(T, Exit), Exit>
    where
        F: Future<Output = T>,
    {
        self.workers.scope(|_| block(self.handle)).await
    }

    /// See [`Workers::run`].
    #[cfg(feature = "process")]
    pub async fn run(self) -> Exit {
        self.workers.run().await
    }

    /// See [`Workers::main`].
    #[cfg(feature = "process")]
    pub fn main(self) -> Exit {
        self.workers.main()
    }
}

impl<H> Deref for Declared<H> {
    type Target = H;

    fn deref(&self) -> &H {
        &self.handle
    }
}
