//! Starting a group, and ending one that did not start.

use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::Workers;
use crate::catch::{catch, install_hook};
use crate::group::handle::GroupHandle;
use crate::lifecycle::launch::LaunchContext;
use crate::node::Node;
use crate::report::cause::Cause;
use crate::report::exit::Exit;
use crate::supervisor::{Setup, Supervisor, Wiring};

impl Workers {
    /// Starts the group: calls the `on_startup` hooks of the group, and then those of the workers, sinks first.
    /// Resolves when all have returned.
    ///
    /// # Errors
    ///
    /// If the `on_startup` of a worker fails. The started workers are stopped again, and the exit names the worker
    /// and the error. Also if the group is stopped before it has started.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the group still starts.
    pub async fn startup(self) -> Result<GroupHandle, Exit> {
        let handle = self.handle();
        let (sender, started) = oneshot::channel();
        tokio::spawn(self.supervise(None, move || {
            let _ = sender.send(());
        }));
        match started.await {
            Ok(()) => Ok(handle),
            Err(_) => Err(handle.wait_for_shutdown().await),
        }
    }

    /// Starts the group, runs `block` with its handle, and shuts the group down when the block returns or panics.
    /// Returns the output of the block, and the exit.
    ///
    /// # Errors
    ///
    /// The exit, if the group did not start.
    ///
    /// # Panics
    ///
    /// If the block panics; the panic resumes when the group has ended. Also outside of a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the group is asked to stop.
    pub async fn scope<T, F>(self, block: impl FnOnce(GroupHandle) -> F) -> Result<(T, Exit), Exit>
    where
        F: Future<Output = T>,
    {
        let group = self.handle();
        let stop = StopOnDrop(&group);
        self.startup().await?;
        let mut block = pin!(block(group.clone()));
        // The panic continues after the group has ended. So it is caught with its payload, by the standard library.
        let output =
            poll_fn(
                |cx| match catch_unwind(AssertUnwindSafe(|| block.as_mut().poll(cx))) {
                    Ok(polled) => polled.map(Ok),
                    Err(payload) => Poll::Ready(Err(payload)),
                },
            )
            .await;
        drop(stop);
        let exit = group.wait_for_shutdown().await;
        Ok((
            output.unwrap_or_else(|payload| resume_unwind(payload)),
            exit,
        ))
    }

    /// Runs the group until it ends, without listening to signals. Calls `started` when it has started.
    pub(crate) async fn supervise(
        self,
        above: Option<LaunchContext>,
        started: impl FnOnce() + Send,
    ) {
        let Self {
            handle,
            mut arrivals,
            edges,
            fused,
            hooks,
            grace,
            restart,
            runtime,
        } = self;
        install_hook();
        let events = arrivals.take().expect("a group is started once");
        let runtime = runtime.unwrap_or_else(Handle::current);
        let setup = Setup {
            hooks,
            grace,
            restart,
            above,
        };
        let supervisor = Supervisor::new(Arc::clone(handle.node()), events, setup, runtime);
        let _abandoned = Abandoned(Arc::clone(handle.node()));
        // The supervisor runs no user code, so a panic is a bug of fluid. The group still gets an exit, so that
        // every wait for it ends.
        let supervised = catch(async {
            supervisor.supervise(Wiring { edges, fused }, started).await;
            Ok(())
        });
        if let Err(error) = supervised.await {
            let node = handle.node();
            tracing::error!(group = &*node.path(), %error, "the supervisor failed");
            node.finish(node.report(Cause::failure("supervisor", error), true, false));
        }
    }

    /// Ends a group that could not be started.
    #[cfg(feature = "process")]
    pub(crate) fn fail(mut self, cause: Cause) -> Exit {
        self.arrivals.end(cause);
        let node = self.handle.node();
        node.exit().expect("it has ended").clone()
    }

    pub(crate) fn on_runtime(mut self, runtime: Handle) -> Self {
        self.runtime.get_or_insert(runtime);
        self
    }
}

/// Ends a group whose runtime was shut down before the group had ended.
struct Abandoned(Arc<Node>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

struct StopOnDrop<'a>(&'a GroupHandle);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.gracefully_stop();
    }
}
