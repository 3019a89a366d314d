//! What a worker may be told about how to run.

pub(crate) mod grace;
pub(crate) mod restart;

use std::time::Duration;

/// How one worker runs. The macros fill it from their attributes; for a worker written by hand it
/// is [`Worker::OPTIONS`](crate::Worker::OPTIONS).
///
/// Every method sets one option and returns the rest unchanged, and may be used in a `const`.
///
/// ```
/// use std::time::Duration;
/// use fluid::{OnError, Options};
///
/// const OPTIONS: Options = Options::new()
///     .name("poller")
///     .grace(Duration::from_secs(3))
///     .on_error(OnError::Skip);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Options {
    pub(crate) name: Option<&'static str>,
    pub(crate) grace: Option<Duration>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) stall: Option<Duration>,
    pub(crate) on_stall: OnStall,
    pub(crate) heartbeat: Duration,
    pub(crate) pace: Pace,
    pub(crate) jitter: Duration,
    pub(crate) blocking: bool,
    /// Nothing, if nothing was said.
    pub(crate) on_error: Option<OnError>,
    pub(crate) on_exit: OnExit,
    pub(crate) on_lost: OnLost,
    pub(crate) capacity: usize,
    pub(crate) overflow: Overflow,
    pub(crate) concurrency: usize,
    pub(crate) batch: usize,
    pub(crate) linger: Option<Duration>,
    pub(crate) max_weight: usize,
    pub(crate) retry: u32,
    pub(crate) backoff: (Duration, Duration),
    pub(crate) stateful: bool,
    pub(crate) rate: Option<Rate>,
    pub(crate) burst: u32,
}

/// So many calls in such a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) calls: u32,
    pub(crate) within: Duration,
}

impl Options {
    /// The defaults: the name of the type, the grace period of the group, no timeout, no stall, no heartbeat,
    /// an error is answered by the group's strategy or stops the group, and a queue of 1024 whose senders wait for room.
    pub const fn new() -> Self {
        Self {
            name: None,
            grace: None,
            timeout: None,
            stall: None,
            on_stall: OnStall::Report,
            heartbeat: Duration::ZERO,
            pace: Pace::Delay,
            jitter: Duration::ZERO,
            blocking: false,
            on_error: None,
            on_exit: OnExit::Stop,
            on_lost: OnLost::Fail,
            capacity: 1024,
            overflow: Overflow::Wait,
            concurrency: 1,
            batch: usize::MAX,
            linger: None,
            max_weight: usize::MAX,
            retry: 0,
            backoff: (Duration::from_millis(100), Duration::from_secs(5)),
            stateful: false,
            rate: None,
            burst: 1,
        }
    }

