//! The table of the options: one row says where an option may be set, what its value is, which other options it
//! needs or excludes, and what it asks of a worker in a group.
//!
//! A new option is a row here, a method of the runtime's `Options`, and a row in the documentation of the macro.

use super::row::Scope::{Callback, Consumer, Field, Group, Worker};
use super::row::{Choice, Excludes, FieldRule, Kind, Needs, NotFused, Row, Scope};

const ROWS: &[Row] = &[
    Row::new("name", Kind::Text, &[Worker, Consumer, Field, Group, Callback]).literal(),
    of_heartbeat("heartbeat", DURATION).synonyms(&["every", "interval", "period"]),
    of_heartbeat(
        "pace",
        Kind::Choice(&[
            variant("delay", "Pace", "Delay"),
            variant("rate", "Pace", "Rate"),
        ]),
    )
    .needs(NEEDS_HEARTBEAT),
    of_heartbeat("jitter", DURATION_OR_ZERO).needs(NEEDS_HEARTBEAT_OR_CRON),
    Row::new("jitter", DURATION_OR_ZERO, &[Callback]),
    of_heartbeat("cron", Kind::Pattern)
        .elsewhere(&[(Consumer, NO_TIMES)])
        .synonyms(&["schedule"])
        .literal()
        .excludes(Excludes {
            other: "heartbeat",
            message: "`cron` and `heartbeat` exclude each other: both say when the function is called\n\
                      remove one of them",
        }),
    of_heartbeat("zone", Kind::Zone)
        .synonyms(&["timezone", "tz"])
        .literal()
        .needs(NEEDS_CRON),
    Row::new("zone", Kind::Zone, &[Callback]).literal(),
    of_heartbeat("missed", MISSED).needs(NEEDS_CRON),
    Row::new("missed", MISSED, &[Callback]),
    of_consumer("capacity", Kind::Capacity, &[FieldRule::IsConsumer])
        .synonyms(&["buffer", "queue", "queue_size"])
        .not_fused(NotFused::Callee("a fused edge has no queue")),
    of_consumer(
        "overflow",
        Kind::Choice(&[
            variant("wait", "Overflow", "Wait"),
            variant("drop_newest", "Overflow", "DropNewest"),
            variant("drop_oldest", "Overflow", "DropOldest"),
        ]),
        &[FieldRule::IsConsumer],
    )
    .not_fused(NotFused::Callee("a fused edge has no queue")),
    of_consumer(
        "concurrency",
        Kind::Size {
            least: 1,
            most: 1000,
        },
        &[FieldRule::IsConsumer, FieldRule::IsStateless],
    )
    .not_fused(NotFused::Either(
        "a fused edge joins two workers into one task, which has one lane",
    )),
    of_function("partition_by", "|tick| tick.symbol").needs(&[Needs {
        any_of: &["concurrency", "batch"],
        why: "one lane keeps the order by itself\nadd `concurrency = 4`",
    }]),
    of_consumer(
        "batch",
        Kind::Size {
            least: 1,
            most: 100_000,
        },
        BATCHES,
    ),
    of_consumer("linger", DURATION_OR_ZERO, BATCHES).needs(&[Needs {
        any_of: &["batch"],
        why: "a single message waits for no others\nadd `batch = 100`, and take a `Vec` of messages",
    }]),
    of_function("batch_weight", "|line| line.len()").needs(&[
        Needs {
            any_of: &["batch"],
            why: "a single message is no batch\nadd `batch = 100`, and take a `Vec` of messages",
        },
        Needs {
            any_of: &["max_weight"],
            why: "a weight has no limit by itself\nadd `max_weight = 1000`",
        },
    ]),
    of_consumer("max_weight", WEIGHT, BATCHES).needs(&[Needs {
        any_of: &["batch_weight"],
        why: "it says what a message weighs\nadd `batch_weight = |line| line.len()`",
    }]),
    of_consumer(
        "retry",
        NUMBER,
        &[
            FieldRule::IsCalled,
            FieldRule::IsConsumer,
            FieldRule::KeepsCopies,
        ],
    ),
    of_consumer(
        "backoff",
        Kind::Durations,
        &[FieldRule::IsCalled, FieldRule::IsConsumer],
    )
    .needs(&[Needs {
        any_of: &["retry"],
        why: "there is no pause before an attempt that is not made\nadd `retry = 3`",
    }]),
    of_consumer(
        "retry_in",
        Kind::Choice(&[
            variant("lane", "RetryIn", "Lane"),
            variant("queue", "RetryIn", "Queue"),
        ]),
        &[
            FieldRule::IsCalled,
            FieldRule::IsConsumer,
            FieldRule::HasRetry,
            FieldRule::TakesNoBatches,
        ],
    )
    .needs(&[Needs {
        any_of: &["retry"],
        why: WITHOUT_RETRY,
    }])
    .excludes(Excludes {
        other: "batch",
        message: RETRY_IN_OF_BATCHES,
    })
    .not_fused(NotFused::Callee(
        "a message that waits for another attempt waits in the call of the worker before it",
    )),
    of_function("retry_if", "|error| error.is_timeout()").needs(&[Needs {
        any_of: &["retry"],
        why: "it says which errors are tried again\nadd `retry = 3`",
    }]),
    of_consumer("rate", Kind::Rate, &[FieldRule::IsConsumer]),
    of_consumer("burst", COUNT, &[FieldRule::IsConsumer]).needs(&[Needs {
        any_of: &["rate"],
        why: "without a limit any number of calls is made at once\nadd `rate = \"100/s\"`",
    }]),
    Row::new("blocking", Kind::Flag, &[Worker, Consumer]).elsewhere(&[(
        Field,
        "`blocking` belongs to the function, which is `async` or not\n\
         write it there: `#[worker(blocking)] fn …`",
    )]),
    Row::new("grace", DURATION_OR_ZERO, &[Worker, Consumer, Field, Group]),
    Row::new("close_after", DURATION_OR_ZERO, &[Field])
        .elsewhere(&[(Worker, ONLY_OF_INGRESS), (Consumer, ONLY_OF_INGRESS)])
        .on_field(&[FieldRule::IsIngress]),
    Row::new(
        "stop",
        Kind::Choice(&[
            variant("first", "StopOrder", "First"),
            variant("last", "StopOrder", "Last"),
        ]),
        &[Field],
    )
    .literal()
    .elsewhere(&[(Worker, ONLY_OF_FIELD), (Consumer, ONLY_OF_FIELD)])
    .not_fused(NotFused::Callee("it stops with the worker that calls it")),
    Row::new("timeout", DURATION, &[Worker, Consumer, Field])
        .excludes(Excludes {
            other: "blocking",
            message: BLOCKING_TIMEOUT,
        })
        .on_field(&[FieldRule::IsCalled, FieldRule::IsNotBlocking]),
    Row::new("stall", DURATION, &[Worker, Consumer, Field])
        .elsewhere(&[(Group, NO_CALLS)])
        .on_field(&[FieldRule::MakesCalls]),
    Row::new(
        "on_stall",
        Kind::Choice(&[
            variant("report", "OnStall", "Report"),
            variant("restart", "OnStall", "Restart"),
        ]),
        &[Worker, Consumer, Field],
    )
    .elsewhere(&[(Group, NO_CALLS)])
    .needs(&[Needs {
        any_of: &["stall"],
        why: WITHOUT_STALL,
    }])
    .on_field(&[FieldRule::HasStall]),
    Row::new(
        "restart",
        Kind::Choice(&[
            strategy("one_for_one"),
            strategy("one_for_all"),
            strategy("rest_for_one"),
        ]),
        &[Group],
    )
    .elsewhere(ONLY_OF_GROUP),
    of_restart("max_restarts", NUMBER),
    of_restart("within", DURATION),
    of_restart("backoff", Kind::Durations),
    Row::new(
        "on_error",
        Kind::Choice(&[
            variant("stop", "OnError", "Stop"),
            variant("skip", "OnError", "Skip"),
            variant("restart", "OnError", "Restart"),
            variant("forget", "OnError", "Forget"),
        ]),
        &[Worker, Consumer, Field],
    )
    .elsewhere(&[(
        Group,
        "`on_error` is an option of a worker\n\
         what a group does when a worker fails is its strategy: `restart = \"one_for_one\"`",
    )]),
    Row::new(
        "on_error",
        Kind::Choice(&[
            variant("stop", "OnError", "Stop"),
            variant("skip", "OnError", "Skip"),
        ]),
        &[Callback],
    ),
    Row::new("max_restarts", NUMBER, &[Worker, Consumer, Field]),
    Row::new("within", DURATION, &[Worker, Consumer, Field]).needs(&[Needs {
        any_of: &["max_restarts"],
        why: "it is the time in which restarts are counted\nadd `max_restarts = 5`",
    }]),
    Row::new(
        "on_exit",
        Kind::Choice(&[
            variant("stop", "OnExit", "Stop"),
            variant("ignore", "OnExit", "Ignore"),
            variant("forget", "OnExit", "Forget"),
        ]),
        &[Worker, Consumer, Field],
    ),
    of_consumer(
        "on_lost",
        Kind::Choice(&[
            variant("fail", "OnLost", "Fail"),
            variant("ignore", "OnLost", "Ignore"),
        ]),
        &[FieldRule::IsConsumer],
    ),
];

