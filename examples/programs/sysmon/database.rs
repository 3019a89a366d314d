//! The database on disk, with samples and alerts.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Error, OpenFlags, Result, Statement, TransactionBehavior, params};

use super::alerts::Alert;
use super::reading::Reading;
use super::sample::ProcessSample;
use super::summary::Summary;

/// The time that a call waits while another process locks the database.
const LOCK_PATIENCE: Duration = Duration::from_secs(60);

/// The tables. The keys make writing idempotent: a batch that is written twice is stored once.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS samples (
        run                         INTEGER NOT NULL, -- which sampler, see Sample::run
        number                      INTEGER NOT NULL,
        taken_at_ms                 INTEGER NOT NULL, -- Unix time
        cpu_percent                 REAL NOT NULL,
        memory_percent              REAL NOT NULL,
        disk_percent                REAL NOT NULL,
        memory_used                 INTEGER NOT NULL, -- bytes, as all below
        memory_total                INTEGER NOT NULL,
        swap_used                   INTEGER NOT NULL,
        disk_used                   INTEGER NOT NULL,
        disk_total                  INTEGER NOT NULL,
        disk_read                   INTEGER NOT NULL,
        disk_written                INTEGER NOT NULL,
        network_received            INTEGER NOT NULL,
        network_sent                INTEGER NOT NULL,
        disk_read_per_second        INTEGER NOT NULL,
        disk_written_per_second     INTEGER NOT NULL,
        network_received_per_second INTEGER NOT NULL,
        network_sent_per_second     INTEGER NOT NULL,
        busiest                     TEXT NOT NULL, -- JSON, the busiest process first
        PRIMARY KEY (run, number)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS alerts (
        taken_at_ms INTEGER NOT NULL, -- Unix time
        metric      TEXT NOT NULL,
        kind        TEXT NOT NULL, -- 'raised' or 'cleared'
        value       REAL NOT NULL, -- percent
        threshold   REAL NOT NULL, -- percent
        PRIMARY KEY (taken_at_ms, metric, kind)
    ) STRICT, WITHOUT ROWID;
";

const INSERT_SAMPLE: &str = "
    INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, number) DO NOTHING
";

const INSERT_ALERT: &str = "
    INSERT INTO alerts VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (taken_at_ms, metric, kind) DO NOTHING
";

/// The database. It may be shared among threads; its calls block, and exclude each other.
#[derive(Debug)]
pub struct Database {
    connection: Mutex<Connection>,
    stored: AtomicU64,
}

impl Database {
    /// Opens the database at `path` for writing, and creates it and its tables if they do not exist.
    pub fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(LOCK_PATIENCE)?;
        // In WAL mode a reader, such as the report, never blocks a writer.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self {
            connection: Mutex::new(connection),
            stored: AtomicU64::new(0),
        })
    }

    /// Opens a database that must exist, and changes nothing in it: for the report.
    pub fn open_existing(path: &Path) -> Result<Self> {
        // Not read-only, because the first reader of a WAL database writes its index.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(LOCK_PATIENCE)?;
        Ok(Self {
            connection: Mutex::new(connection),
            stored: AtomicU64::new(0),
        })
    }

    /// Stores a batch of readings: all of them, or none if it fails.
    pub fn write_samples(&self, readings: &[Reading]) -> Result<()> {
        self.write(
            INSERT_SAMPLE,
            readings,
            |statement, Reading { sample, rates }| {
                statement.execute(params![
                    integer(sample.run),
                    integer(sample.number),
                    integer(sample.taken_at_ms),
                    sample.cpu_percent,
                    rates.memory_percent,
                    rates.disk_percent,
                    integer(sample.memory_used),
                    integer(sample.memory_total),
                    integer(sample.swap_used),
                    integer(sample.disk_used),
                    integer(sample.disk_total),
                    integer(sample.disk_read),
                    integer(sample.disk_written),
                    integer(sample.network_received),
                    integer(sample.network_sent),
                    integer(rates.disk_read_per_second),
                    integer(rates.disk_written_per_second),
                    integer(rates.network_received_per_second),
                    integer(rates.network_sent_per_second),
                    json(&sample.busiest)?,
                ])
            },
        )?;
        self.stored
            .fetch_add(readings.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// The number of readings that this handle has stored.
    pub fn stored(&self) -> u64 {
        self.stored.load(Ordering::Relaxed)
    }

    /// Stores a batch of alerts: all of them, or none if it fails.
    pub fn write_alerts(&self, alerts: &[Alert]) -> Result<()> {
        self.write(INSERT_ALERT, alerts, |statement, alert| {
            statement.execute(params![
                integer(alert.taken_at_ms),
                alert.metric.name(),
                alert.kind.name(),
                alert.value,
                alert.threshold,
            ])
        })
    }

    /// A summary of the database, read in one transaction.
    pub fn summary(&self) -> Result<Summary> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        Summary::read(&transaction)
    }

    /// Calls `insert` with the statement `sql` for each row, in one transaction.
    fn write<T>(
        &self,
        sql: &str,
        rows: &[T],
        insert: impl Fn(&mut Statement<'_>, &T) -> Result<usize>,
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(()); // Needs no lock.
        }
        let mut connection = self.lock();
        // Immediate, because SQLite refuses a transaction at once that asks for the lock late.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut statement = transaction.prepare_cached(sql)?;
        for row in rows {
            insert(&mut statement, row)?;
        }
        drop(statement);
        transaction.commit()
    }

    /// The connection. It is intact after a panic elsewhere, which rolled its transaction back.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A number as the database stores it, in 63 bits. Larger numbers become the largest one.
fn integer(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Processes as JSON text.
fn json(processes: &[ProcessSample]) -> Result<String> {
    serde_json::to_string(processes).map_err(|error| Error::ToSqlConversionFailure(error.into()))
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
