//! The states of a worker, the kinds of members, and the type that has no values.

use std::fmt;

/// The state of a worker or a group.
///
/// ```text
///       startup()             gracefully_stop(), or the work is done
/// Init ───────────▶ Running ─────────────────────▶ Stopping ─────▶ Stopped
///                    ▲   │ error, panic                 │ grace is over
///                    │   ▼ (a restart answers it)       └────────▶ ForceStopped
///                  Restarting
/// ```
///
/// The state moves to the right only, except for a restart. So `state >= State::Stopping` means that the worker is
/// stopping or has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum State {
    /// Made, and not started. Its queue accepts messages.
    Init,
    /// Started: `on_startup` has returned.
    Running,
    /// Between two incarnations, because this worker or another one failed.
    Restarting,
    /// Asked to stop, or finished. A consumer handles its remaining messages.
    Stopping,
    /// Ended without force, with or without a failure.
    Stopped,
    /// Ended by force, such as at the end of its grace period.
    ForceStopped,
}

impl State {
    /// Whether this is `Stopped` or `ForceStopped`.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Stopped | Self::ForceStopped)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Init => "init",
            Self::Running => "running",
            Self::Restarting => "restarting",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::ForceStopped => "force-stopped",
        })
    }
}

/// The kind of a member of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum Kind {
    /// A worker without a queue.
    Worker,
    /// A worker with a queue.
    Consumer,
    /// A group of workers.
    Group,
    /// Code that a group runs once or periodically.
    Callback,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Worker => "worker",
            Self::Consumer => "consumer",
            Self::Group => "group",
            Self::Callback => "callback",
        })
    }
}

/// The uninhabited type of a worker's missing side: what a source consumes, what a sink emits.
///
/// ```
/// use fluid::{Context, Error, Worker, by_hand::{Io, Nothing}};
///
/// struct Idle;
///
/// impl Worker for Idle {
///     type Message = Nothing;
///     type Output = Nothing;
///     type Ports = ();
///
///     async fn run(&mut self, ctx: &Context, _: &mut Io<Self>) -> Result<(), Error> {
///         ctx.stopping().await;
///         Ok(())
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nothing {}
