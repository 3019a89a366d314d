//! The report of why and how a worker or a group ended.

#[cfg(feature = "serde")]
mod fields;

use std::fmt;
use std::io::{self, Write as _};
use std::process::{ExitCode, Termination};
use std::sync::Arc;
use std::time::Duration;

use crate::error::Error;
use crate::report::cause::{Cause, Forced};
use crate::report::forgotten::Forgotten;
use crate::report::ledger::Counts;
use crate::state::{Kind, State};

/// Why and how a worker or a group ended: the cause, the counts of its messages, its restarts, whether it was
/// forced, and the exit of each member.
///
/// Each wait for the end returns the same exit. It is cheap to clone.
///
/// With the feature `serde` it implements `Serialize`: with the exit `code`, whether it was `forced`, the `cause` as text and
/// the `cause_kind` as a word ([`Cause::kind_name`]), the [`losses`](Self::losses), and `ran_for` in seconds.
///
/// As the return value of `main` it sets the exit code of the process, and is printed to standard error unless the
/// code is 0. A `main` that returns `Result<(), Exit>` prints it too, but the exit code of an `Err` is always 1. To
/// print it for every code, use `after_shutdown`.
///
/// ```no_run
/// # use fluid::{worker, WorkerExt};
/// # #[worker(heartbeat = "1s")]
/// # async fn poll() {}
/// fn main() -> fluid::Exit {
///     Poll {}.main()
/// }
/// ```
///
/// `{}` prints a table. If messages were lost, its second line says [how many](Self::losses) of which workers:
///
/// ```text
/// market: stopped after 12.4s, by SIGTERM (exit code 2 for 3 lost messages)
///   lost: 8 messages: 5 of `aggregate` (dropped), 3 of `store` (failed)
///   poll       stopped  12 beats, 3400 emitted
///   aggregate  stopped  3400 accepted, 3395 done, 5 dropped, 170 emitted
///   store      stopped  170 accepted, 167 done, 3 failed, 3 lost
/// ```
#[derive(Clone)]
#[must_use = "an `Exit` reports failures and lost messages: check it, or discard it with `let _ =`"]
pub struct Exit(Arc<Report>);

#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
    pub(crate) state: State,
    pub(crate) cause: Cause,
    pub(crate) forced_by: Option<Forced>,
    pub(crate) stuck: bool,
    pub(crate) ran_for: Duration,
    pub(crate) counts: Option<Counts>,
    /// Lost messages of this worker and all members below it that count for the exit code.
    pub(crate) lost: u64,
    pub(crate) emitted: u64,
    pub(crate) unsent: u64,
    pub(crate) beats: u64,
    pub(crate) missed_beats: u64,
    pub(crate) restarts: u64,
    pub(crate) stalls: u64,
    pub(crate) last_error: Option<Error>,
    pub(crate) workers: Vec<Exit>,
    /// Boxed, because most members have none.
    pub(crate) forgotten: Option<Box<Forgotten>>,
}

impl Exit {
    pub(crate) fn new(report: Report) -> Self {
        Self(Arc::new(report))
    }

