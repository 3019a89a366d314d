//! What a row of the table of options says.

use std::fmt;

/// A place that takes options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// `#[worker(…)]`
    Worker,
    /// `#[consumer(…)]`
    Consumer,
    /// `#[worker(…)]` or `#[consumer(…)]` on a field of a group.
    Field,
    /// `#[workers(…)]`
    Group,
    /// `every(…)` and `after(…)`
    Callback,
}

/// One option.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Other words for the option, which an error answers with its name.
    pub(super) synonyms: &'static [&'static str],
    pub(super) kind: Kind,
    /// Whether the value must be known when the macro runs, because a name or a rule depends on it.
    pub(super) is_literal: bool,
    pub(super) scopes: &'static [Scope],
    /// Scopes in which the option is a likely mistake, with the text of the error.
    pub(super) elsewhere: &'static [(Scope, &'static str)],
    pub(super) needs: &'static [Needs],
    pub(super) excludes: Option<Excludes>,
    /// The option whose value this one completes.
    pub(super) part_of: Option<&'static str>,
    /// What the option asks of the worker on whose field it is set.
    pub(crate) on_field: &'static [FieldRule],
    /// Why the option excludes a fused edge at its worker.
    pub(crate) not_fused: Option<NotFused>,
}

/// The kind of an option's value.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// No value.
    Flag,
    /// A duration, which may be zero or not.
    Duration { zero: bool },
    /// Two durations, `first..last`, or one that is both.
    Durations,
    /// A name.
    Text,
    /// One of several words.
    Choice(&'static [Choice]),
    /// The capacity of a queue.
    Capacity,
    /// A number from `least` to `most`, of the type `u32`.
    Number { least: u64, most: u64 },
    /// A number from `least` to `most`, of the type `usize`.
    Size { least: u64, most: u64 },
    /// A number of calls in a time, `100/s`.
    Rate,
    /// A cron pattern.
    Pattern,
    /// A time zone.
    Zone,
    /// A closure, or the path of a function.
    Code { like: &'static str },
}

/// A word, and the item of the runtime that it stands for: a variant of an enum, or a function that constructs a
/// value.
pub(super) struct Choice {
    pub(super) word: &'static str,
    pub(super) ty: &'static str,
    pub(super) item: &'static str,
    pub(super) is_function: bool,
}

/// An option has no meaning without one of some others.
pub(super) struct Needs {
    pub(super) any_of: &'static [&'static str],
    pub(super) why: &'static str,
}

/// An option cannot be set together with another one.
#[derive(Clone, Copy)]
pub(super) struct Excludes {
    pub(super) other: &'static str,
    /// The text of the error.
    pub(super) message: &'static str,
}

/// A rule about the type of the worker on whose field an option is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldRule {
    /// It is a consumer.
    IsConsumer,
    /// It is no consumer.
    IsNoConsumer,
    /// It has an option `stall`, in its function or on this field.
    HasStall,
    /// Its function does not block.
    IsNotBlocking,
    /// It has no state that each lane would have for itself.
    IsStateless,
    /// It makes calls that can stall, so it is no group.
    MakesCalls,
    /// The runtime makes its calls, so it is no worker written by hand.
    IsCalled,
    /// Its calls take batches.
    TakesBatches,
    /// It has an option `retry`, in its function or on this field.
    HasRetry,
    /// Its calls take single messages.
    TakesNoBatches,
    /// Its messages can be cloned.
    KeepsCopies,
    /// It is an ingress.
    IsIngress,
}

/// At which end of a fused edge an option is refused, and why.
#[derive(Clone, Copy)]
pub(crate) enum NotFused {
    /// At the worker that is called.
    Callee(&'static str),
    /// At both workers.
    Either(&'static str),
}

/// What an option takes that cannot be zero.
pub(super) const MORE_THAN_ZERO: &str = "more than no time at all";

/// Why a capacity cannot be zero.
pub(super) const ROOM: &str = "a queue needs room for at least one message: write 1 or more";

/// What an option takes that is a number within bounds.
pub(super) fn range(least: u64, most: u64) -> String {
    match least {
        0 => format!("a number up to {most}"),
        _ => format!("a number from {least} to {most}"),
    }
}

impl Row {
    pub(super) const fn new(name: &'static str, kind: Kind, scopes: &'static [Scope]) -> Self {
        Self {
            name,
            synonyms: &[],
            kind,
            is_literal: false,
            scopes,
            elsewhere: &[],
            needs: &[],
            excludes: None,
            part_of: None,
            on_field: &[],
            not_fused: None,
        }
    }

    pub(super) const fn literal(mut self) -> Self {
        self.is_literal = true;
        self
    }

    pub(super) const fn synonyms(mut self, synonyms: &'static [&'static str]) -> Self {
        self.synonyms = synonyms;
        self
    }

    pub(super) const fn elsewhere(mut self, elsewhere: &'static [(Scope, &'static str)]) -> Self {
        self.elsewhere = elsewhere;
        self
    }

    pub(super) const fn needs(mut self, needs: &'static [Needs]) -> Self {
        self.needs = needs;
        self
    }

    pub(super) const fn excludes(mut self, excludes: Excludes) -> Self {
        self.excludes = Some(excludes);
        self
    }

    pub(super) const fn on_field(mut self, rules: &'static [FieldRule]) -> Self {
        self.on_field = rules;
        self
    }

    pub(super) const fn not_fused(mut self, why: NotFused) -> Self {
        self.not_fused = Some(why);
        self
    }

    /// Whether the value is code, which the runtime's `Options` does not hold.
    pub(super) fn is_code(&self) -> bool {
        matches!(self.kind, Kind::Code { .. })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Worker => "a worker",
            Self::Consumer => "a consumer",
            Self::Field => "a worker in a group",
            Self::Group => "a group",
            Self::Callback => "a callback",
        })
    }
}
