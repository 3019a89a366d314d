//! The hooks of a group itself.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::JoinError;
use tokio::time::{Instant, sleep_until};

use crate::catch::{DropCaught, catch};
use crate::error::{Error, TimedOut};
use crate::lifecycle::launch::BoxFuture;
use crate::node::Node;
use crate::outcome::Outcome;
use crate::report::exit::Exit;
use crate::sync::signal::until;

/// How long the group's `on_shutdown` hooks together, and then its `after_shutdown` hooks, may still take
/// when its grace period is over.
pub(super) const HOOK_SLACK: Duration = Duration::from_millis(200);

type Hook<A> = DropCaught<Box<dyn FnOnce(A) -> BoxFuture<Result<(), Error>> + Send>>;

/// The group's own hooks, in the order in which they were registered.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) on_startup: Vec<Hook<()>>,
    pub(crate) on_shutdown: Vec<Hook<()>>,
    pub(crate) after_shutdown: Vec<Hook<Exit>>,
}

/// Makes a hook's closure one that the group can keep.
pub(crate) fn hook<A, F>(run: impl FnOnce(A) -> F + Send + 'static) -> Hook<A>
where
    A: Send + 'static,
    F: Future<Output: Outcome> + Send + 'static,
{
    DropCaught::new(Box::new(move |argument| {
        // Called within the future, so that a panic of the closure itself is caught with the rest.
        Box::pin(async move { run(argument).await.outcome() })
    }))
}

/// What became of a hook of the start.
pub(super) enum Started {
    Returned(Result<(), Error>),
    /// The group was asked to stop, and the hook was dropped where it awaited.
    CutOff,
    /// It could not be dropped in time: it blocks its thread.
    Stuck,
}

/// What the task of a hook came to.
fn outcome(task: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    task.map_err(Error::from)?
}

/// Runs hooks, each on a task of its own.
pub(super) struct Runner<'a> {
    node: &'a Arc<Node>,
    runtime: &'a Handle,
}

impl<'a> Runner<'a> {
    pub(super) fn new(node: &'a Arc<Node>, runtime: &'a Handle) -> Self {
        Self { node, runtime }
    }

    /// Runs a hook, no longer than until `limit`.
    pub(super) async fn run<A>(
        &self,
        name: &'static str,
        mut hook: Hook<A>,
        with: A,
        limit: impl Future<Output = ()>,
    ) -> Result<(), Error> {
        let started = Instant::now();
        let task = self.runtime.spawn(catch(hook.take()(with)));
        let stopper = task.abort_handle();
        let result = tokio::select! {
            biased;
            result = task => outcome(result),
            () = limit => {
                stopper.abort();
                let late = TimedOut::new(started.elapsed());
                Err(format!("`{name}` was cut off: {late}").into())
            }
        };
        result.inspect_err(|error| self.tell_failed(name, error))
    }

    /// Runs a hook of the start. A stop of the group drops it where it awaits. `limit` begins with the stop: until then
    /// it must have been dropped.
    pub(super) async fn run_until_stop(
        &self,
        name: &'static str,
        mut hook: Hook<()>,
        limit: impl Future<Output = ()>,
    ) -> Started {
        let mut task = self.runtime.spawn(catch(hook.take()(())));
        if let Some(result) = until(self.node.stop(), &mut task).await {
            let result = outcome(result).inspect_err(|error| self.tell_failed(name, error));
            return Started::Returned(result);
        }
        let group = &*self.node.path();
        tracing::info!(group, hook = name, "stopped while it ran, cut off");
        task.abort();
        tokio::select! {
            biased;
            _ = task => Started::CutOff,
            () = limit => {
                tracing::error!(group, hook = name, "stuck: it blocks its thread");
                Started::Stuck
            }
        }
    }

    fn tell_failed(&self, hook: &'static str, error: &Error) {
        let error = format!("{error:#}");
        tracing::error!(group = &*self.node.path(), hook, error, "hook failed");
    }
}

/// Resolves when several hooks together have used up their time: at the deadline or by force, and a
/// little later. `last` is that moment, once it is known.
pub(super) async fn time_is_up(node: &Node, deadline: Option<Instant>, last: &mut Option<Instant>) {
    let at = match *last {
        Some(at) => at,
        None => {
            let deadline = async {
                match deadline {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            until(node.forced(), deadline).await;
            *last.insert(Instant::now() + HOOK_SLACK)
        }
    };
    sleep_until(at).await;
}