impl Scope {
    /// The option `name` of this place.
    pub(super) fn find(self, name: &str) -> Option<&'static Row> {
        self.rows().find(|row| row.name == name)
    }

    /// The names of the options of this place.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        self.rows().map(|row| row.name)
    }

    fn rows(self) -> impl Iterator<Item = &'static Row> {
        ROWS.iter().filter(move |row| row.scopes.contains(&self))
    }

    /// The option of this place for which `word` is another word.
    pub(super) fn by_synonym(self, word: &str) -> Option<&'static Row> {
        self.rows().find(|row| row.synonyms.contains(&word))
    }

    /// The error about an option that exists, but not in this place, by its name or another word for it.
    pub(super) fn elsewhere(self, name: &str) -> Option<&'static str> {
        let rows = ROWS.iter();
        let rows = rows.filter(|row| row.name == name || row.synonyms.contains(&name));
        let mut texts = rows.flat_map(|row| row.elsewhere);
        texts
            .find(|(scope, _)| *scope == self)
            .map(|(_, text)| *text)
    }
}

const DURATION: Kind = Kind::Duration { zero: false };
const DURATION_OR_ZERO: Kind = Kind::Duration { zero: true };
const NUMBER: Kind = Kind::Number {
    least: 0,
    most: u32::MAX as u64,
};
const COUNT: Kind = Kind::Number {
    least: 1,
    most: u32::MAX as u64,
};

