//! The options of a worker.

mod choice;
pub(crate) mod given;
pub(crate) mod grace;
mod merge;
pub(crate) mod restart;

use std::ops::Range;
use std::time::Duration;

pub use self::choice::{
    Missed, OnError, OnExit, OnLost, OnStall, Overflow, Pace, RetryIn, StopOrder,
};
use crate::options::restart::Restart;
use merge::{OptionSet, Setting};

/// The options of one worker. The macros set them from their attributes. A worker written by hand has them in
/// [`Worker::OPTIONS`](crate::Worker::OPTIONS).
///
/// Each method sets one option. All of them may be used in a `const`.
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
    /// The options that were set explicitly.
    pub(crate) set: OptionSet,
    pub(crate) name: Option<&'static str>,
    pub(crate) grace: Option<Duration>,
    pub(crate) close_after: Option<Duration>,
    pub(crate) stop: StopOrder,
    pub(crate) timeout: Option<Duration>,
    pub(crate) stall: Option<Duration>,
    pub(crate) on_stall: OnStall,
    pub(crate) heartbeat: Duration,
    pub(crate) pace: Pace,
    pub(crate) jitter: Duration,
    /// The cron pattern of the calls, if it has one.
    pub(crate) cron: Option<&'static str>,
    pub(crate) zone: &'static str,
    pub(crate) missed: Missed,
    pub(crate) blocking: bool,
    /// `None` if the option is not set.
    pub(crate) on_error: Option<OnError>,
    /// The most restarts within a time that the failures of this worker may cause, if they are limited.
    pub(crate) max_restarts: Option<u32>,
    pub(crate) within: Duration,
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
    pub(crate) retry_in: RetryIn,
    pub(crate) stateful: bool,
    pub(crate) rate: Option<Rate>,
    pub(crate) burst: u32,
}

/// A number of calls in a given time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) calls: u32,
    pub(crate) within: Duration,
}

impl Options {
    /// The defaults: the name of the type, the grace period of the group, no timeout, no stall and no heartbeat.
    /// The strategy of the group answers an error, or the error stops the group. The queue holds 1024 messages, and
    /// its senders wait for room.
    pub const fn new() -> Self {
        Self {
            set: OptionSet::NONE,
            name: None,
            grace: None,
            close_after: None,
            stop: StopOrder::First,
            timeout: None,
            stall: None,
            on_stall: OnStall::Report,
            heartbeat: Duration::ZERO,
            pace: Pace::Delay,
            jitter: Duration::ZERO,
            cron: None,
            zone: Schedule::UTC,
            missed: Missed::Skip,
            blocking: false,
            on_error: None,
            max_restarts: None,
            within: Restart::one_for_one().within,
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
            retry_in: RetryIn::Lane,
            stateful: false,
            rate: None,
            burst: 1,
        }
    }

    /// Like [`new`](Self::new), but for [`Workers::add_with`](crate::Workers::add_with): an option that is not set here has
    /// its default, also if the worker's own [`OPTIONS`](crate::Worker::OPTIONS) set it.
    pub const fn replacing() -> Self {
        let mut options = Self::new();
        options.set = OptionSet::ALL;
        options
    }

    /// The options of a worker that runs standalone. Its end is that of its group, which would have nothing left to do.
    pub(crate) const fn standalone(mut self) -> Self {
        if matches!(self.on_exit, OnExit::Forget) {
            self.on_exit = OnExit::Stop;
        }
        if matches!(self.on_error, Some(OnError::Forget)) {
            self.on_error = Some(match self.max_restarts {
                Some(_) => OnError::Restart,
                None => OnError::Stop,
            });
        }
        self
    }

    /// The name of the worker. The default is the name of its field in a group, or of its type outside of one.
    pub const fn name(mut self, name: &'static str) -> Self {
        self.set = self.set.with(Setting::Name);
        self.name = Some(name);
        self
    }

