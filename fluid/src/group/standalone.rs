//! A worker that runs without a group of its own making.

use std::future::Future;

use crate::group::worker_handle::ConsumerHandle;
use crate::group::workers::{Workers, default_name};
use crate::report::exit::Exit;
use crate::worker::Worker;

/// Runs one worker alone, in a group of its own. Every [`Worker`] has these methods.
///
/// ```
/// use fluid::{WorkerExt, consumer};
///
/// #[consumer]
/// async fn print(line: String) { println!("{line}") }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::Exit> {
/// let print = Print {}.startup().await?;
/// print.send("hello".to_owned()).await.expect("it accepts messages");
/// let exit = print.shutdown().await;
/// assert_eq!(exit.counts().unwrap().done, 1);
/// # Ok(())
/// # }
/// ```
pub trait WorkerExt: Worker {
    /// Starts this worker alone. See [`Workers::startup`].
    ///
    /// Since the value is moved in, a worker cannot be started twice.
    ///
    /// # Errors
    ///
    /// The exit, if `on_startup` failed.
    fn startup(self) -> impl Future<Output = Result<ConsumerHandle<Self::Message>, Exit>> + Send {
        async {
            let (workers, handle) = alone(self);
            workers.startup().await?;
            Ok(handle)
        }
    }

    /// Starts this worker alone, runs `block`, and shuts the worker down, whatever the block did. See
    /// [`Workers::scope`].
    ///
    /// # Errors
    ///
    /// The exit, if `on_startup` failed.
    fn scope<T, F>(
        self,
        block: impl FnOnce(ConsumerHandle<Self::Message>) -> F + Send,
    ) -> impl Future<Output = Result<(T, Exit), Exit>> + Send
    where
        T: Send,
        F: Future<Output = T> + Send,
    {
        async {
            let (workers, handle) = alone(self);
            workers.scope(|_| block(handle)).await
        }
    }

    /// Runs this worker alone until it ends, or a signal asks the process to. See [`Workers::run`].
    #[cfg(feature = "process")]
    fn run_alone(self) -> impl Future<Output = Exit> + Send {
        async { alone(self).0.run().await }
    }

    /// Builds a runtime and runs this worker alone on it. See [`Workers::main`].
    #[cfg(feature = "process")]
    fn main(self) -> Exit {
        alone(self).0.main()
    }
}

impl<W: Worker> WorkerExt for W {}

/// A group of one, and the handle of that one.
fn alone<W: Worker>(worker: W) -> (Workers, ConsumerHandle<W::Message>) {
    let mut workers = Workers::new(default_name::<W>());
    let handle = workers.add(worker).handle();
    (workers, handle)
}
