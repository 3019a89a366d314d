//! An exit as text: one line for itself, and a table of its workers.

use std::fmt;

use super::{Exit, Report};
use crate::report::cause::Cause;
use crate::report::plural;

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
        if self.lost() > 0 {
            f.write_str(", lost: ")?;
            self.write_lost(f, "", &mut "")?;
        }
        write!(f, " (exit code {})", self.code())?;
        if *stuck {
            f.write_str(", STUCK: it blocks its thread")?;
        }
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

impl fmt::Debug for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `main` prints the `Debug` form of a `Result<(), Exit>`.
        fmt::Display::fmt(self, f)
    }
}

impl Exit {
    /// Writes the number of lost messages, with the workers that lost them. `path` leads to this exit.
    fn write_lost(
        &self,
        f: &mut fmt::Formatter<'_>,
        path: &str,
        separator: &mut &'static str,
    ) -> fmt::Result {
        if self.workers().is_empty() && self.lost() > 0 {
            let messages = plural(self.lost(), "message", "messages");
            write!(f, "{separator}{} {messages}", self.lost())?;
            *separator = ", ";
            if !path.is_empty() {
                write!(f, " of `{path}`")?;
            }
        }
        self.workers().iter().try_for_each(|worker| {
            let name = worker.name();
            let below = match path {
                "" => name.to_owned(),
                path => format!("{path}/{name}"),
            };
            worker.write_lost(f, &below, separator)
        })
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
            .try_for_each(|worker| worker.write_line(f, depth, width.unwrap_or(0)))
    }
}
