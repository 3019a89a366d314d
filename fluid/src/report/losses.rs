//! The messages that consumers accepted and never handled.

use std::fmt;

use crate::report::exit::{Exit, plural};
use crate::report::ledger::Counts;

/// The messages that consumers accepted and did not handle, by what became of them. See [`Exit::losses`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Losses {
    /// Messages whose last attempt failed, and that left by no port `failed` ([`Counts::lost`]).
    pub failed: u64,
    /// Messages that a full queue dropped ([`Counts::dropped`]).
    pub dropped: u64,
    /// Messages that were queued or in hand when their consumer had to end ([`Counts::undelivered`]), and that did not leave
    /// by the port `undelivered` ([`Counts::saved`]).
    pub undelivered: u64,
    /// The sum of the three.
    pub total: u64,
}

impl Losses {
    pub(crate) const fn of(counts: &Counts) -> Self {
        let Counts {
            lost: failed,
            dropped,
            undelivered,
            saved,
            ..
        } = *counts;
        let undelivered = undelivered - saved;
        Self {
            failed,
            dropped,
            undelivered,
            total: failed + dropped + undelivered,
        }
    }

    fn kinds(&self) -> impl Iterator<Item = (u64, &'static str)> {
        let kinds = [
            (self.failed, "failed"),
            (self.dropped, "dropped"),
            (self.undelivered, "undelivered"),
        ];
        kinds.into_iter().filter(|(count, _)| *count > 0)
    }
}

/// The kinds of losses: `failed`, or with their numbers `3 failed, 1 dropped`.
impl fmt::Display for Losses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.total;
        let mut separator = "";
        self.kinds().try_for_each(|(count, kind)| {
            f.write_str(separator)?;
            separator = ", ";
            match count == all {
                true => f.write_str(kind),
                false => write!(f, "{count} {kind}"),
            }
        })
    }
}

impl Exit {
    /// The messages that it and all members below it accepted and did not handle, also those of members that were
    /// forgotten.
    ///
    /// A message counts where it was lost. If a consumer has handled a message and sent it on, only the next consumer
    /// can lose it. If it left by the port `failed` or `undelivered`, only the consumer behind that port can. So no message counts twice,
    /// but a broadcast makes several messages of one, which are lost one by one. A message that no consumer accepted is
    /// [`unsent`](Self::unsent), and no loss.
    ///
    /// [`lost`](Self::lost) counts those among them that set the exit code.
    #[must_use]
    pub fn losses(&self) -> Losses {
        self.total().as_ref().map(Losses::of).unwrap_or_default()
    }

    /// Writes the line of all losses: the sum, and what each worker lost.
    pub(super) fn write_losses(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let losses = self.losses();
        if losses.total == 0 {
            return Ok(());
        }
        let messages = plural(losses.total, "message", "messages");
        write!(f, "\n  lost: {} {messages}", losses.total)?;
        if self.workers().is_empty() && self.forgotten().is_none() {
            return write!(f, " ({losses})");
        }
        self.write_losses_below(f, "", &mut ": ")
    }

    /// Writes the losses of this worker and of those below it. `path` leads to it.
    fn write_losses_below(
        &self,
        f: &mut fmt::Formatter<'_>,
        path: &str,
        separator: &mut &'static str,
    ) -> fmt::Result {
        let mut part = |f: &mut fmt::Formatter<'_>, counts: Option<Counts>, of: &str| {
            let losses = counts.as_ref().map(Losses::of).unwrap_or_default();
            if losses.total == 0 {
                return Ok(());
            }
            write!(f, "{separator}{} of {of} ({losses})", losses.total)?;
            *separator = ", ";
            Ok(())
        };
        part(f, self.counts(), &format!("`{path}`"))?;
        let forgotten = self.forgotten().map(|forgotten| forgotten.counts);
        match path {
            "" => part(f, forgotten, "forgotten workers")?,
            path => part(f, forgotten, &format!("forgotten workers of `{path}`"))?,
        }
        self.workers().iter().try_for_each(|worker| {
            let name = worker.name();
            let below = match path {
                "" => name.to_owned(),
                path => format!("{path}/{name}"),
            };
            worker.write_losses_below(f, &below, separator)
        })
    }
}
