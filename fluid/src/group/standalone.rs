//! Running one worker without declaring a group.

use std::future::Future;

use crate::group::worker_handle::ConsumerHandle;
use crate::group::workers::{Workers, default_name};
use crate::lifecycle::launch::Build;
use crate::report::exit::Exit;
use crate::worker::Worker;

/// Runs one worker standalone, in a group that contains only it. Every [`Worker`] has these methods.
///
/// The end of the worker ends the group: [`OnExit::Forget`](crate::OnExit::Forget) acts as
/// [`OnExit::Stop`](crate::OnExit::Stop). [`OnError::Forget`](crate::OnError::Forget) acts as
/// [`OnError::Stop`](crate::OnError::Stop), or with [`max_restarts`](crate::Options::max_restarts) as
/// [`OnError::Restart`](crate::OnError::Restart).
///
/// A consumer with several lanes is added to that group as by [`Workers::add`]: with `&mut` state it does not compile.
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
    /// Starts this worker standalone. See [`Workers::startup`].
    ///
    /// The method takes the worker by value, so it cannot be started twice.
    ///
    /// # Errors
    ///
    /// The exit of the worker, if its `on_startup` failed.
    fn startup(self) -> impl Future<Output = Result<ConsumerHandle<Self::Message>, Exit>> + Send {
        let () = Build::<Self>::CHECK_BY_VALUE;
        async {
            let (workers, handle) = alone(self);
            workers.startup().await?;
            Ok(handle)
        }
    }

    /// Starts this worker standalone, runs `block`, and then shuts the worker down, independent of the outcome of
    /// the block. See [`Workers::scope`].
    ///
    /// # Errors
    ///
    /// The exit of the worker, if its `on_startup` failed.
    fn scope<T, F>(
        self,
        block: impl FnOnce(ConsumerHandle<Self::Message>) -> F + Send,
    ) -> impl Future<Output = Result<(T, Exit), Exit>> + Send
    where
        T: Send,
        F: Future<Output = T> + Send,
    {
        let () = Build::<Self>::CHECK_BY_VALUE;
        async {
            let (workers, handle) = alone(self);
            workers.scope(|_| block(handle)).await
        }
    }

    /// Runs this worker standalone until it ends or the process gets a signal to stop. See [`Workers::run`].
    #[cfg(feature = "process")]
    fn run_alone(self) -> impl Future<Output = Exit> + Send {
        let () = Build::<Self>::CHECK_BY_VALUE;
        async { alone(self).0.run().await }
    }

    /// Builds a runtime and runs this worker standalone on it. See [`Workers::main`].
    #[cfg(feature = "process")]
    fn main(self) -> Exit {
        let () = Build::<Self>::CHECK_BY_VALUE;
        alone(self).0.main()
    }
}

impl<W: Worker> WorkerExt for W {}

/// Creates a group with only this worker, and the worker's handle.
fn alone<W: Worker>(worker: W) -> (Workers, ConsumerHandle<W::Message>) {
    let mut workers = Workers::new(default_name::<W>());
    let options = const { &W::OPTIONS.standalone() };
    let slot = workers.seat(&default_name::<W>(), options, Build::by_value(worker));
    (workers, slot.handle())
}