const WEIGHT: Kind = Kind::Size {
    least: 1,
    most: u32::MAX as u64,
};

const fn variant(word: &'static str, ty: &'static str, item: &'static str) -> Choice {
    let is_function = false;
    Choice {
        word,
        ty,
        item,
        is_function,
    }
}

const fn strategy(name: &'static str) -> Choice {
    Choice {
        word: name,
        ty: "Restart",
        item: name,
        is_function: true,
    }
}

const NEEDS_HEARTBEAT: &[Needs] = &[Needs {
    any_of: &["heartbeat"],
    why: "without one the function is called only once\nadd `heartbeat = \"1s\"`",
}];

const NEEDS_HEARTBEAT_OR_CRON: &[Needs] = &[Needs {
    any_of: &["heartbeat", "cron"],
    why: "without one the function is called only once\nadd `heartbeat = \"1s\"`",
}];

const NEEDS_CRON: &[Needs] = &[Needs {
    any_of: &["cron"],
    why: "it is about the times of a cron pattern\nadd `cron = \"0 */5 * * * *\"`",
}];

const MISSED: Kind = Kind::Choice(&[
    variant("skip", "Missed", "Skip"),
    variant("once", "Missed", "Once"),
]);

const NEEDS_RESTART: &[Needs] = &[Needs {
    any_of: &["restart"],
    why: "without a strategy nothing is restarted\n\
          add `restart = \"one_for_one\"`, \"one_for_all\" or \"rest_for_one\"",
}];