    /// The worker's name, in the place of its type's (alone) or its field's (in a group).
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = Some(name);
        self
    }

    /// How long this worker may take to stop before it is forced, counted from when its turn to stop
    /// comes. The group's grace period still holds above it.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = Some(bounded(grace));
        self
    }

    /// How long one call of the worker's function may take. A call that takes longer is dropped where
    /// it awaits, and fails with [`TimedOut`](crate::error::TimedOut). Waiting for room downstream does not
    /// count, nor does what the call does before it waits for the first time: so one that never waits costs no timer.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// How long a call may give no sign of life before it is a *stall*. A stall is in the log, and seen in the
    /// [`Status`](crate::Status); [`on_stall`](Self::on_stall) says what else it does. Default: nothing is looked at.
    ///
    /// Signs of life are the beginning and the end of each call, and of each attempt at a message, and in between
    /// [`Context::beat`](crate::Context::beat), [`Context::sleep`](crate::Context::sleep), the call of
    /// [`Context::stopping`](crate::Context::stopping) and whatever is sent through a port. For a worker written by
    /// hand `run` is the call, and each look into its [`Queue`](crate::by_hand::Queue) is a sign of life. Each lane gives its
    /// own.
    ///
    /// A worker that waits for something that fluid knows of lives, however long that takes: for a message, its next
    /// beat or its rate, in the pause before another attempt or in `Context::sleep`, and for room at the consumer
    /// behind a port: then it is that consumer which may stall. Whatever else a call awaits is its own business. The hooks,
    /// such as `on_startup`, have the grace period; a nested group has no stall, but its workers may.
    ///
    /// While a worker with a stall runs, its group looks at it about as often as this time is long. A call that never waits
    /// reads no clock: one that blocks its thread before it has waited for anything is seen to stall when it was silent
    /// for this long since the group first saw it, which is after twice this time at the latest. Any other call is seen on time, and reads the clock
    /// whenever it is woken.
    ///
    /// # Panics
    ///
    /// If it is no time at all: in a `const`, at compile time.
    pub const fn stall(mut self, stall: Duration) -> Self {
        assert!(!stall.is_zero(), "a stall is more than no time at all");
        self.stall = Some(bounded(stall));
        self
    }

    /// Whether a [`stall`](Self::stall) is set.
    #[must_use]
    pub const fn has_stall(&self) -> bool {
        self.stall.is_some()
    }

    /// What a [`stall`](Self::stall) does. Default [`OnStall::Report`].
    pub const fn on_stall(mut self, on_stall: OnStall) -> Self {
        self.on_stall = on_stall;
        self
    }

    /// The pause between two calls, or their distance if the pace is [`Pace::Rate`].
    pub const fn heartbeat(mut self, period: Duration) -> Self {
        self.heartbeat = bounded(period);
        self
    }

    /// What the heartbeat measures. Default [`Pace::Delay`].
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.pace = pace;
        self
    }

    /// At most this much, drawn anew each time, is added to every beat.
    pub const fn jitter(mut self, jitter: Duration) -> Self {
        self.jitter = bounded(jitter);
        self
    }

    /// Runs the worker on a thread of its own, named like it, where it may block.
    pub const fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Whether [`blocking`](Self::blocking) is set.
    #[must_use]
    pub const fn is_blocking(&self) -> bool {
        self.blocking
    }

    /// What a failure of one call does. By default the strategy of the group answers it
    /// ([`Workers::restart`](crate::Workers::restart)); without one, it is [`OnError::Stop`].
    pub const fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = Some(on_error);
        self
    }

    /// What the end of this worker does to its group. Default [`OnExit::Stop`].
    pub const fn on_exit(mut self, on_exit: OnExit) -> Self {
        self.on_exit = on_exit;
        self
    }

    /// What it means that messages of this consumer are *lost*. Default [`OnLost::Fail`].
    ///
    /// A message is lost if its handling failed for good and it did not leave by the port
    /// [`failed`](crate::Slot::failed): that is not wired, or the consumer behind it refused the message. That the
    /// worker went on, because of [`OnError::Skip`] or a restart, does not bring its message back.
    /// [`Counts::lost`](crate::Counts::lost) counts them in any case.
    pub const fn on_lost(mut self, on_lost: OnLost) -> Self {
        self.on_lost = on_lost;
        self
    }

    /// How many messages may wait in the queue: at least 1, `usize::MAX` for no bound. Default 1024.
    ///
    /// # Panics
    ///
    /// If `capacity` is 0: in a `const`, at compile time.
    pub const fn capacity(mut self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue needs room for at least one message");
        self.capacity = capacity;
        self
    }

    /// How many *lanes* the consumer has: workers of the same kind that handle its messages at the same
    /// time, each in a task of its own, with state of its own. Default 1.
    ///
    /// Without a key ([`Worker::KEY`](crate::Worker::KEY), `partition_by`) each message goes to whichever
    /// lane is free. With one, messages of one key go to one lane, in their order; each lane then has its
    /// share of the `capacity`. A failure that is not skipped ends the lives of all lanes, and so does one that
    /// returns from [`run`](crate::Worker::run) early: the others finish what they have in hand.
    ///
    /// # Panics
    ///
    /// If `lanes` is 0 or above 1000: in a `const`, at compile time.
    pub const fn concurrency(mut self, lanes: usize) -> Self {
        assert!(lanes > 0 && lanes <= 1000, "a consumer has 1 to 1000 lanes");
        self.concurrency = lanes;
        self
    }

    /// How many lanes it has. See [`concurrency`](Self::concurrency).
    #[must_use]
    pub const fn lanes(&self) -> usize {
        self.concurrency
    }

    /// How often a consumer's function is called at most: `calls` times `within` a time, spread evenly, by all
    /// lanes together and over restarts, attempts included. Calls that have to wait hold their message in
    /// hand. Needs the feature `rate`. Default: no limit.
    ///
    /// It is the generic cell rate algorithm. Timers count whole milliseconds, so above a thousand calls a second those that
    /// waited are made in groups, one at about each millisecond: what is late because of its timer is made up. In the
    /// long run the rate is the one given here, and within any time there are no more calls than its share, and a burst or
    /// the share of 2 ms, whichever is more.
    ///
    /// # Panics
    ///
    /// If `calls` is 0, `within` is no time at all, or the feature is missing: in a `const`, at compile
    /// time.
    #[cfg_attr(
        not(feature = "rate"),
        allow(unreachable_code, unused_mut, unused_variables)
    )]
    pub const fn rate(mut self, calls: u32, within: Duration) -> Self {
        #[cfg(not(feature = "rate"))]
        panic!(
            "`rate` needs the feature `rate` of the crate `fluid`: cargo add fluid --features rate"
        );
        assert!(
            calls > 0 && !within.is_zero(),
            "a rate is at least one call in some time"
        );
        self.rate = Some(Rate {
            calls,
            within: bounded(within),
        });
        self
    }

    /// How many calls a consumer that has been idle may make at once, before [`rate`](Self::rate) spreads
    /// them. Default 1.
    ///
    /// # Panics
    ///
    /// If `calls` is 0: in a `const`, at compile time.
    pub const fn burst(mut self, calls: u32) -> Self {
        assert!(calls > 0, "at least one call is made at once");
        self.burst = calls;
        self
    }

    /// Says that the worker has state, and nothing tells which messages belong to which lane's.
    #[doc(hidden)]
    pub const fn stateful(mut self) -> Self {
        self.stateful = true;
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn is_stateful(&self) -> bool {
        self.stateful
    }

    /// How many messages the batch of one call holds at most, for a consumer that takes a `Vec`. A batch is
    /// handed over when it is full, when it has lingered, when the queue has no room for more, and at the
    /// end. Default: as many as there is room for. Lanes that compete gather no more than 262,143 messages
    /// together.
    ///
    /// # Panics
    ///
    /// If `messages` is 0 or above 100,000: in a `const`, at compile time.
    pub const fn batch(mut self, messages: usize) -> Self {
        assert!(
            messages > 0 && messages <= MAX_BATCH,
            "a batch holds 1 to 100000 messages"
        );
        self.batch = messages;
        self
    }

    /// How long the first message of a batch waits for others. Default: until the batch is full.
    pub const fn linger(mut self, linger: Duration) -> Self {
        self.linger = Some(bounded(linger));
        self
    }

    /// How much a batch weighs at most, by the weight of its messages
    /// ([`Worker::WEIGHT`](crate::Worker::WEIGHT), `batch_weight`). A message with which a batch would weigh
    /// more begins the next one; one that is heavier for itself is a batch alone. Default: no limit.
    pub const fn max_weight(mut self, weight: usize) -> Self {
        self.max_weight = weight;
        self
    }

    /// How often a call that fails is made again, after a pause ([`backoff`](Self::backoff)). The message is
    /// cloned for that. Later messages of the same lane wait. Default 0.
    ///
    /// When the attempts are used up, the message leaves by the port [`failed`](crate::Slot::failed), if
    /// that is wired; else [`on_error`](Self::on_error) decides. At a stop there are no more pauses: the
    /// attempts that are left are made at once.
    pub const fn retry(mut self, times: u32) -> Self {
        self.retry = times;
        self
    }

    /// How long the pause before another attempt is: at most `first` before the first, twice as much before
    /// each further one, but never more than `last`; and each time a random part of that (*full jitter*, after
    /// "Exponential Backoff And Jitter" in the AWS Architecture Blog, 2015). Default 100 ms to 5 s.
    pub const fn backoff(mut self, first: Duration, last: Duration) -> Self {
        self.backoff = (bounded(first), bounded(last));
        self
    }

    /// What a full queue does with one message more. Default [`Overflow::Wait`].
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }
}

