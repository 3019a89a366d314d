//! Whether a group is live, ready and started.

use std::time::Duration;

use fluid::{GroupHandle, State, Status};
use serde::Serialize;

/// How long the supervisor may take to answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// Whether a group is live, ready and started. It depends on nothing outside of the process.
///
/// ```
/// # use fluid::Workers;
/// # use fluid_console::Health;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), fluid::Exit> {
/// let group = Workers::new("service").startup().await?;
/// let health = Health::of(&group).await;
/// assert!(health.live && health.ready && health.started);
/// # assert!(group.shutdown().await.is_success());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// The state of the group.
    pub state: State,
    /// The supervisor answers, and no worker is known to block its thread beyond its `stall`. A group that starts or
    /// drains is live.
    pub live: bool,
    /// All members have started, and no stop has begun.
    pub ready: bool,
    /// All members have started. A stop does not change that.
    pub started: bool,
    /// What is wrong, in words.
    pub problems: Vec<String>,
}

impl Health {
    /// The health of a group now. Waits up to a second for the answer of the supervisor.
    pub async fn of(group: &GroupHandle) -> Self {
        let state = group.state();
        // A group that has not been started has no supervisor yet.
        let responds = state == State::Init || {
            let answer = tokio::time::timeout(ANSWER_WITHIN, group.responds());
            answer.await.unwrap_or(false)
        };
        let mut problems = Vec::new();
        if !responds {
            problems.push("the supervisor does not answer".to_owned());
        }
        name_blocked(&group.status(), "", &mut problems);
        let live = problems.is_empty();
        match state {
            State::Init => problems.push("it is starting".to_owned()),
            State::Stopping => problems.push("it is stopping".to_owned()),
            _ => {}
        }
        Self {
            state,
            live,
            ready: matches!(state, State::Running | State::Restarting),
            started: state > State::Init,
            problems,
        }
    }
}

/// Adds the workers that are known to block their threads.
fn name_blocked(status: &Status, above: &str, problems: &mut Vec<String>) {
    for worker in &status.workers {
        let path = format!("{above}{}", worker.name);
        if worker.blocked {
            problems.push(format!("{path} blocks its thread"));
        }
        name_blocked(worker, &format!("{path}/"), problems);
    }
}
