//! The states of a worker, the kinds of members, and the type that has no values.

use std::fmt;

/// Where a worker or a group is in its life.
///
/// ```text
///       startup()             gracefully_stop(), or the work is done
/// Init ───────────▶ Running ─────────────────────▶ Stopping ─────▶ Stopped
///                    ▲   │ error, panic                 │ grace is over
///                    │   ▼ (a restart answers it)       └────────▶ ForceStopped
///                  Restarting
/// ```
///
/// But for a restart, it only ever moves to the right, so `state >= State::Stopping` reads as it
/// sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum State {
    /// Made, not started. Messages may be sent already.
    Init,
    /// Started: `on_startup` is done.
    Running,
    /// Failed, or restarted along with another that has, and on the way to its next life.
    Restarting,
    /// Asked to stop, or done, and finishing what it has.
    Stopping,
    /// Ended by itself, or after an error that no policy answered.
    Stopped,
    /// Ended by force: its grace period was over.
    ForceStopped,
}

impl State {
    /// Whether this is one of the two last states.
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

/// What a member of a group is.
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