    /// The name of the worker or the group.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Whether it is a worker, a consumer, a group or a callback.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// [`State::Stopped`], or [`State::ForceStopped`] if it or a member below it was forced.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.state
    }

    /// The cause of the end.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// Whether it or a member below it was forced to end.
    #[must_use]
    pub fn is_forced(&self) -> bool {
        self.0.state == State::ForceStopped
    }

    /// Why it was forced to end. `None` if it was not, if only members below it were, or if its runtime was shut
    /// down, which is the [cause](Self::cause).
    #[must_use]
    pub fn forced_by(&self) -> Option<Forced> {
        self.0.forced_by
    }

    /// Whether it did not obey a forced stop, because it blocks its thread.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        self.0.stuck
    }

    /// Whether it or a member below it is stuck.
    pub(crate) fn has_stuck(&self) -> bool {
        self.is_stuck() || self.workers().iter().any(Self::has_stuck)
    }

    /// The time from its start to its end.
    #[must_use]
    pub fn ran_for(&self) -> Duration {
        self.0.ran_for
    }

    /// The counts of its messages. `None` unless it is a consumer.
    #[must_use]
    pub fn counts(&self) -> Option<Counts> {
        self.0.counts
    }

    /// The sums of the counts of all consumers below it, and of its own. `None` if there is no consumer.
    pub(crate) fn total(&self) -> Option<Counts> {
        let below = self.workers().iter().filter_map(Self::total);
        let forgotten = self.forgotten().map(|forgotten| forgotten.counts);
        let mut all = self.counts().into_iter().chain(forgotten).chain(below);
        let first = all.next()?;
        Some(std::iter::once(first).chain(all).sum())
    }

    /// The number of messages that it and all members below it lost, also those that were forgotten. A message is lost if
    /// its last attempt failed, and it left by no port `failed`. If a consumer [failed](Cause::is_failure), its
    /// [undelivered](Counts::undelivered) messages are lost too, unless they were [saved](Counts::saved). Messages of consumers whose
    /// [`on_lost`](crate::Options::on_lost) is [`OnLost::Ignore`](crate::OnLost::Ignore) do not count.
    ///
    /// These set the exit code. [`losses`](Self::losses) counts all messages that were not handled.
    #[must_use]
    pub fn lost(&self) -> u64 {
        self.0.lost
    }

    /// The number of emitted messages, over all ports.
    #[must_use]
    pub fn emitted(&self) -> u64 {
        self.0.emitted
    }

    /// The number of sent messages that no consumer accepted: the consumer had ended, or a forced stop cut the send
    /// off.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.0.unsent
    }

    /// The number of calls of a worker with a heartbeat, or of runs of a callback.
    #[must_use]
    pub fn beats(&self) -> u64 {
        self.0.beats
    }

    /// The number of missed beats of a worker with `pace = "rate"`.
    #[must_use]
    pub fn missed_beats(&self) -> u64 {
        self.0.missed_beats
    }

    /// The number of restarts.
    #[must_use]
    pub fn restarts(&self) -> u64 {
        self.0.restarts
    }

    /// The number of stalls, if it has a [`stall`](crate::Options::stall).
    #[must_use]
    pub fn stalls(&self) -> u64 {
        self.0.stalls
    }

    /// The last failure, even if a policy answered it.
    #[must_use]
    pub fn last_error(&self) -> Option<&Error> {
        self.0.last_error.as_ref()
    }

    /// The exits of the workers and callbacks of a group, in the order in which they were added.
    pub fn workers(&self) -> &[Exit] {
        &self.0.workers
    }

    /// The number and the sums of the members that a group has forgotten ([`OnExit::Forget`](crate::OnExit::Forget),
    /// [`OnError::Forget`](crate::OnError::Forget)). `None` if there were none.
    #[must_use]
    pub fn forgotten(&self) -> Option<&Forgotten> {
        self.0.forgotten.as_deref()
    }

    /// The exit of a member below this one. `path` is its name, or the names on the path joined with `/`.
    #[must_use]
    pub fn worker(&self, path: &str) -> Option<&Exit> {
        path.split('/').try_fold(self, |exit, name| {
            exit.workers().iter().find(|worker| worker.name() == name)
        })
    }

    /// The exit code: 0 after a normal end, 1 if it was forced, 2 if it failed or [lost](Self::lost) messages, or
    /// the code given to [`bail_out`](crate::GroupHandle::bail_out).
    #[must_use]
    pub fn code(&self) -> u8 {
        match self.cause() {
            Cause::BailedOut { code, .. } => *code,
            cause if cause.is_failure() || self.lost() > 0 => 2,
            _ => u8::from(self.is_forced()),
        }
    }

    /// Whether the exit code is 2 only because messages were lost.
    fn fails_by_losses(&self) -> bool {
        let cause = self.cause();
        self.lost() > 0 && !cause.is_failure() && !matches!(cause, Cause::BailedOut { .. })
    }

    /// Whether the exit code is 0.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.code() == 0
    }

    /// The line of one worker: `name state what it did`.
    fn write_line(&self, f: &mut fmt::Formatter<'_>, depth: usize, width: usize) -> fmt::Result {
        let report = &*self.0;
        let indent = 2 * depth;
        write!(
            f,
            "\n{:indent$}{:width$}  {}",
            "", report.name, report.state
        )?;
        let mut separator = "  ";
        let mut part = |f: &mut fmt::Formatter<'_>, text: &dyn fmt::Display| {
            write!(f, "{separator}{text}")?;
            separator = ", ";
            Ok(())
        };
        if report.stuck {
            part(f, &"STUCK: it blocks its thread")?;
        }
        if report.cause.is_failure() || matches!(report.cause, Cause::NotStarted) {
            part(f, &report.cause)?;
        }
        if let Some(counts) = report.counts {
            part(f, &counts)?;
        }
        for (count, what) in [
            (report.beats, plural(report.beats, "beat", "beats")),
            (report.missed_beats, "missed"),
            (report.emitted, "emitted"),
            (report.unsent, "unsent"),
            (
                report.restarts,
                plural(report.restarts, "restart", "restarts"),
            ),
            (report.stalls, plural(report.stalls, "stall", "stalls")),
        ] {
            if count > 0 {
                part(f, &format_args!("{count} {what}"))?;
            }
        }
        if let Some(error) = &report.last_error
            && !report.cause.is_failure()
        {
            part(f, &format_args!("last error: {error:#}"))?;
        }
        self.write_workers(f, depth + 1)
    }

    fn write_workers(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let width = self
            .workers()
            .iter()
            .map(|worker| worker.name().chars().count())
            .max();
        self.workers()
            .iter()
            .try_for_each(|worker| worker.write_line(f, depth, width.unwrap_or(0)))?;
        match self.forgotten() {
            Some(forgotten) => write!(f, "\n{:indent$}{forgotten}", "", indent = 2 * depth),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            name,
            state,
            ran_for,
            cause,
            forced_by,
            counts,
            stuck,
            last_error,
            ..
        } = &*self.0;
        let seconds = ran_for.as_secs_f64();
        write!(f, "{name}: {state} after {seconds:.1}s, {cause}")?;
        if let Some(forced_by) = forced_by {
            write!(f, ", forced: {forced_by}")?;
        }
        write!(f, " (exit code {}", self.code())?;
        if self.fails_by_losses() {
            let messages = plural(self.lost(), "message", "messages");
            write!(f, " for {} lost {messages}", self.lost())?;
        }
        f.write_str(")")?;
        if *stuck {
            f.write_str(", STUCK: it blocks its thread")?;
        }
        self.write_losses(f)?;
        if let Some(counts) = counts {
            write!(f, "\n  {counts}")?;
        }
        if let Some(error) = last_error
            && !cause.is_failure()
        {
            write!(f, "\n  last error: {error:#}")?;
        }
        self.write_workers(f, 1)
    }
}

/// The singular or the plural.
pub(crate) const fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}

impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `main` prints the `Debug` form of a `Result<(), Exit>`.
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Exit {}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        if !self.is_success() {
            // A closed standard error is ignored.
            let _ = writeln!(io::stderr(), "{self}");
        }
        ExitCode::from(self.code())
    }
}