/// The most that a batch may hold.
pub(crate) const MAX_BATCH: usize = 100_000;

/// A duration with which a clock can calculate: a hundred years stand for any that is longer.
pub(crate) const fn bounded(duration: Duration) -> Duration {
    const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    if duration.as_secs() < LONGEST.as_secs() {
        duration
    } else {
        LONGEST
    }
}

impl Default for Options {
    fn default() -> Self {
        Self::new()
    }
}

/// What a heartbeat measures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pace {
    /// The pause after a call: a slow call moves every later one.
    #[default]
    Delay,
    /// The distance between the starts of two calls. A call that runs past the next beat makes that
    /// beat *missed*: it is counted, and not made up for.
    Rate,
}

/// What a failure of one call (an error, a panic or a timeout) does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnError {
    /// The worker ends as failed, and its group stops, whatever the group's strategy.
    #[default]
    Stop,
    /// The failure is counted and kept as the last error; the worker goes on with its state. A message that is skipped is
    /// lost, which the exit code tells ([`Options::on_lost`]). (A worker
    /// written by hand makes its own calls, and skips by itself: an error of its `run` ends it.)
    Skip,
    /// The worker is built anew after a backoff of 100 ms, doubled at each failure in a row up to
    /// 5 s. Its queue and every handle to it stay. In a group with a strategy of its own
    /// ([`Workers::restart`](crate::Workers::restart)), each restart counts against the group's budget.
    Restart,
}

