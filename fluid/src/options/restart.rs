//! Which members of a group are restarted when one has failed, how often and how soon.

use std::time::Duration;

use crate::options::bounded;

/// How a group answers the failure of a member: its *strategy*, the *budget* of restarts, and the
/// *backoff* before each.
///
/// The strategies and their names are those of Erlang's OTP
/// ([supervision principles](https://www.erlang.org/doc/system/sup_princ.html)), with edges in the place
/// of the order in which children were listed:
///
/// | strategy | who is restarted |
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
/// An error or a panic of a member that its own [`OnError`](crate::OnError) leaves open: one that says
/// nothing, or `Skip` where there is no call to skip. `OnError::Stop` is an answer: the group fails.
/// `OnError::Restart` is one too: only this worker is restarted, with a backoff of its own; but the restart
/// counts against the group's budget. A nested group that fails is a failed member like any other.
///
/// A source that cannot begin anew, such as one that reads its input once, should say `OnError::Stop`.
///
/// A member that ends without a failure is never restarted; nor is one whose `on_shutdown` failed after
/// its work was done, one that failed to start the first time, or one that was asked to stop. (A consumer
/// that fails while it drains is still given another life to handle what is left.)
///
/// # A restart
///
/// Those that did not fail, but are restarted along, end their life as at a stop, only that nothing is
/// closed: the call that is being made is finished, [`Context::is_running`](crate::Context::is_running) is
/// false, [`Queue::next`](crate::by_hand::Queue::next) returns `None`, and `on_shutdown` is called. Sources are asked
/// first, each consumer when those that feed it have ended their life. One that takes longer than its grace
/// period is cut off where it awaits; a message in hand then counts as failed. One that blocks its thread
/// cannot be restarted, and the group fails. When all have ended their life, and the pause is over, they are
/// built anew and started, sinks first.
///
/// Queues, edges and handles stay, and so do the messages that wait. The message at which a consumer failed is lost
/// ([`Options::on_lost`](crate::Options::on_lost)), unless it left by the port `failed`. A worker that was added by value cannot
/// be built anew: if it is among those to be restarted, the group fails and says so. A periodic callback is
/// armed anew, a one-shot that has not run yet too.
///
/// # When the budget is used up
///
/// With the failure that would need one restart more, the group fails, and the group above it decides: by its
/// own strategy it may restart the whole group in place, with a new budget, or fail too. The group's own
/// `on_startup` and `on_shutdown` hooks are not called at a restart; they belong to its first start and its
/// end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Restart {
    pub(crate) whom: Whom,
    pub(crate) max_restarts: u32,
    pub(crate) within: Duration,
    pub(crate) backoff: (Duration, Duration),
}

/// Who is restarted when one has failed.
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

    /// Restarts every member, because none is of use without the others.
    pub const fn one_for_all() -> Self {
        Self::new(Whom::All)
    }

    /// Restarts the member that failed and all that its messages reach over edges. Feedback edges have
    /// no part in it.
    pub const fn rest_for_one() -> Self {
        Self::new(Whom::Rest)
    }

    /// OTP's own default, one restart in 5 s, is meant for systems with supervisors many levels deep. Five in
    /// 30 s let a service come through a short outage of what it depends on.
    const fn new(whom: Whom) -> Self {
        Self {
            whom,
            max_restarts: 5,
            within: Duration::from_secs(30),
            backoff: (Duration::from_millis(100), Duration::from_secs(5)),
        }
    }

    /// How many restarts there may be [`within`](Self::within) a while; a restart of several members
    /// counts as one. Default 5. With 0, every failure is passed on to the group above.
    pub const fn max_restarts(mut self, max_restarts: u32) -> Self {
        self.max_restarts = max_restarts;
        self
    }

    /// How long a restart counts. Default 30 s.
    ///
    /// # Panics
    ///
    /// If `within` is zero: in a `const`, at compile time.
    pub const fn within(mut self, within: Duration) -> Self {
        assert!(!within.is_zero(), "restarts are counted within some time");
        self.within = bounded(within);
        self
    }

    /// How long to wait before a restart: `first`, and twice as long at each further failure of the same
    /// member in a row, up to `last`. Each pause is shortened by up to a half, at random. A failure after
    /// a life in which something went well, or that lasted longer than `last`, is not one in a row. Default
    /// 100 ms and 5 s.
    ///
    /// # Panics
    ///
    /// If `last` is shorter than `first`: in a `const`, at compile time.
    pub const fn backoff(mut self, first: Duration, last: Duration) -> Self {
        assert!(
            first.as_nanos() <= last.as_nanos(),
            "the last pause of a backoff is not shorter than the first"
        );
        self.backoff = (bounded(first), bounded(last));
        self
    }
}
