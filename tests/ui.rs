//! Code that must not compile, and the errors of the compiler.
//!
//! A case marks the guilty tokens at the end of their line: `//~ store` means that an error points at `store` in that
//! line, and that no error points at an unmarked token.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn each_case_fails_with_its_recorded_errors() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}

/// The most lines that one error may have.
const LONGEST: usize = 18;

/// The most lines that any error may have.
const LIMIT: usize = 30;

/// An error is long if it has more lines, and at most one in ten may be.
const LONG: usize = 12;

/// Cases in which the compiler names the rule that bounds the type of an adapter.
const BOUNDED: &[&str] = &[
    "adapter/borrows-the-message",
    "adapter/is-no-function",
    "adapter/takes-another-type",
];

/// Cases about the constant of a user, which the compiler evaluates, and about a resource that moves into a worker.
const EVALUATED: &[&str] = &[
    "moved/into-a-worker-that-is-restarted",
    "moved/into-a-worker-with-lanes",
    "moved/into-a-worker-with-own-restarts",
    "option/constant-of-zero",
];

/// Cases about a long number that the user has written.
const WRITTEN: &[&str] = &[
    "option/budget-that-is-none",
    "option/capacity-too-large",
    "option/duration-that-is-too-long",
];

/// Cases with longer errors, and the content of the additional lines.
const LONGER: &[&str] = &[
    // The value that moved, the place, and the method that moved it.
    "lifecycle/started-twice",
    // The type of the adapter, the required type, and two remedies.
    "adapter/borrows-the-message",
    "adapter/takes-another-type",
    // The ports that are wired.
    "wiring/port-configured-away",
    "wiring/port-goes-nowhere",
    "wiring/port-of-a-generic-group-goes-nowhere",
    // The type that should be `Clone`, and the code that requires it.
    "parameter/configuration-that-is-not-clone",
    // The type that is not `Send`, and the `await` across which it is held.
    "send/future-of-a-consumer-that-is-not-send",
    "send/future-that-is-not-send",
    // The compiler reports for each trait that the generated type is not `Send`.
    "send/resource-that-is-not-sync",
    "send/state-that-is-not-send",
];

