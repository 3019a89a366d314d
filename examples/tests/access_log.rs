//! The access log as a process: every line is counted once.

mod process;

use std::fs::{self, File};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use process::{Directory, Ended, Running, example};

/// The number of lines of a large log: a million, or fewer in an unoptimised build.
const LINES: u64 = if cfg!(debug_assertions) {
    100_000
} else {
    1_000_000
};

/// The number that follows `name` in the report.
fn number(ended: &Ended, name: &str) -> u64 {
    let found = ended
        .stdout
        .lines()
        .find_map(|line| line.strip_prefix(name));
    let number = found.and_then(|rest| rest.trim().parse().ok());
    number.unwrap_or_else(|| panic!("no {name}: {ended:#?}"))
}

/// The numbers of read, parsed and malformed lines.
fn counts(ended: &Ended) -> [u64; 3] {
    ended.assert_code(0);
    ["lines read", "parsed", "malformed"].map(|name| number(ended, name))
}

#[test]
fn the_counts_are_those_of_the_generator() {
    let directory = Directory::new("log");
    let log = directory.file("access.log");
    let generated = example("access_log")
        .arg(format!("--generate={LINES}"))
        .stdout(File::create(&log).expect("a file"))
        .output()
        .expect("a process");
    assert!(generated.status.success());
    let told = String::from_utf8(generated.stderr).expect("text");
    let numbers: Vec<u64> = told
        .split_whitespace()
        .filter_map(|word| word.parse().ok())
        .collect();
    let [good, malformed] = numbers[..] else {
        panic!("two numbers: {told}");
    };
    assert_eq!(good + malformed, LINES);
    let wanted = [LINES, good, malformed];

    let from_file = Running::start(example("access_log").arg(&log)).wait();
    assert_eq!(counts(&from_file), wanted, "{from_file:#?}");
    let input = File::open(&log).expect("the log");
    let from_stdin = Running::start(example("access_log").stdin(input)).wait();
    assert_eq!(from_stdin.stdout, from_file.stdout);
    assert!(
        from_file
            .stdout
            .contains("99 % of the answers have at most")
    );
    assert!(from_file.stderr.contains("malformed line: "));
}

#[test]
fn malformed_lines_are_counted() {
    let directory = Directory::new("hostile");
    let log = directory.file("access.log");
    let huge = "x".repeat(1 << 20);
    let good = r#"::1 - - [t] "GET / HTTP/1.1" 200 7"#;
    let text = [
        good.as_bytes(),
        b"",
        b"\xff\xfe\x00",
        huge.as_bytes(),
        b"::1 - - [t] \"GET /\xff HTTP/1.1\" 200 7",
        b"::1 - - [t] \"GET /half",
    ]
    .join(&b'\n');
    fs::write(&log, text).expect("written");
    let ended = Running::start(example("access_log").arg(&log)).wait();
    assert_eq!(counts(&ended), [6, 2, 4], "{ended:#?}");
}

#[test]
fn an_empty_log_has_a_report() {
    // A file of its own: where `/dev/null` is a regular file, other programs write to it.
    let directory = Directory::new("empty");
    let log = directory.file("access.log");
    fs::write(&log, "").expect("written");
    let log = File::open(&log).expect("opened");
    let ended = Running::start(example("access_log").stdin(log)).wait();
    assert_eq!(counts(&ended), [0, 0, 0]);
}

#[test]
fn a_missing_file_is_named() {
    let ended = Running::start(example("access_log").arg("/no/such/file.log")).wait();
    ended.assert_code(2);
    assert!(ended.stderr.contains("/no/such/file.log: "), "{ended:#?}");
}

#[test]
fn an_endless_input_does_not_delay_the_stop() {
    let mut running = Running::start(example("access_log").stdin(Stdio::piped()));
    let mut stdin = running.stdin();
    stdin.write_all(b"not a log line\n").expect("taken");
    running.wait_for_error("malformed line: ");
    running.signal("INT");
    let ended = running.wait();
    assert_eq!(counts(&ended), [1, 0, 1]);
    assert!(ended.took < Duration::from_secs(5), "{ended:#?}");
}

#[test]
fn a_closed_standard_output_is_no_failure() {
    let path = example("access_log").get_program().to_owned();
    let ended = Running::start(
        Command::new("sh")
            .args([
                "-c",
                r#"("$0" --generate 1000000; echo "code $?" >&2) | head -n 1"#,
            ])
            .arg(path),
    )
    .wait();
    ended.assert_code(0);
    assert_eq!(ended.stdout.lines().count(), 1);
    assert_eq!(ended.stderr, "code 0\n");
}
