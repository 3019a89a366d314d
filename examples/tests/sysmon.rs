//! The system monitor as a process: no sample is lost at any kind of end.

mod process;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use process::{Directory, Ended, Running, example, wait_until};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;

/// How long a monitor may take to end, in seconds.
const GRACE: &str = "FLUID_STOPPING_GRACE_PERIOD";

/// A monitor under load, and its database.
struct Monitor {
    directory: Directory,
    running: Running,
}

impl Monitor {
    /// Starts a monitor that samples all the time, and waits until it has stored something.
    fn start(test: &str, arrange: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let directory = Directory::new(test);
        let mut command = example("sysmon");
        command
            .args(["--every=10ms", "--table-every=20ms", "--json"])
            // A busy machine must not raise alerts.
            .args(["--cpu-above=100", "--disk-above=100"])
            .arg("--db")
            .arg(directory.file("sysmon.db"));
        let running = Running::start(arrange(&mut command));
        let monitor = Self { directory, running };
        monitor.wait_for_rows(1);
        monitor
    }

    /// Waits until this many samples are stored.
    fn wait_for_rows(&self, least: i64) {
        wait_until("rows in the database", || {
            self.rows().filter(|rows| *rows >= least)
        });
    }

    fn db(&self) -> PathBuf {
        self.directory.file("sysmon.db")
    }

    /// The number of stored samples, or `None` if there is no table yet.
    fn rows(&self) -> Option<i64> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags(self.db(), flags).ok()?;
        connection
            .query_one("SELECT COUNT(*) FROM samples", [], |row| row.get(0))
            .ok()
    }

    /// Locks the database, and waits until `store` has a batch that it cannot write.
    fn block_store(&self) -> Connection {
        let connection = Connection::open(self.db()).expect("the database");
        connection
            .busy_timeout(Duration::from_secs(10))
            .expect("set");
        connection
            .execute_batch("BEGIN EXCLUSIVE")
            .expect("the lock");
        let newest: i64 = connection
            .query_one("SELECT MAX(taken_at_ms) FROM samples", [], |row| row.get(0))
            .expect("samples");
        // A batch lingers for half a second at most.
        self.running
            .wait_for_line("a sample long after the lock", |line| {
                let reading: Value = serde_json::from_str(line).expect("JSON");
                reading["sample"]["taken_at_ms"].as_i64() > Some(newest + 3_000)
            });
        connection
    }

    /// Waits for the end, and asserts that the exit code is 0 and every sample is in the database.
    fn assert_nothing_lost(self) {
        let Self { directory, running } = self;
        let ended = running.wait();
        ended.assert_code(0);
        let (taken, stored) = account(&ended);
        let db = directory.file("sysmon.db");
        let connection = Connection::open(&db).expect("the database");
        let rows: i64 = connection
            .query_one("SELECT COUNT(*) FROM samples", [], |row| row.get(0))
            .expect("samples");
        assert!(taken > 0, "{ended:#?}");
        assert_eq!((taken, stored), (rows, rows), "{ended:#?}");

        let report = Running::start(example("sysmon").arg("report").arg("--db").arg(db)).wait();
        report.assert_code(0);
        let wanted = format!("samples  {rows} in 1 runs, 0 missing");
        assert!(report.stdout.contains(&wanted), "{report:#?}");
    }
}

/// The numbers of taken and stored samples that the monitor prints.
fn account(ended: &Ended) -> (i64, i64) {
    let line = ended
        .stderr
        .lines()
        .find(|line| line.starts_with("samples "));
    let line = line.unwrap_or_else(|| panic!("no account: {ended:#?}"));
    let mut numbers = line.split_whitespace().filter_map(|word| word.parse().ok());
    let mut next = || numbers.next().expect("a number");
    (next(), next())
}

#[test]
fn sigterm_loses_nothing() {
    let monitor = Monitor::start("term", |command| command);
    monitor.wait_for_rows(10);
    monitor.running.signal("TERM");
    monitor.assert_nothing_lost();
}

#[test]
fn sigint_loses_nothing() {
    let monitor = Monitor::start("int", |command| command);
    monitor.wait_for_rows(10);
    monitor.running.signal("INT");
    monitor.assert_nothing_lost();
}