const NO_HEARTBEAT: &str = "a consumer has no heartbeat: it is called for each message\n\
     for a function that is called at each beat, write `#[worker(heartbeat = …)]`";

const NO_TIMES: &str = "a consumer has no pattern: it is called for each message\n\
     for a function that is called at times of the day, write `#[worker(cron = …)]`";

const NO_QUEUE: &str = "a worker has no queue\n\
     for a function that is called for each message, write `#[consumer]`";

const OF_FUNCTION: &str = "this option belongs to the function, whose types it needs\n\
     write it there: `#[consumer(partition_by = …)] async fn …`";

const OF_GROUP: &str = "`restart` is an option of a group: `#[workers(restart = \"one_for_one\")]`\n\
     to restart a worker on its own, write `on_error = \"restart\"`";

const ONLY_OF_INGRESS: &str = "`close_after` is an option of an ingress\n\
     write it on its field in the group: `#[worker(close_after = \"5s\")] orders: Ingress<Order>`";

const ONLY_OF_FIELD: &str = "`stop` says when a worker stops in its group\n\
     write it on its field there: `#[worker(stop = \"last\")] health: Health`";

const NO_CALLS: &str = "a stall is a call of a worker that shows no activity, and a group makes no calls\n\
     write it at the workers: `#[worker(stall = \"30s\")]`";

const BATCHES: &[FieldRule] = &[FieldRule::TakesBatches, FieldRule::IsConsumer];

const ONLY_OF_GROUP: &[(Scope, &str)] =
    &[(Worker, OF_GROUP), (Consumer, OF_GROUP), (Field, OF_GROUP)];

/// Why `timeout` and `blocking` exclude each other.
const BLOCKING_TIMEOUT: &str = "`timeout` cannot end a `blocking` function: nothing can end what blocks a thread\n\
     give what it waits for a time limit of its own";

/// Why `retry_in` needs `retry`.
const WITHOUT_RETRY: &str = "no message waits for another attempt\nadd `retry = 3`";

/// Why `retry_in` and `batch` exclude each other.
const RETRY_IN_OF_BATCHES: &str = "`retry_in` does not go with `batch`: a batch is tried again as a whole, and waits in its lane\n\
     leave `retry_in` out";

/// Why `on_stall` needs `stall`.
const WITHOUT_STALL: &str = "without one no call is ever taken for a stall\nadd `stall = \"30s\"`";

/// An option of workers that are called at each beat.
const fn of_heartbeat(name: &'static str, kind: Kind) -> Row {
    Row::new(name, kind, &[Worker, Field])
        .elsewhere(&[(Consumer, NO_HEARTBEAT)])
        .on_field(&[FieldRule::IsCalled, FieldRule::IsNoConsumer])
}

/// An option of consumers.
const fn of_consumer(name: &'static str, kind: Kind, on_field: &'static [FieldRule]) -> Row {
    Row::new(name, kind, &[Consumer, Field])
        .elsewhere(&[(Worker, NO_QUEUE)])
        .on_field(on_field)
}

/// An option of consumers whose value is code. It belongs to the function, whose types it needs.
const fn of_function(name: &'static str, like: &'static str) -> Row {
    Row::new(name, Kind::Code { like }, &[Consumer])
        .elsewhere(&[(Worker, NO_QUEUE), (Field, OF_FUNCTION)])
}

/// A part of the strategy of a group.
const fn of_restart(name: &'static str, kind: Kind) -> Row {
    let mut row = Row::new(name, kind, &[Group]).needs(NEEDS_RESTART);
    row.part_of = Some("restart");
    row
}