/// The compile-time rules, and the cases that break them.
const RULES: &[(&str, &[&str])] = &[
    (
        "message types of an edge agree",
        &[
            "edge/types-disagree",
            "edge/types-disagree-in-a-generic-group",
            "edge/types-of-a-port-disagree",
        ],
    ),
    (
        "an edge starts at something that emits",
        &[
            "edge/edge-from-a-sink",
            "edge/edge-from-a-group",
            "fused/from-a-sink",
        ],
    ),
    (
        "an edge ends at a consumer",
        &[
            "edge/edge-to-a-source",
            "edge/edges-to-workers-without-messages",
            "edge/edge-to-a-group",
            "port/port-as-an-end",
        ],
    ),
    (
        "every name exists",
        &["name/unknown-worker", "name/unknown-resource"],
    ),
    ("every port exists", &["port/unknown-port"]),
    (
        "every consumer is fed, or `pub`",
        &[
            "wiring/nothing-feeds-a-consumer",
            "wiring/source-configured-away",
        ],
    ),
    (
        "every output leads somewhere",
        &[
            "wiring/output-goes-nowhere",
            "wiring/output-configured-away",
        ],
    ),
    (
        "every port leads somewhere",
        &[
            "wiring/port-goes-nowhere",
            "wiring/port-of-a-generic-group-goes-nowhere",
            "wiring/port-configured-away",
        ],
    ),
    (
        "no circle of edges that wait",
        &["cycle/circle-of-one", "cycle/circle-of-three"],
    ),
    (
        "a fused edge is the only one at either of its ends",
        &[
            "fused/beside-a-queued-edge",
            "fused/broadcast",
            "fused/fan-in",
            "fused/to-a-public-worker",
        ],
    ),
    (
        "a fused chain is no longer than the compiler takes",
        &["fused/too-many-workers"],
    ),
    (
        "what stands behind a fused edge can be called",
        &[
            "fused/to-a-worker-by-hand",
            "fused/to-a-consumer-of-batches",
            "fused/to-what-blocks",
            "fused/types-disagree",
        ],
    ),
    (
        "an adapter gives what its consumer consumes",
        &["adapter/gives-another-type"],
    ),
    (
        "`batch` needs a `Vec`, and `linger` and weights need `batch`",
        &[
            "batch/batch-of-a-single-message",
            "batch/linger-without-batch",
            "batch/weight-without-a-limit",
            "batch/set-on-a-field-that-takes-one",
        ],
    ),
    (
        "`on_stall` needs `stall`, and both are about the calls of a worker",
        &[
            "stall/on-stall-without-stall",
            "stall/on-stall-of-a-field-without-stall",
            "stall/stall-of-a-group",
            "stall/stall-of-a-nested-group",
        ],
    ),
    (
        "`partition_by` needs lanes, and lanes with state need `partition_by`",
        &[
            "lanes/key-without-lanes",
            "lanes/state-without-a-key",
            "lanes/state-without-a-key-in-a-group",
        ],
    ),
    (
        "a fused edge has one lane at either end",
        &["lanes/before-a-fused-edge", "lanes/behind-a-fused-edge"],
    ),
    (
        "what is tried again or given up is `Clone`",
        &[
            "retry/message-that-is-not-clone",
            "retry/message-that-is-not-clone-in-a-group",
            "retry/failed-that-is-not-clone",
        ],
    ),
    (
        "`backoff` and `retry_if` need `retry`",
        &["retry/backoff-without-retry", "retry/judge-without-retry"],
    ),
    (
        "a budget belongs to a strategy",
        &["option/budget-without-strategy"],
    ),
    ("no edge twice", &["edge/edge-twice", "edge/discard-twice"]),
    (
        "no name twice",
        &["name/worker-twice", "name/resource-twice"],
    ),
    (
        "every resource is used",
        &[
            "resource/resource-that-nothing-uses",
            "resource/resource-configured-away",
        ],
    ),
    (
        "only `pub` consumers are sent to",
        &["outside/send-to-a-private-consumer"],
    ),
    (
        "a field is a worker, or a group with an expression",
        &[
            "wiring/field-that-is-no-worker",
            "wiring/nested-group-without-an-expression",
            "outside/public-nested-group",
        ],
    ),
    (
        "options go together",
        &[
            "option/pace-without-heartbeat",
            "option/jitter-without-heartbeat",
            "option/heartbeat-of-a-consumer",
            "option/timeout-of-what-blocks",
        ],
    ),
    (
        "what is broadcast is `Clone`",
        &[
            "edge/broadcast-without-clone",
            "edge/broadcast-of-a-port-without-clone",
        ],
    ),
    (
        "one worker, which is made once, has a resource that moves",
        &[
            "moved/into-two-workers",
            "moved/into-no-worker",
            "moved/into-a-callback",
            "moved/into-a-worker-with-lanes",
            "moved/into-a-worker-that-is-restarted",
        ],
    ),
    (
        "messages, futures, state and resources go between threads",
        &[
            "send/message-that-is-not-send",
            "send/future-that-is-not-send",
            "send/state-that-is-not-send",
            "send/resource-that-is-not-sync",
        ],
    ),
    (
        "configuration is `Clone`",
        &["parameter/configuration-that-is-not-clone"],
    ),
    (
        "fluid can carry every error",
        &["returns/error-that-is-none"],
    ),
    (
        "durations, sizes and names are read",
        &[
            "option/duration-without-unit",
            "option/consumer-capacity-of-zero",
            "option/name-with-a-slash",
        ],
    ),
    (
        "the port `undelivered` is a queued edge from a consumer with a queue to another one",
        &[
            "undelivered/of-a-source",
            "undelivered/to-the-wrong-worker",
            "undelivered/to-nowhere",
            "undelivered/to-itself",
            "undelivered/to-several-that-is-not-clone",
            "undelivered/over-a-feedback-edge",
            "undelivered/over-a-fused-edge",
            "undelivered/behind-a-fused-edge",
            "undelivered/port-of-that-name",
        ],
    ),
    (
        "retry_in needs retry, single messages and a queue",
        &[
            "retry/retry-in-without-retry",
            "retry/retry-in-with-batch",
            "retry/retry-in-of-a-source",
            "retry/retry-in-of-an-unknown-place",
            "retry/retry-in-of-a-field",
            "retry/retry-in-behind-a-fused-edge",
            "retry/retry-in-of-the-function-behind-a-fused-edge",
        ],
    ),
    (
        "every option exists",
        &[
            "option/consumer-misspelt-option",
            "option/unknown-option-of-a-group",
            "callback/unknown-option",
        ],
    ),
    (
        "the right kind of item",
        &[
            "signature/takes-self",
            "signature/extern-function",
            "signature/const-function",
            "signature/not-async",
            "signature/on-a-struct",
        ],
    ),
    (
        "a mistake has no others in its wake",
        &[
            "recovery/worker-without-a-type",
            "recovery/comma-missing-between-workers",
            "recovery/generics-that-do-not-end",
            "recovery/function-with-an-unknown-option",
        ],
    ),
];

#[test]
fn every_compile_time_rule_has_a_case() {
    for (rule, cases) in RULES {
        assert!(!cases.is_empty(), "{rule}");
        for case in *cases {
            assert!(
                folder().join(case).with_extension("rs").is_file(),
                "{rule}: {case}"
            );
        }
    }
}