#[test]
fn the_end_of_the_duration_loses_nothing() {
    let monitor = Monitor::start("duration", |command| command.arg("--duration=1500ms"));
    monitor.assert_nothing_lost();
}

#[test]
fn alerts_are_printed_and_kept() {
    let monitor = Monitor::start("alerts", |command| command.arg("--memory-above=0"));
    monitor.running.wait_for_error("alert: memory is at");
    monitor.running.signal("TERM");
    let Monitor { directory, running } = monitor;
    running.wait().assert_code(0);
    let connection = Connection::open(directory.file("sysmon.db")).expect("the database");
    let kept: String = connection
        .query_one("SELECT metric || ' ' || kind FROM alerts", [], |row| {
            row.get(0)
        })
        .expect("one alert");
    assert_eq!(kept, "memory raised");
}

#[test]
fn a_second_signal_ends_a_stuck_store_at_once_and_names_it() {
    let grace = Duration::from_secs(60);
    let monitor = Monitor::start("twice", |command| command.env(GRACE, "60"));
    let _lock = monitor.block_store();
    monitor.running.signal("INT");
    monitor.running.wait_for_error("stopping");
    monitor.running.signal("INT");
    let ended = monitor.running.wait();
    ended.assert_code(1);
    // Even on a busy machine, this is far below the grace period.
    assert!(ended.took < grace / 2, "{ended:#?}");
    assert_stuck_store(&ended);
}

#[test]
fn a_stuck_store_ends_with_the_grace_period() {
    let monitor = Monitor::start("grace", |command| command.env(GRACE, "1"));
    let _lock = monitor.block_store();
    monitor.running.signal("TERM");
    let ended = monitor.running.wait();
    ended.assert_code(1);
    // Not earlier than the grace period, and not after the ten seconds of the default.
    let took = ended.took.as_secs_f64();
    assert!((0.9..9.0).contains(&took), "{ended:#?}");
    assert_stuck_store(&ended);
}

/// Asserts that the exit names `store` and no other worker as stuck, and counts its samples as undelivered.
fn assert_stuck_store(ended: &Ended) {
    let stuck = ended.stderr.lines().filter(|line| line.contains("STUCK"));
    // On a busy machine, a sample that is being taken at that moment may not be finished in time.
    let (sampling, stuck): (Vec<_>, Vec<_>) =
        stuck.partition(|line| line.trim_start().starts_with("sample "));
    assert!(sampling.len() <= 1, "{ended:#?}");
    let [store] = stuck[..] else {
        panic!("{ended:#?}");
    };
    assert!(store.trim_start().starts_with("store "), "{ended:#?}");
    assert!(store.contains("undelivered"), "{ended:#?}");
    let (taken, stored) = account(ended);
    assert!(stored < taken, "{ended:#?}");
}

#[test]
fn a_grace_period_that_is_no_number_is_named() {
    let directory = Directory::new("nonsense");
    let mut command = example("sysmon");
    command.arg("--db").arg(directory.file("sysmon.db"));
    command.env(GRACE, "abc");
    let ended = Running::start(&mut command).wait();
    ended.assert_code(2);
    let wanted = "FLUID_STOPPING_GRACE_PERIOD: `abc` is not a number of seconds";
    assert!(ended.stderr.contains(wanted), "{ended:#?}");
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let directory = Directory::new("nowhere");
    let db = directory.file("no/such/folder.db");
    for command in ["--json", "report"] {
        let ended = Running::start(example("sysmon").arg("--db").arg(&db).arg(command)).wait();
        ended.assert_code(2);
        assert!(
            ended.stderr.contains("folder.db: unable to open"),
            "{ended:#?}"
        );
    }
}

#[test]
fn the_picture_in_the_readme_is_current() {
    let drawn = example("sysmon").arg("graph").output().expect("a picture");
    assert!(drawn.status.success(), "{drawn:?}");
    let picture = concat!(env!("CARGO_MANIFEST_DIR"), "/programs/sysmon/graph.svg");
    let picture = std::fs::read(picture).expect("the picture in the README");
    assert!(
        drawn.stdout == picture,
        "not current: run `cargo run --release --example sysmon -- graph > examples/programs/sysmon/graph.svg`"
    );
}
