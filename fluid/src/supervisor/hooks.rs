//! The hooks of a group itself.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::{Instant, sleep_until};

use crate::dropping::DropCaught;
use crate::error::{Error, TimedOut};
use crate::group::callback::Outcome;
use crate::lifecycle::launch::BoxFuture;
use crate::node::Node;
use crate::report::exit::Exit;
use crate::sync::catch::catch;
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
        let Some(hook) = hook.take() else {
            return Ok(());
        };
        let task = self.runtime.spawn(catch(hook(with)));
        let stopper = task.abort_handle();
        let result = tokio::select! {
            biased;
            result = task => result.map_err(Error::from).and_then(|r| r.map_err(Error::from).flatten()),
            () = limit => {
                stopper.abort();
                let late = TimedOut::new(started.elapsed());
                Err(format!("`{name}` was cut off: {late}").into())
            }
        };
        result.inspect_err(|error| {
            tracing::error!(
                group = &**self.node.name(),
                hook = name,
                error = format!("{error:#}"),
                "hook failed"
            );
        })
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