    /// How long this worker may take to stop before it is forced, counted from the moment at which it is asked to
    /// stop. The grace period of the group still applies.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.set = self.set.with(Setting::Grace);
        self.grace = Some(bounded(grace));
        self
    }

    /// How long an [`Ingress`](crate::Ingress) admits messages after its stop has begun, if it is still held. Default: half
    /// of what is left of the grace period then, so that the consumers behind it have the other half. For other workers
    /// it has no effect.
    pub const fn close_after(mut self, close_after: Duration) -> Self {
        self.set = self.set.with(Setting::CloseAfter);
        self.close_after = Some(bounded(close_after));
        self
    }

    /// When the worker is asked to stop, if its group stops. Default [`StopOrder::First`].
    pub const fn stop(mut self, stop: StopOrder) -> Self {
        self.set = self.set.with(Setting::Stop);
        self.stop = stop;
        self
    }

    /// How long one call of the worker's function may take. A call that takes longer is dropped at its `await`, and
    /// fails with [`TimedOut`](crate::error::TimedOut). Waiting for room downstream does not count. Nor does the time
    /// before the call waits for the first time, so a call that never waits needs no timer.
    ///
    /// # Panics
    ///
    /// If `timeout` is zero. In a `const` this is a compile error.
    #[track_caller]
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        assert!(!timeout.is_zero(), "a timeout is more than no time at all");
        self.set = self.set.with(Setting::Timeout);
        self.timeout = Some(timeout);
        self
    }

    /// How long a call may show no progress before it is a *stall*. A stall is logged and shown in the
    /// [`Status`](crate::Status). [`on_stall`](Self::on_stall) sets its further effect. By default calls are not
    /// monitored.
    ///
    /// Progress is the start and the end of each call and of each attempt. During a call it is
    /// [`Context::report_progress`](crate::Context::report_progress),
    /// [`Context::sleep`](crate::Context::sleep), the call of [`Context::stopping`](crate::Context::stopping) and each
    /// message sent through a port. For a worker written by hand, `run` is the call, and each read of its
    /// [`Queue`](crate::by_hand::Queue) is progress. Each lane is monitored separately.
    ///
    /// Some waits never stall: for a message, the next beat, the rate, the backoff before another attempt,
    /// `Context::sleep`, and room at the consumer behind a port. In the last case that consumer may stall. Any
    /// other `await` of a call may stall. Hooks such as `on_startup` are limited by the grace period instead. A
    /// nested group has no stall, but its workers may have one.
    ///
    /// The group checks a worker about once in each such period. A call reads the clock whenever it is woken, and
    /// its stall is detected on time. A call that never waits reads no clock. If it blocks its thread before its
    /// first wait, its stall is detected after twice this time at the latest.
    ///
    /// # Panics
    ///
    /// If `stall` is zero. In a `const` this is a compile error.
    #[track_caller]
    pub const fn stall(mut self, stall: Duration) -> Self {
        assert!(!stall.is_zero(), "a stall is more than no time at all");
        self.set = self.set.with(Setting::Stall);
        self.stall = Some(bounded(stall));
        self
    }

    /// Whether a [`stall`](Self::stall) is set.
    #[must_use]
    pub const fn has_stall(&self) -> bool {
        self.stall.is_some()
    }

    /// The effect of a [`stall`](Self::stall). Default [`OnStall::Report`].
    pub const fn on_stall(mut self, on_stall: OnStall) -> Self {
        self.set = self.set.with(Setting::OnStall);
        self.on_stall = on_stall;
        self
    }

    /// The pause between two calls, or the time between their starts if the pace is [`Pace::Rate`].
    ///
    /// # Panics
    ///
    /// If `period` is zero. In a `const` this is a compile error.
    #[track_caller]
    pub const fn heartbeat(mut self, period: Duration) -> Self {
        assert!(!period.is_zero(), "a heartbeat is more than no time at all");
        self.set = self.set.with(Setting::Heartbeat);
        self.heartbeat = bounded(period);
        self
    }

    /// Calls the worker's function at each time of a cron pattern, instead of a [`heartbeat`](Self::heartbeat). The first call
    /// is at the next time of the pattern, and not at the start. Calls never overlap.
    ///
    /// The pattern has five fields (minute, hour, day of the month, month, day of the week), six with seconds before them, or
    /// seven with a year behind them: `"0 */5 * * * *"` is every five minutes. Names (`MON`, `JAN`), `L`, `W`, `#`, and
    /// `@hourly`, `@daily`, `@weekly`, `@monthly` and `@yearly` are known. The crate
    /// [`croner`](https://docs.rs/croner) reads it.
    ///
    /// Where the clock is set forward, a fixed time that it skips comes at the moment of the change. Where it is set back, a
    /// fixed time comes once, and a time of each hour in each hour. The clock is read anew at least each 30 s, so a change of
    /// the system's time holds soon.
    ///
    /// A pattern that cannot be read, or an unknown [`zone`](Self::zone), is a failure of the worker when it runs. The macros
    /// check the pattern when they run. Needs the feature `cron`.
    #[cfg(feature = "cron")]
    pub const fn cron(mut self, pattern: &'static str) -> Self {
        self.set = self.set.with(Setting::Cron);
        self.cron = Some(pattern);
        self
    }

    /// The time zone of the [`cron`](Self::cron) pattern: `UTC`, `local`, an offset such as `+02:00`, or a name such as
    /// `Europe/Berlin`. Names are looked up in the time zone database of the system, on Windows in one that is compiled in.
    /// Default `UTC`.
    #[cfg(feature = "cron")]
    pub const fn zone(mut self, zone: &'static str) -> Self {
        self.set = self.set.with(Setting::Zone);
        self.zone = zone;
        self
    }

    /// What happens if times of the [`cron`](Self::cron) pattern pass while a call runs, the worker is restarted, or the
    /// machine sleeps. Default [`Missed::Skip`].
    #[cfg(feature = "cron")]
    pub const fn missed(mut self, missed: Missed) -> Self {
        self.set = self.set.with(Setting::Missed);
        self.missed = missed;
        self
    }

    #[cfg(feature = "cron")]
    pub(crate) const fn schedule(&self) -> Schedule {
        Schedule {
            pattern: match self.cron {
                Some(pattern) => pattern,
                None => "",
            },
            zone: self.zone,
            missed: self.missed,
        }
    }

    /// The time that the heartbeat measures. Default [`Pace::Delay`].
    pub const fn pace(mut self, pace: Pace) -> Self {
        self.set = self.set.with(Setting::Pace);
        self.pace = pace;
        self
    }

    /// The upper limit of a random time that is added to each beat.
    pub const fn jitter(mut self, jitter: Duration) -> Self {
        self.set = self.set.with(Setting::Jitter);
        self.jitter = bounded(jitter);
        self
    }

    /// Runs the worker on a thread of its own, which it may block. The thread has the name of the worker. A blocking worker
    /// stays one, whatever options it is added with.
    pub const fn blocking(mut self) -> Self {
        self.blocking = true;
        self
    }

    /// Whether [`blocking`](Self::blocking) is set.
    #[must_use]
    pub const fn is_blocking(&self) -> bool {
        self.blocking
    }

    /// The effect of a failed call. By default the strategy of the group decides
    /// ([`Workers::restart`](crate::Workers::restart)). Without a strategy the default is [`OnError::Stop`].
    pub const fn on_error(mut self, on_error: OnError) -> Self {
        self.set = self.set.with(Setting::OnError);
        self.on_error = Some(on_error);
        self
    }

    /// How many restarts the failures of this worker may cause [`within`](Self::within) a time. One more failure is not
    /// answered by a restart: with [`OnError::Forget`] the group forgets the worker, and otherwise the group fails, or the
    /// group above decides. A restart also spends one of the group's budget, except with [`OnError::Forget`]. Restarts of
    /// a consumer that drains at a stop spend none.
    ///
    /// This limits restarts and causes none: it has no effect if neither the group has a strategy nor the worker
    /// [`OnError::Restart`], [`OnError::Forget`] or [`OnStall::Restart`].
    ///
    /// Default: none. The budget of the group is then the only limit, and with [`OnError::Forget`] there is no restart.
    pub const fn max_restarts(mut self, max_restarts: u32) -> Self {
        self.set = self.set.with(Setting::MaxRestarts);
        self.max_restarts = Some(max_restarts);
        self
    }

    /// How long a restart counts for [`max_restarts`](Self::max_restarts). Default 30 s.
    ///
    /// # Panics
    ///
    /// If `within` is zero. In a `const` this is a compile error.
    pub const fn within(mut self, within: Duration) -> Self {
        assert!(!within.is_zero(), "restarts are counted within some time");
        self.set = self.set.with(Setting::Within);
        self.within = bounded(within);
        self
    }

    /// The effect of the end of this worker on its group. Default [`OnExit::Stop`].
    pub const fn on_exit(mut self, on_exit: OnExit) -> Self {
        self.set = self.set.with(Setting::OnExit);
        self.on_exit = on_exit;
        self
    }

    /// The effect of *lost* messages of this consumer. Default [`OnLost::Fail`].
    ///
    /// A message is lost if its last attempt failed and it did not leave by the port
    /// [`failed`](crate::Slot::failed): the port is not wired, or its consumer refused the message. Neither
    /// [`OnError::Skip`] nor a restart handles the message again. [`Counts::lost`](crate::Counts::lost) counts lost
    /// messages with both settings.
    pub const fn on_lost(mut self, on_lost: OnLost) -> Self {
        self.set = self.set.with(Setting::OnLost);
        self.on_lost = on_lost;
        self
    }

    /// The number of messages that may wait in the queue. `usize::MAX` means no bound. Default 1024.
    ///
    /// # Panics
    ///
    /// If `capacity` is 0. In a `const` this is a compile error.
    #[track_caller]
    pub const fn capacity(mut self, capacity: usize) -> Self {
        assert!(capacity > 0, "a queue needs room for at least one message");
        self.set = self.set.with(Setting::Capacity);
        self.capacity = capacity;
        self
    }

    /// The number of *lanes* of the consumer: workers of the same type that handle its messages at the same time.
    /// Each lane has a task and a state of its own. Default 1.
    ///
    /// Without a key ([`Worker::KEY`](crate::Worker::KEY), `partition_by`) each message goes to a free lane. With a
    /// key, all messages of one key go to one lane, in their order. Each lane then has an equal share of the
    /// `capacity`: four lanes with `capacity = 100` have 25 places each. When a slow key has filled its lane, its
    /// sender waits, and feeds no other lane meanwhile. Size the `capacity` for the slowest key.
    ///
    /// # Panics
    ///
    /// If `lanes` is 0 or above 1000. In a `const` this is a compile error.
    #[track_caller]
    pub const fn concurrency(mut self, lanes: usize) -> Self {
        assert!(lanes > 0 && lanes <= 1000, "a consumer has 1 to 1000 lanes");
        self.set = self.set.with(Setting::Concurrency);
        self.concurrency = lanes;
        self
    }

    /// The number of lanes. See [`concurrency`](Self::concurrency).
    #[must_use]
    pub const fn lanes(&self) -> usize {
        self.concurrency
    }

    /// Whether an option of the worker lets it be restarted.
    #[doc(hidden)]
    #[must_use]
    pub const fn is_restarted(&self) -> bool {
        let by_error = match self.on_error {
            Some(OnError::Restart) => true,
            Some(OnError::Forget) => matches!(self.max_restarts, Some(1..)),
            _ => false,
        };
        by_error || matches!(self.on_stall, OnStall::Restart)
    }

    /// Where a message waits for its next attempt, if [`retry`](Self::retry) is set. Default [`RetryIn::Lane`]. Has no
    /// effect on batches, and at a worker behind a fused edge.
    pub const fn retry_in(mut self, retry_in: RetryIn) -> Self {
        self.set = self.set.with(Setting::RetryIn);
        self.retry_in = retry_in;
        self
    }

    /// Whether a failed call is made again.
    #[doc(hidden)]
    #[must_use]
    pub const fn has_retry(&self) -> bool {
        self.retry > 0
    }

    /// Whether calls take batches.
    #[doc(hidden)]
    #[must_use]
    pub const fn has_batches(&self) -> bool {
        self.batch < usize::MAX
    }

    /// Whether messages wait beside the queue for their next attempt.
    #[doc(hidden)]
    #[must_use]
    pub const fn retries_beside_queue(&self) -> bool {
        matches!(self.retry_in, RetryIn::Queue)
    }

    /// Limits how often a consumer's function is called: `calls` times `within` a time, spread evenly. The limit is
    /// for all lanes together, holds across restarts, and counts every attempt. A message that waits for its call
    /// is in hand. Default: no limit.
    ///
    /// This is the generic cell rate algorithm. Timers count whole milliseconds, so above a thousand calls a second
    /// several calls are made at each millisecond. A delay by a timer is made up for, so the average rate is exact.
    /// Any period has at most the calls of the rate, plus a burst or the calls of 2 ms, whichever is more.
    ///
    /// # Panics
    ///
    /// If `calls` is 0 or `within` is zero. In a `const` this is a compile error.
    #[track_caller]
    pub const fn rate(mut self, calls: u32, within: Duration) -> Self {
        assert!(
            calls > 0 && !within.is_zero(),
            "a rate is at least one call in some time"
        );
        self.set = self.set.with(Setting::Rate);
        self.rate = Some(Rate {
            calls,
            within: bounded(within),
        });
        self
    }

    /// As [`rate`](Self::rate), for a value of an expression.
    #[doc(hidden)]
    #[track_caller]
    pub const fn rate_of(self, (calls, within): (u32, Duration)) -> Self {
        self.rate(calls, within)
    }

    /// The number of calls that an idle consumer may make at once, before [`rate`](Self::rate) spreads them.
    /// Default 1.
    ///
    /// # Panics
    ///
    /// If `calls` is 0. In a `const` this is a compile error.
    #[track_caller]
    pub const fn burst(mut self, calls: u32) -> Self {
        assert!(calls > 0, "at least one call is made at once");
        self.set = self.set.with(Setting::Burst);
        self.burst = calls;
        self
    }

    /// Marks a worker that has state and no key, so that several lanes would each have a part of the state.
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

    /// The largest number of messages in a batch, for a consumer that takes a `Vec`. A batch is handed over when it
    /// is full, when its `linger` is over, when the queue has no room for more, and at the end. Default: as many
    /// messages as the queue has room for.
    ///
    /// # Panics
    ///
    /// If `messages` is 0 or above 100,000. In a `const` this is a compile error.
    #[track_caller]
    pub const fn batch(mut self, messages: usize) -> Self {
        assert!(
            messages > 0 && messages <= MAX_BATCH,
            "a batch holds 1 to 100000 messages"
        );
        self.set = self.set.with(Setting::Batch);
        self.batch = messages;
        self
    }

    /// How long the first message of a batch waits for more messages. Default: until the batch is full.
    pub const fn linger(mut self, linger: Duration) -> Self {
        self.set = self.set.with(Setting::Linger);
        self.linger = Some(bounded(linger));
        self
    }

    /// The largest weight of a batch: the sum of the weights of its messages
    /// ([`Worker::WEIGHT`](crate::Worker::WEIGHT), `batch_weight`). A message that would exceed it begins the next
    /// batch. A message that is heavier than the limit is a batch of its own. Default: no limit.
    ///
    /// # Panics
    ///
    /// If `weight` is 0. In a `const` this is a compile error.
    #[track_caller]
    pub const fn max_weight(mut self, weight: usize) -> Self {
        assert!(weight > 0, "a batch has some weight");
        self.set = self.set.with(Setting::MaxWeight);
        self.max_weight = weight;
        self
    }

    /// The number of further attempts after a failed call, each after a [`backoff`](Self::backoff). The message is
    /// cloned for them. Later messages of the same lane wait. Default 0.
    ///
    /// After the last attempt, the message leaves by the port [`failed`](crate::Slot::failed), if that is wired.
    /// Otherwise [`on_error`](Self::on_error) decides. At a stop, the remaining attempts are made at once.
    pub const fn retry(mut self, times: u32) -> Self {
        self.set = self.set.with(Setting::Retry);
        self.retry = times;
        self
    }

    /// The pause before another attempt. Its upper limit is `first`, doubles with each attempt, and is at most
    /// `last`. The pause is a random time up to that limit (*full jitter*, after "Exponential Backoff And Jitter"
    /// in the AWS Architecture Blog, 2015). Default 100 ms to 5 s.
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
        self.set = self.set.with(Setting::Backoff);
        self.backoff = (bounded(first), bounded(last));
        self
    }

    /// As [`backoff`](Self::backoff), for a value of an expression.
    #[doc(hidden)]
    #[track_caller]
    pub const fn backoff_range(self, pauses: Range<Duration>) -> Self {
        self.backoff(pauses.start, pauses.end)
    }

    /// The effect of a message sent to a full queue. Default [`Overflow::Wait`].
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.set = self.set.with(Setting::Overflow);
        self.overflow = overflow;
        self
    }
}

/// The largest possible limit of a batch.
pub(crate) const MAX_BATCH: usize = 100_000;

/// Limits a duration to a hundred years, so that adding it to an `Instant` does not overflow.
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

/// The times of a cron pattern, as they are declared.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "cron"), allow(dead_code, reason = "nothing reads it"))]
pub(crate) struct Schedule {
    pub(crate) pattern: &'static str,
    pub(crate) zone: &'static str,
    pub(crate) missed: Missed,
}

impl Schedule {
    pub(crate) const UTC: &'static str = "UTC";
}
