//! The rules over two options: one of them means nothing without the other.

use super::table::Scope;
use super::{Setting, Settings};
use crate::error::Errors;

/// An option, those of which one must be there for it, and why.
struct Needs {
    option: &'static str,
    any_of: &'static [&'static str],
    why: &'static str,
}

const ON_STALL: Needs = Needs {
    option: "on_stall",
    any_of: &["stall"],
    why: WITHOUT_STALL,
};

/// Why `on_stall` needs `stall`.
pub(crate) const WITHOUT_STALL: &str =
    "without one no call is ever taken for a stall\nadd `stall = \"30s\"`";

const OF_WORKERS: &[Needs] = &[
    ON_STALL,
    Needs {
        option: "pace",
        any_of: &["heartbeat"],
        why: "without one the function is called only once\nadd `heartbeat = \"1s\"`",
    },
    Needs {
        option: "jitter",
        any_of: &["heartbeat"],
        why: "without one the function is called only once\nadd `heartbeat = \"1s\"`",
    },
];

const OF_CONSUMERS: &[Needs] = &[
    ON_STALL,
    Needs {
        option: "linger",
        any_of: &["batch"],
        why: "a single message waits for no others\nadd `batch = 100`, and take a `Vec` of messages",
    },
    Needs {
        option: "batch_weight",
        any_of: &["batch"],
        why: "a single message is no batch\nadd `batch = 100`, and take a `Vec` of messages",
    },
    Needs {
        option: "batch_weight",
        any_of: &["max_weight"],
        why: "a weight has no limit by itself\nadd `max_weight = 1000`",
    },
    Needs {
        option: "max_weight",
        any_of: &["batch_weight"],
        why: "it says what a message weighs\nadd `batch_weight = |line| line.len()`",
    },
    Needs {
        option: "partition_by",
        any_of: &["concurrency", "batch"],
        why: "one lane keeps the order by itself\nadd `concurrency = 4`",
    },
    Needs {
        option: "backoff",
        any_of: &["retry"],
        why: "there is no pause before an attempt that is not made\nadd `retry = 3`",
    },
    Needs {
        option: "burst",
        any_of: &["rate"],
        why: "without a limit any number of calls is made at once\nadd `rate = \"100/s\"`",
    },
    Needs {
        option: "retry_if",
        any_of: &["retry"],
        why: "it says which errors are tried again\nadd `retry = 3`",
    },
];

pub(super) fn check(scope: Scope, settings: &Settings, errors: &mut Errors) {
    let rules = match scope {
        Scope::Worker => OF_WORKERS,
        Scope::Consumer => OF_CONSUMERS,
        _ => return,
    };
    for Needs {
        option,
        any_of,
        why,
    } in rules
    {
        let Some(setting) = settings.get(option) else {
            continue;
        };
        if any_of.iter().all(|other| settings.get(other).is_none()) {
            let needed = any_of.join("` or `");
            let message = format!("`{option}` needs `{needed}`: {why}");
            errors.at(setting.span, message);
        }
    }
    check_room(settings, errors);
}

/// A batch must fit into the queue.
fn check_room(settings: &Settings, errors: &mut Errors) {
    let number = |setting: &Setting| setting.value.to_string().replace('_', "").parse::<u64>();
    let (Some(batch), Some(capacity)) = (settings.get("batch"), settings.get("capacity")) else {
        return;
    };
    if let (Ok(messages), Ok(room)) = (number(batch), number(capacity))
        && messages > room
    {
        let message = format!(
            "a batch of {messages} never gathers in a queue of {room}: \
             let `capacity` be {messages} or more"
        );
        errors.at(batch.span, message);
    }
}
