//! The hooks of a group.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, sleep_until};

use crate::catch::{DropCaught, catch};
use crate::error::{Error, TimedOut};
use crate::lifecycle::launch::BoxFuture;
use crate::node::Node;
use crate::outcome::Outcome;
use crate::report::exit::Exit;
use crate::sync::flag::until;

/// How long all `on_shutdown` hooks of a group together may still take when its grace period is over, and then all
/// `after_shutdown` hooks.
pub(super) const HOOK_SLACK: Duration = Duration::from_millis(200);

type Hook<A> = DropCaught<Box<dyn FnOnce(A) -> BoxFuture<Result<(), Error>> + Send>>;

/// The hooks of a group, in the order in which they were registered.
#[derive(Default)]
pub(crate) struct Hooks {
    pub(crate) on_startup: Vec<Hook<()>>,
    pub(crate) on_stopping: Vec<Hook<()>>,
    pub(crate) on_shutdown: Vec<Hook<()>>,
    pub(crate) after_shutdown: Vec<Hook<Exit>>,
}

/// Boxes the closure of a hook.
pub(crate) fn hook<A, F>(run: impl FnOnce(A) -> F + Send + 'static) -> Hook<A>
where
    A: Send + 'static,
    F: Future<Output: Outcome> + Send + 'static,
{
    DropCaught::new(Box::new(move |argument| {
        // The closure is called within the future, so that its panic is caught as well.
        Box::pin(async move { run(argument).await.outcome() })
    }))
}

/// The outcome of an `on_startup` hook.
pub(super) enum Started {
    Returned(Result<(), Error>),
    /// The group was asked to stop, and the hook was dropped where it awaited.
    CutOff,
    /// It could not be dropped in time: it blocks its thread.
    Stuck,
}

/// The result of the hook that a task ran.
fn outcome(task: Result<Result<(), Error>, JoinError>) -> Result<(), Error> {
    task.map_err(Error::from)?
}

/// The task that runs all `on_stopping` hooks of a group, and returns their failures.
pub(super) type Announcement = JoinHandle<Vec<Error>>;

/// The failures of the `on_stopping` hooks. None, if their runtime was shut down.
pub(super) fn failures_of(task: Result<Vec<Error>, JoinError>) -> Vec<Error> {
    task.unwrap_or_default()
}

/// Runs hooks, each in a task of its own.
pub(super) struct Runner<'a> {
    node: &'a Arc<Node>,
    runtime: &'a Handle,
}

impl<'a> Runner<'a> {
    pub(super) fn new(node: &'a Arc<Node>, runtime: &'a Handle) -> Self {
        Self { node, runtime }
    }

    /// Runs a hook, and cuts it off when `limit` resolves.
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
        result.inspect_err(|error| self.log_failed(name, error))
    }

    /// Runs an `on_startup` hook. A stop of the group drops it where it awaits. `limit` is polled from then on. If it resolves
    /// before the hook was dropped, the hook is stuck.
    pub(super) async fn run_until_stop(
        &self,
        name: &'static str,
        mut hook: Hook<()>,
        limit: impl Future<Output = ()>,
    ) -> Started {
        let mut task = self.runtime.spawn(catch(hook.take()(())));
        if let Some(result) = until(self.node.stop(), &mut task).await {
            let result = outcome(result).inspect_err(|error| self.log_failed(name, error));
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

    /// Starts all `on_stopping` hooks, one after the other.
    pub(super) fn announce(&self, hooks: Vec<Hook<()>>) -> Announcement {
        let node = Arc::clone(self.node);
        self.runtime.spawn(async move {
            let mut failures = Vec::new();
            for mut hook in hooks {
                if let Err(error) = catch(hook.take()(())).await {
                    log_failed(&node, "on_stopping", &error);
                    failures.push(error);
                }
            }
            failures
        })
    }

    fn log_failed(&self, hook: &'static str, error: &Error) {
        log_failed(self.node, hook, error);
    }
}

fn log_failed(node: &Node, hook: &'static str, error: &Error) {
    let error = format!("{error:#}");
    tracing::error!(group = &*node.path(), hook, error, "hook failed");
}

/// Resolves when several hooks together have used up their time: [`HOOK_SLACK`] after the deadline or the forced stop.
/// `last` stores that time, once it is known.
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
