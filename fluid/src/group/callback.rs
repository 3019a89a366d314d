//! Code that a group runs beside its workers.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

#[cfg(feature = "cron")]
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;

use crate::catch::{DropCaught, catch};
use crate::error::Error;
use crate::group::on_signal::{SignalListener, UnixSignal};
use crate::lifecycle::launch::{BoxFuture, Launch, LaunchContext};
use crate::node::Node;
use crate::node::directive::{Directive, RunStats};
#[cfg(feature = "cron")]
use crate::options::Missed;
use crate::options::{OnError, OnExit, Options, Schedule, bounded};
use crate::outcome::Outcome;
use crate::report::cause::Cause;
use crate::state::State;
use crate::sync::flag::until;
#[cfg(feature = "cron")]
use crate::time::cron::{CronTimes, reach};
use crate::time::jitter::jitter;
use crate::time::run_control::RunControl;
#[cfg(feature = "cron")]
use crate::time::wall;

/// When a callback runs, and what its failure does.
///
/// A callback never overlaps itself. It fails if it returns an error or panics; both are logged, and both are
/// answered in the same way: as [`on_error`](Self::on_error) says. Without `on_error`, the failure of a periodic
/// callback is answered by the group's strategy ([`Workers::restart`](crate::Workers::restart)), and stops a group that
/// has none.
///
/// ```
/// use std::time::Duration;
/// use fluid::Callback;
///
/// let report = Callback::every(Duration::from_secs(30)).jitter(Duration::from_secs(5));
/// let warm_up = Callback::after(Duration::from_secs(5)).name("warm_up");
/// ```
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Callback {
    name: &'static str,
    wait: Duration,
    jitter: Duration,
    periodic: bool,
    /// The signal that runs it, if time does not.
    signal: Option<UnixSignal>,
    /// The times at which it runs, if it has a pattern.
    #[cfg_attr(not(feature = "cron"), allow(dead_code, reason = "nothing reads it"))]
    schedule: Option<Schedule>,
    on_error: Option<OnError>,
}

impl Callback {
    /// Runs each `period`, for the first time after one period. A run that takes longer than a period
    /// delays the next one, which then comes at once. If it fails, and the group's strategy answers that with a
    /// restart, it is armed anew: the next run is one period later.
    pub const fn every(period: Duration) -> Self {
        let (jitter, on_error) = (Duration::ZERO, None);
        Self {
            name: "every",
            wait: bounded(period),
            jitter,
            periodic: true,
            signal: None,
            schedule: None,
            on_error,
        }
    }

    /// Runs once, after `delay`. A failure is only logged, unless [`on_error`](Self::on_error) says otherwise.
    pub const fn after(delay: Duration) -> Self {
        let (jitter, on_error) = (Duration::ZERO, Some(OnError::Skip));
        Self {
            name: "after",
            wait: bounded(delay),
            jitter,
            periodic: false,
            signal: None,
            schedule: None,
            on_error,
        }
    }

    /// Runs at each time of a cron pattern, see [`Options::cron`]. The other options are those of [`every`](Self::every).
    ///
    /// ```
    /// use fluid::{Callback, Missed};
    ///
    /// let report = Callback::cron("30 6 * * MON-FRI").zone("Europe/Berlin").missed(Missed::Once);
    /// ```
    #[cfg(feature = "cron")]
    pub const fn cron(pattern: &'static str) -> Self {
        let mut callback = Self::every(Duration::ZERO).name("cron");
        callback.schedule = Some(Schedule {
            pattern,
            zone: Schedule::UTC,
            missed: Missed::Skip,
        });
        callback
    }

    /// The time zone of the pattern of [`cron`](Self::cron), see [`Options::zone`]. Other callbacks have none.
    #[cfg(feature = "cron")]
    pub const fn zone(mut self, zone: &'static str) -> Self {
        if let Some(schedule) = &mut self.schedule {
            schedule.zone = zone;
        }
        self
    }

    /// What becomes of times of the pattern of [`cron`](Self::cron) that pass while the callback runs, see
    /// [`Options::missed`].
    #[cfg(feature = "cron")]
    pub const fn missed(mut self, missed: Missed) -> Self {
        if let Some(schedule) = &mut self.schedule {
            schedule.missed = missed;
        }
        self
    }