#[test]
fn every_error_is_short_and_at_the_guilty_token() {
    let cases = cases();
    assert!(cases.len() >= 100, "only {} cases", cases.len());
    let faults: Vec<_> = cases.iter().flat_map(|case| faults(case)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn at_most_one_error_in_ten_is_long() {
    let read = |case: PathBuf| fs::read_to_string(case.with_extension("stderr"));
    let said: Vec<_> = cases()
        .into_iter()
        .map(|case| read(case).expect("its errors"))
        .collect();
    let lengths: Vec<_> = said
        .iter()
        .flat_map(|said| blocks(said))
        .map(|lines| lines.len())
        .collect();
    let long = lengths.iter().filter(|lines| **lines > LONG).count();
    assert!(
        long * 10 <= lengths.len(),
        "{long} of {} errors",
        lengths.len()
    );
}

#[test]
fn a_recovered_mistake_is_the_only_error() {
    let recovered = cases()
        .into_iter()
        .filter(|case| case.starts_with(folder().join("recovery")));
    let mut seen = 0;
    for case in recovered {
        let errors = fs::read_to_string(case.with_extension("stderr")).expect("its errors");
        assert_eq!(blocks(&errors).len(), 1, "{}:\n{errors}", case.display());
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} cases");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui")
}

fn cases() -> Vec<PathBuf> {
    let below = |folder: &Path| {
        let entries = fs::read_dir(folder).expect("a folder of cases");
        entries
            .map(|entry| entry.expect("a case").path())
            .collect::<Vec<_>>()
    };
    let files = below(&folder()).into_iter().flat_map(|topic| below(&topic));
    let is_case = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    files.filter(is_case).collect()
}

/// The errors in the output of the compiler, each with its lines.
fn blocks(said: &str) -> Vec<Vec<&str>> {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for block in said.split("\n\n") {
        let lines: Vec<_> = block.lines().collect();
        if lines.first().is_some_and(|line| line.starts_with("error")) {
            blocks.push(lines);
        }
    }
    blocks
}

/// The faults in the errors of a case.
fn faults(case: &Path) -> Vec<String> {
    let source = fs::read_to_string(case).expect("a case");
    let said = fs::read_to_string(case.with_extension("stderr")).expect("its errors");
    let name = case
        .strip_prefix(folder())
        .expect("below the folder")
        .with_extension("");
    let name = name.display();
    let mut faults = Vec::new();
    let internal = |(at, _)| {
        said[at..]
            .trim_start_matches('_')
            .starts_with(char::is_alphabetic)
    };
    if said.match_indices("__").any(internal) {
        faults.push(format!("{name} speaks of what users have not written"));
    }
    let allowed = |cases: &[&str]| cases.contains(&&*name.to_string());
    if said.contains("evaluation") && !allowed(EVALUATED) {
        faults.push(format!("{name} fails only when a constant is evaluated"));
    }
    if said.contains("fluid::rule::") && !allowed(BOUNDED) {
        faults.push(format!("{name} names a path of fluid's own"));
    }
    let is_long = |digits: &str| digits.len() > 6;
    let numbers = said.split(|c: char| !c.is_ascii_digit());
    if numbers.into_iter().any(is_long) && !allowed(WRITTEN) {
        faults.push(format!("{name} holds a number that users have not written"));
    }
    let mut marked = marked(&source);
    if marked.is_empty() {
        faults.push(format!("{name} marks no token"));
    }
    let mut blamed = BTreeSet::new();
    for lines in blocks(&said) {
        if lines.len() > LONGEST && !LONGER.contains(&&*name.to_string()) {
            faults.push(format!("{name} has an error of {} lines", lines.len()));
        }
        if lines.len() > LIMIT {
            faults.push(format!("{name} has an error of more than {LIMIT} lines"));
        }
        match place(&lines, &source, &name.to_string()) {
            Some(place) => _ = blamed.insert(place),
            None => faults.push(format!("{name} has an error elsewhere: {}", lines[0])),
        }
    }
    // An error begins at its token, and may extend beyond it.
    for (line, rest) in &blamed {
        let found = marked
            .iter()
            .any(|(at, token, _)| at == line && rest.starts_with(token));
        if !found {
            faults.push(format!("{name} blames what is not marked: {rest}"));
        }
    }
    for (line, token, seen) in &mut marked {
        *seen = blamed
            .iter()
            .any(|(at, rest)| at == line && rest.starts_with(&**token));
        if !*seen {
            faults.push(format!("{name} does not blame `{token}`"));
        }
    }
    faults
}

/// The marked tokens, each with the number of its line.
fn marked(source: &str) -> Vec<(usize, String, bool)> {
    let lines = source.lines().enumerate();
    let marks = lines.filter_map(|(at, line)| Some((at + 1, line.split_once("//~")?.1)));
    marks
        .flat_map(|(at, tokens)| {
            let tokens = tokens.split_whitespace();
            tokens.map(move |token| (at, token.to_owned(), false))
        })
        .collect()
}

/// The number and the text of the line at which an error points.
fn place(lines: &[&str], source: &str, name: &str) -> Option<(usize, String)> {
    let place = lines
        .iter()
        .find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = place.rsplitn(3, ':');
    let column: usize = parts.next()?.parse().ok()?;
    let line: usize = parts.next()?.parse().ok()?;
    if !parts.next()?.ends_with(&format!("{name}.rs")) {
        return None;
    }
    let text = source.lines().nth(line - 1)?;
    Some((line, text.chars().skip(column - 1).collect()))
}
