//! Storing samples, and calls that wait for a lock.

use std::path::PathBuf;
use std::{env, fs, process, thread};

use super::super::alerts::AlertKind;
use super::super::metric::Metric;
use super::super::rates::Rates;
use super::super::sample::Sample;
use super::*;

/// A directory for one test, removed at its end.
struct Directory(PathBuf);

impl Directory {
    /// Makes the directory; `test` distinguishes it from those of other tests.
    fn new(test: &str) -> Self {
        let path = env::temp_dir().join(format!("sysmon-{}-{test}", process::id()));
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    /// The path of the database.
    fn database(&self) -> PathBuf {
        self.0.join("sysmon.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A reading with this run and number.
fn reading(run: u64, number: u64) -> Reading {
    let sample = Sample {
        run,
        number,
        taken_at_ms: number * 1_000,
        ..Sample::default()
    };
    Reading {
        sample,
        ..Reading::default()
    }
}

#[test]
fn a_sample_written_twice_is_stored_once() {
    let database = Database::open(Path::new(":memory:")).expect("a database");
    let alert = Alert {
        taken_at_ms: 1_000,
        metric: Metric::Cpu,
        value: 99.0,
        threshold: 90.0,
        kind: AlertKind::Raised,
    };
    for _ in 0..2 {
        database
            .write_samples(&[reading(1, 1), reading(1, 2), reading(2, 1)])
            .expect("written");
        database.write_alerts(&[alert]).expect("written");
    }
    let summary = database.summary().expect("a summary");
    assert_eq!((summary.samples, summary.runs, summary.missing), (3, 2, 0));
    assert_eq!((summary.raised, summary.cleared), (1, 0));
}

/// A reading whose numbers are all different, in the order of the columns.
fn distinct_reading() -> Reading {
    let busiest = vec![ProcessSample {
        pid: 20,
        ..ProcessSample::default()
    }];
    let sample = Sample {
        run: 1,
        number: 2,
        taken_at_ms: 3,
        cpu_percent: 4.0,
        memory_used: 7,
        memory_total: 8,
        swap_used: 9,
        disk_used: 10,
        disk_total: 11,
        disk_read: 12,
        disk_written: 13,
        network_received: 14,
        network_sent: 15,
        busiest,
    };
    let rates = Rates {
        taken_at_ms: 3,
        cpu_percent: 4.0,
        memory_percent: 5.0,
        disk_percent: 6.0,
        disk_read_per_second: 16,
        disk_written_per_second: 17,
        network_received_per_second: 18,
        network_sent_per_second: 19,
    };
    Reading { sample, rates }
}

#[test]
fn every_column_holds_its_field() {
    let columns = "run, number, taken_at_ms, cpu_percent, memory_percent, disk_percent,
        memory_used, memory_total, swap_used, disk_used, disk_total, disk_read, disk_written,
        network_received, network_sent, disk_read_per_second, disk_written_per_second,
        network_received_per_second, network_sent_per_second, json_extract(busiest, '$[0].pid')";
    let database = Database::open(Path::new(":memory:")).expect("a database");
    database
        .write_samples(&[distinct_reading()])
        .expect("written");
    let connection = database.lock();
    let sql = format!("SELECT {columns} FROM samples");
    let values: Vec<f64> = connection
        .query_one(&sql, [], |row| {
            (0..20).map(|column| row.get(column)).collect()
        })
        .expect("one row");
    assert_eq!(values, (1..=20).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn a_number_too_large_for_the_database_is_stored_as_the_largest() {
    assert_eq!(integer(u64::MAX), i64::MAX);
    assert_eq!(integer(42), 42);
}

#[test]
fn a_report_does_not_create_a_database() {
    let directory = Directory::new("no-database");
    assert!(Database::open_existing(&directory.database()).is_err());
    assert!(!directory.database().exists());
}

#[test]
fn samples_are_still_there_after_the_database_is_reopened() {
    let directory = Directory::new("again");
    for number in 1..=2 {
        let database = Database::open(&directory.database()).expect("a database");
        database
            .write_samples(&[reading(1, number)])
            .expect("written");
    }
    let database = Database::open_existing(&directory.database()).expect("a database");
    assert_eq!(database.summary().expect("a summary").samples, 2);
}

#[test]
fn a_write_waits_for_a_lock_and_a_report_does_not() {
    let directory = Directory::new("lock");
    let database = Database::open(&directory.database()).expect("a database");
    let other = Connection::open(directory.database()).expect("a second connection");
    other.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    thread::scope(|scope| {
        let write = scope.spawn(|| database.write_samples(&[reading(1, 1)]));
        // A report that waited would never end, because the lock is released only after it.
        let report = Database::open_existing(&directory.database()).and_then(|it| it.summary());
        assert_eq!(report.expect("a summary").samples, 0);
        // Enough time for a write that does not wait.
        thread::sleep(Duration::from_millis(300));
        assert!(!write.is_finished(), "the write did not wait");
        other.execute_batch("COMMIT").expect("the lock released");
        write.join().expect("no panic").expect("written");
    });
    assert_eq!(database.summary().expect("a summary").samples, 1);
}