    /// Runs whenever the process gets `signal`, for example to read a configuration again. It never overlaps itself: flags
    /// that come while it runs cause one more run together. A failure is only logged, unless
    /// [`on_error`](Self::on_error) says otherwise, so that a mistake in the new configuration does not stop the group.
    ///
    /// From its start on, tokio handles the signal for the rest of the process, and the default action of the system no
    /// longer follows. `SIGHUP`, for example, ends a process only before that. On systems other than Unix it never runs.
    ///
    /// The new configuration reaches the workers by a channel of tokio:
    ///
    /// ```
    /// use fluid::{Callback, UnixSignal, Workers};
    /// use tokio::sync::watch;
    ///
    /// # #[derive(Clone, Debug)] pub struct Config;
    /// # impl Config { fn read() -> Result<Self, std::io::Error> { Ok(Self) } }
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), fluid::Error> {
    /// let config = watch::Sender::new(Config::read()?);
    /// // Workers have `config.subscribe()`, and read it with `borrow()`.
    /// # let _: watch::Receiver<Config> = config.subscribe();
    /// let mut workers = Workers::new("service");
    /// workers.register_callback(Callback::on_signal(UnixSignal::Hangup), move || {
    ///     let config = config.clone();
    ///     async move {
    ///         config.send_replace(Config::read()?);
    ///         Ok::<(), fluid::Error>(())
    ///     }
    /// });
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Without the feature `process`. In a `const` this is a compile error.
    #[allow(unreachable_code, unused_variables, reason = "without the feature")]
    pub const fn on_signal(signal: UnixSignal) -> Self {
        #[cfg(not(feature = "process"))]
        panic!("`on_signal` needs the feature `process` of the crate `fluid`");
        Self {
            name: "on_signal",
            wait: Duration::ZERO,
            jitter: Duration::ZERO,
            periodic: true,
            signal: Some(signal),
            schedule: None,
            on_error: Some(OnError::Skip),
        }
    }

    /// The name in the status, the log and the exit. Default `every`, `after` or `on_signal`.
    pub const fn name(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    /// At most this much, drawn anew each time, is added to each wait. A signal is answered at once.
    pub const fn jitter(mut self, jitter: Duration) -> Self {
        self.jitter = bounded(jitter);
        self
    }

    /// Whether a failure, an error or a panic, stops the group ([`OnError::Stop`]) or is only logged.
    pub const fn on_error(mut self, on_error: OnError) -> Self {
        self.on_error = Some(on_error);
        self
    }

    pub(crate) const fn worker_name(&self) -> &'static str {
        self.name
    }

    pub(crate) const fn options(&self) -> Options {
        let mut options = Options::new().on_exit(OnExit::Ignore);
        options.on_error = self.on_error;
        options
    }
}

pub(crate) type Run = DropCaught<Box<dyn FnMut() -> BoxFuture<Result<(), Error>> + Send>>;