/// What a stall does: a call without a sign of life for as long as the worker's
/// [`stall`](crate::Options::stall).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnStall {
    /// It is logged, counted, and seen in the status. The call goes on.
    #[default]
    Report,
    /// The call is cut off where it awaits, and has failed with [`Stalled`](crate::error::Stalled). That is one failed attempt
    /// at its message: those that are left are made ([`Options::retry`]). When none is, the message leaves by the
    /// port `failed` or is counted as failed, and the worker is built anew, whatever its [`OnError`] says: by
    /// the strategy of its group and within its budget, or, if the group has none, for itself after the backoff of
    /// [`OnError::Restart`].
    ///
    /// A call that blocks its thread cannot be cut off. That is reported, and the restart waits until the call comes
    /// back; what it has done by then is done.
    Restart,
}

/// What the end of a worker does to its group. A failure is not its business: whatever
/// [`OnError`] and the group's strategy leave unanswered stops the group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnExit {
    /// The group stops gracefully.
    #[default]
    Stop,
    /// The group goes on without it.
    Ignore,
}

/// What it means that messages of a consumer are lost ([`Options::on_lost`]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnLost {
    /// The exit code is 2, and the [`Exit`](crate::Exit) names the consumer.
    #[default]
    Fail,
    /// Nothing: to lose some is expected.
    Ignore,
}

/// What a full queue does with one message more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The sender waits for room.
    #[default]
    Wait,
    /// The new message is dropped, and counted.
    DropNewest,
    /// The message that has waited longest is dropped, and counted.
    DropOldest,
}
