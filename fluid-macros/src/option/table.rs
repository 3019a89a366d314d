//! Which options there are, and where.

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
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) consumer_only: bool,
    scopes: &'static [Scope],
}

/// What an option's value is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// None.
    Flag,
    /// A duration, which may be zero or not.
    Duration { zero: bool },
    /// A name.
    Text,
    /// One of several words, each a variant of an enum.
    Choice(&'static [(&'static str, &'static str, &'static str)]),
    /// The size of a queue.
    Capacity,
    /// How many of something.
    Number,
    /// How many of something, of which there is at least one, and no more than so many.
    Count { most: u64 },
    /// Two durations, `first..last`, or one that stands for both.
    Span,
    /// So many of something in a time, `100/s`.
    Rate,
    /// A closure or the path of a function.
    Code { like: &'static str },
}

use Scope::{Callback, Consumer, Field, Group, Worker};

const ON_ERROR: Kind = Kind::Choice(&[
    ("stop", "OnError", "Stop"),
    ("skip", "OnError", "Skip"),
    ("restart", "OnError", "Restart"),
]);

/// Each is a function that makes the strategy.
const RESTART: Kind = Kind::Choice(&[
    ("one_for_one", "Restart", "one_for_one"),
    ("one_for_all", "Restart", "one_for_all"),
    ("rest_for_one", "Restart", "rest_for_one"),
]);

const KNOWN: &[Known] = &[
    Known::new(
        "name",
        Kind::Text,
        &[Worker, Consumer, Field, Group, Callback],
    ),
    Known::new(
        "heartbeat",
        Kind::Duration { zero: false },
        &[Worker, Field],
    ),
    Known::new(
        "pace",
        Kind::Choice(&[("delay", "Pace", "Delay"), ("rate", "Pace", "Rate")]),
        &[Worker, Field],
    ),
    Known::new(
        "jitter",
        Kind::Duration { zero: true },
        &[Worker, Field, Callback],
    ),
    Known::of_consumers("capacity", Kind::Capacity),
    Known::of_consumers(
        "overflow",
        Kind::Choice(&[
            ("wait", "Overflow", "Wait"),
            ("drop_newest", "Overflow", "DropNewest"),
            ("drop_oldest", "Overflow", "DropOldest"),
        ]),
    ),
    Known::of_consumers("concurrency", Kind::Count { most: 1000 }),
    Known::of_functions("partition_by", "|tick| tick.symbol"),
    Known::of_consumers("batch", Kind::Count { most: 100_000 }),
    Known::of_consumers("linger", Kind::Duration { zero: true }),
    Known::of_functions("batch_weight", "|line| line.len()"),
    Known::of_consumers(
        "max_weight",
        Kind::Count {
            most: u32::MAX as u64,
        },
    ),
    Known::of_consumers("retry", Kind::Number),
    Known::of_consumers("backoff", Kind::Span),
    Known::of_functions("retry_if", "|error| error.is_timeout()"),
    Known::of_consumers("rate", Kind::Rate),
    Known::of_consumers(
        "burst",
        Kind::Count {
            most: u32::MAX as u64,
        },
    ),
    Known::new("blocking", Kind::Flag, &[Worker, Consumer]),
    Known::new(
        "grace",
        Kind::Duration { zero: true },
        &[Worker, Consumer, Field, Group],
    ),
    Known::new(
        "timeout",
        Kind::Duration { zero: false },
        &[Worker, Consumer, Field],
    ),
    Known::new(
        "stall",
        Kind::Duration { zero: false },
        &[Worker, Consumer, Field],
    ),
    Known::new(
        "on_stall",
        Kind::Choice(&[
            ("report", "OnStall", "Report"),
            ("restart", "OnStall", "Restart"),
        ]),
        &[Worker, Consumer, Field],
    ),
    Known::new("restart", RESTART, &[Group]),
    Known::new("max_restarts", Kind::Number, &[Group]),
    Known::new("within", Kind::Duration { zero: false }, &[Group]),
    Known::new("backoff", Kind::Span, &[Group]),
    Known::new("on_error", ON_ERROR, &[Worker, Consumer, Field]),
    Known::new(
        "on_error",
        Kind::Choice(&[("stop", "OnError", "Stop"), ("skip", "OnError", "Skip")]),
        &[Callback],
    ),
    Known::new(
        "on_exit",
        Kind::Choice(&[("stop", "OnExit", "Stop"), ("ignore", "OnExit", "Ignore")]),
        &[Worker, Consumer, Field],
    ),
    Known::of_consumers(
        "on_lost",
        Kind::Choice(&[("fail", "OnLost", "Fail"), ("ignore", "OnLost", "Ignore")]),
    ),
];

impl Known {
    const fn new(name: &'static str, kind: Kind, scopes: &'static [Scope]) -> Self {
        Self {
            name,
            kind,
            consumer_only: false,
            scopes,
        }
    }

    /// Code belongs to the function, whose types it needs.
    const fn of_functions(name: &'static str, like: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Code { like },
            consumer_only: true,
            scopes: &[Consumer],
        }
    }

    const fn of_consumers(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            consumer_only: true,
            scopes: &[Consumer, Field],
        }
    }
}

impl Scope {
    pub(crate) fn find(self, name: &str) -> Option<&'static Known> {
        KNOWN
            .iter()
            .find(|known| known.name == name && known.scopes.contains(&self))
    }

    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        KNOWN
            .iter()
            .filter(move |known| known.scopes.contains(&self))
            .map(|known| known.name)
    }

    /// What to say of an option that exists, but not here.
    pub(crate) fn elsewhere(self, name: &str) -> Option<&'static str> {
        match (self, name) {
            (Consumer, "heartbeat" | "pace" | "jitter") => Some(
                "a consumer has no heartbeat: it is called for each message\n\
                 for a function that is called at each beat, write `#[worker(heartbeat = …)]`",
            ),
            (
                Worker,
                "capacity" | "overflow" | "concurrency" | "partition_by" | "batch" | "linger"
                | "batch_weight" | "max_weight" | "retry" | "on_lost" | "backoff" | "retry_if"
                | "rate" | "burst",
            ) => Some(
                "a worker has no queue\n\
                 for a function that is called for each message, write `#[consumer]`",
            ),
            (Worker | Consumer | Field, "restart" | "max_restarts" | "within") => Some(
                "`restart` and its budget are options of a group: `#[workers(restart = \"one_for_one\")]`\n\
                 a worker that is to be restarted for itself has `on_error = \"restart\"`",
            ),
            (Group, "stall" | "on_stall") => Some(
                "a stall is a call of a worker that gives no sign of life, and a group makes none\n\
                 write it at the workers: `#[worker(stall = \"30s\")]`",
            ),
            (Group, "on_error") => Some(
                "`on_error` is an option of a worker\n\
                 what a group does when a worker fails is its strategy: `restart = \"one_for_one\"`",
            ),
            (Field, "partition_by" | "batch_weight" | "retry_if") => Some(
                "this option belongs to the function, whose types it needs\n\
                 write it there: `#[consumer(partition_by = …)] async fn …`",
            ),
            (Field, "blocking") => Some(
                "`blocking` belongs to the function, which is `async` or not\n\
                 write it there: `#[worker(blocking)] fn …`",
            ),
            _ => None,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Worker => "a worker",
            Consumer => "a consumer",
            Field => "a worker in a group",
            Group => "a group",
            Callback => "a callback",
        })
    }
}
