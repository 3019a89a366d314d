//! The restart strategy of a group: which members a failure restarts, how often and how soon.

use std::ops::Range;
use std::time::Duration;

use crate::options::bounded;

/// How a group answers the failure of a member: its *strategy*, the *budget* of restarts, and the
/// *backoff* before each.
///
/// The strategies and their names are those of Erlang's OTP ([supervision
/// principles](https://www.erlang.org/doc/system/sup_princ.html)). The edges of the group replace the order of the
/// children:
///
/// | strategy | what is restarted |
/// | --- | --- |
/// | [`one_for_one`](Self::one_for_one) | the member that failed |
/// | [`one_for_all`](Self::one_for_all) | every member of the group |
/// | [`rest_for_one`](Self::rest_for_one) | the member that failed, and everything downstream of it |
///
/// ```
/// use std::time::Duration;
/// use fluid::{Restart, Workers};
///
/// let restart = Restart::rest_for_one()
///     .max_restarts(10)
///     .within(Duration::from_secs(60))
///     .backoff(Duration::from_millis(50), Duration::from_secs(2));
/// let group = Workers::new("ingest").restart(restart);
/// # drop(group);
/// ```
///
/// # What is answered
///
/// The strategy answers an error or a panic of a member, unless its [`OnError`](crate::OnError) does. With
/// `OnError::Stop` the group fails. With `OnError::Restart` only this worker is restarted, with a backoff of its
/// own, and the restart is spent from the budget of the group. With `OnError::Forget` the worker is restarted within
/// its own budget ([`Options::max_restarts`](crate::Options::max_restarts)), which leaves that of the group alone.
/// Then the group forgets it and continues. `OnError::Skip` applies to failed calls, and the strategy to all other
/// failures. A nested group that fails is a failed member.
///
/// A source that cannot start again, such as one that reads its input once, should have `OnError::Stop`.
///
/// A member is not restarted if it ended without a failure, or failed in `on_shutdown` after its work was done. Nor
/// is it if it failed in its first start, or was asked to stop. An exception is a consumer that fails while it
/// drains: it is restarted to handle its remaining messages.
///
/// # A restart
///
/// Members that did not fail end their incarnation as at a stop, but their queues stay open. The current call is
/// finished, [`Context::is_running`](crate::Context::is_running) returns `false`,
/// [`Queue::next`](crate::by_hand::Queue::next) returns `None`, and `on_shutdown` is called. Sources are asked first, and
/// each consumer after the members that feed it have ended. A member that takes longer than its grace period is
/// dropped at its `await`, and its message in hand counts as failed. A member that blocks its thread cannot be
/// restarted, and the group fails. When all have ended and the backoff is over, the members are rebuilt and
/// started, sinks first.
///
/// Queues, edges and handles stay, and so do queued messages. The message at which a consumer failed is lost
/// ([`Options::on_lost`](crate::Options::on_lost)), unless it left by the port `failed`. A worker that was added by
/// value cannot be rebuilt. If it had to be restarted, the group fails, and the error names it. Callbacks are armed
/// again, except a one-shot that has run.
///
/// # When the budget is used up
///
/// The next failure makes the group fail, and its parent group decides. So does a failure of a worker whose own budget
/// ([`Options::max_restarts`](crate::Options::max_restarts)) is used up. With `OnError::Forget` the group forgets such a
/// worker and continues, whichever budget is used up. By its own strategy it may restart the
/// whole group in place, with a new budget, or fail too. The `on_startup` and `on_shutdown` hooks of the group are
/// called at its first start and its end only, and not at a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Restart {
    pub(crate) whom: Whom,
    pub(crate) max_restarts: u32,
    pub(crate) within: Duration,
    pub(crate) backoff: (Duration, Duration),
}

/// The members that a failure restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whom {
    One,
    All,
    Rest,
}

impl Restart {
    /// Restarts only the member that failed.
    pub const fn one_for_one() -> Self {
        Self::new(Whom::One)
    }

    /// Restarts every member. For members that depend on each other.
    pub const fn one_for_all() -> Self {
        Self::new(Whom::All)
    }

    /// Restarts the failed member and all members downstream of it. Feedback edges are not followed.
    pub const fn rest_for_one() -> Self {
        Self::new(Whom::Rest)
    }

    /// The default of OTP, one restart in 5 s, is meant for many levels of supervisors. With five restarts in 30 s,
    /// a service survives a short outage of a dependency.
    const fn new(whom: Whom) -> Self {
        Self {
            whom,
            max_restarts: 5,
            within: Duration::from_secs(30),
            backoff: (Duration::from_millis(100), Duration::from_secs(5)),
        }
    }

    /// The number of restarts that are allowed [`within`](Self::within) a time. A restart of several members counts
    /// as one. Default 5. With 0, every failure escalates to the parent group.
    pub const fn max_restarts(mut self, max_restarts: u32) -> Self {
        self.max_restarts = max_restarts;
        self
    }

    /// How long a restart counts. Default 30 s.
    ///
    /// # Panics
    ///
    /// If `within` is zero. In a `const` this is a compile error.
    #[track_caller]
    pub const fn within(mut self, within: Duration) -> Self {
        assert!(!within.is_zero(), "restarts are counted within some time");
        self.within = bounded(within);
        self
    }

    /// The pause before a restart: `first`, doubled at each consecutive failure of the same member, up to `last`.
    /// Each pause is shortened by a random part of up to one half. The pause is `first` again after an incarnation
    /// that handled a message or made a successful beat, or that lasted longer than `last`. Default 100 ms and 5 s.
    ///
    /// # Panics
    ///
    /// If `last` is shorter than `first`. In a `const` this is a compile error.
    #[track_caller]
    pub const fn backoff(mut self, first: Duration, last: Duration) -> Self {
        assert!(
            first.as_nanos() <= last.as_nanos(),
            "the last pause of a backoff is not shorter than the first"
        );
        self.backoff = (bounded(first), bounded(last));
        self
    }

    /// As [`backoff`](Self::backoff), for a value of an expression.
    #[doc(hidden)]
    #[track_caller]
    pub const fn backoff_range(self, pauses: Range<Duration>) -> Self {
        self.backoff(pauses.start, pauses.end)
    }
}