/// Makes a callback's closure one that the runtime can keep.
pub(crate) fn boxed<F>(mut run: impl FnMut() -> F + Send + 'static) -> Run
where
    F: Future<Output: Outcome> + Send + 'static,
{
    DropCaught::new(Box::new(move || {
        let future = run();
        Box::pin(async move { future.await.outcome() })
    }))
}

/// A callback that has not been started.
pub(crate) struct PendingCallback {
    pub(crate) node: Arc<Node>,
    pub(crate) callback: Callback,
    pub(crate) run: Run,
    listener: Option<SignalListener>,
}

impl PendingCallback {
    pub(super) fn new(node: Arc<Node>, callback: Callback, run: Run) -> Self {
        Self {
            node,
            callback,
            run,
            listener: None,
        }
    }
}

impl Launch for PendingCallback {
    fn launch(self: Box<Self>, launch: LaunchContext) {
        let span = tracing::info_span!(parent: None, "callback", name = &*self.node.path());
        launch.group.runtime.clone().spawn(
            async move {
                let node = Arc::clone(&self.node);
                let cause = self.live().await;
                let forced = cause.is_none();
                node.advance(State::Stopping);
                node.finish(node.report(cause.unwrap_or(Cause::Stopped), forced, false));
                node.notify_ended();
            }
            .instrument(span),
        );
    }
}

/// How one life of a callback ended.
enum CallbackOutcome {
    Over(Cause),
    Failed(Cause),
    /// Another one is to follow.
    Recycled,
}

impl PendingCallback {
    /// One life after the other, for as long as the group says so. Nothing, if it is forced to end.
    async fn live(mut self) -> Option<Cause> {
        let node = Arc::clone(&self.node);
        if let Some(signal) = self.callback.signal {
            // Without a runtime that has flags, tokio panics.
            let listener = catch(async { SignalListener::new(signal).map_err(Error::from) });
            match listener.await {
                Ok(listener) => self.listener = Some(listener),
                Err(error) => {
                    node.note_error(&error);
                    return Some(Cause::failure(node.name(), error));
                }
            }
        }
        loop {
            let (began, beats) = (Instant::now(), node.beats.load(Ordering::Relaxed));
            let run_control = node.run_control();
            node.advance(State::Running);
            node.notify_started();
            let failure = match until(run_control.cut_off(), self.fire(&run_control)).await {
                None if node.forced().is_raised() => return None,
                None | Some(CallbackOutcome::Recycled) => None,
                Some(CallbackOutcome::Over(cause)) => return Some(cause),
                Some(CallbackOutcome::Failed(cause)) => Some(cause),
            };
            let beats = node.beats.load(Ordering::Relaxed) - beats;
            let run_stats = RunStats::since(began, beats > 1);
            match node.next_directive(failure, run_stats).await? {
                Directive::Restart => {}
                Directive::Stop(cause) => return Some(cause),
            }
        }
    }

    /// The times of its pattern, if it has one.
    #[cfg(feature = "cron")]
    fn times(&self) -> Result<Option<CronTimes>, Error> {
        let schedule = self.callback.schedule.as_ref();
        schedule
            .map(|schedule| CronTimes::new(schedule, self.node.last_time()))
            .transpose()
    }

    /// The next time of its pattern.
    #[cfg(feature = "cron")]
    fn next_time(&self, times: &CronTimes) -> Option<Timestamp> {
        let due = times.next(wall::now());
        if due.missed > 0 {
            self.node.miss_beats(due.missed);
        }
        due.at
    }

    async fn fire(&mut self, run_control: &RunControl) -> CallbackOutcome {
        let Callback {
            wait,
            periodic,
            on_error,
            ..
        } = self.callback;
        let mut due = Instant::now();
        #[cfg(feature = "cron")]
        let mut times = match self.times() {
            Ok(times) => times,
            Err(error) => {
                self.node.note_error(&error);
                return CallbackOutcome::Over(Cause::failure(self.node.name(), error));
            }
        };
        loop {
            due = (due + wait).max(Instant::now());
            #[cfg(feature = "cron")]
            let time = times.as_ref().and_then(|times| self.next_time(times));
            let awake = async {
                match &mut self.listener {
                    Some(listener) => listener.next().await,
                    #[cfg(feature = "cron")]
                    None if times.is_some() => reach(time, jitter(self.callback.jitter)).await,
                    None => sleep_until(due + jitter(self.callback.jitter)).await,
                }
            };
            if until(run_control.stop_requested(), awake).await.is_none() {
                return if run_control.restart_requested().is_raised() {
                    CallbackOutcome::Recycled
                } else {
                    CallbackOutcome::Over(Cause::Stopped)
                };
            }
            #[cfg(feature = "cron")]
            if let (Some(times), Some(time)) = (&mut times, time) {
                times.begin(time);
                self.node.note_time(time);
            }
            self.node.beats.fetch_add(1, Ordering::Relaxed);
            #[cfg(feature = "test-util")]
            let _in_progress = crate::test::InProgress::of(&self.node.test);
            let result = catch(async { (self.run)().await }).await;
            if let Err(error) = result {
                tracing::error!(
                    callback = &*self.node.path(),
                    error = format!("{error:#}"),
                    "callback failed"
                );
                self.node.note_error(&error);
                if matches!(on_error, None | Some(OnError::Stop)) {
                    return CallbackOutcome::Failed(Cause::failure(self.node.name(), error));
                }
            }
            if !periodic {
                return CallbackOutcome::Over(Cause::Finished);
            }
        }
    }
}
