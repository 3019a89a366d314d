//! The database on disk, with paid orders and orders that were given up.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Result, Transaction, TransactionBehavior, params};

use super::order::{GivenUp, Paid};

/// The time that a call waits while another connection locks the database.
const LOCK_PATIENCE: Duration = Duration::from_millis(250);

/// The tables. The keys make writing idempotent: a batch that is written twice is stored once.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS runs (
        run INTEGER PRIMARY KEY
    ) STRICT;

    CREATE TABLE IF NOT EXISTS paid (
        position INTEGER PRIMARY KEY, -- the order in which they were stored
        run      INTEGER NOT NULL,
        id       INTEGER NOT NULL,
        customer TEXT NOT NULL,
        sequence INTEGER NOT NULL, -- which of the customer's orders
        cents    INTEGER NOT NULL,
        receipt  INTEGER NOT NULL,
        UNIQUE (run, id)
    ) STRICT;

    CREATE TABLE IF NOT EXISTS buried (
        run      INTEGER NOT NULL,
        id       INTEGER NOT NULL,
        customer TEXT NOT NULL,
        sequence INTEGER NOT NULL,
        cents    INTEGER NOT NULL,
        attempts INTEGER NOT NULL,
        reason   TEXT NOT NULL,
        PRIMARY KEY (run, id)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE IF NOT EXISTS totals (
        run      INTEGER NOT NULL,
        customer TEXT NOT NULL,
        orders   INTEGER NOT NULL,
        cents    INTEGER NOT NULL,
        PRIMARY KEY (run, customer)
    ) STRICT, WITHOUT ROWID;
";

const INSERT_PAID: &str = "
    INSERT INTO paid (run, id, customer, sequence, cents, receipt) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, id) DO NOTHING
";

const ADD_TO_TOTAL: &str = "
    INSERT INTO totals VALUES (?, ?, 1, ?)
    ON CONFLICT (run, customer) DO UPDATE SET orders = orders + 1, cents = cents + excluded.cents
";

const INSERT_BURIED: &str = "
    INSERT INTO buried VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (run, id) DO NOTHING
";

/// The database, for one run. It may be shared among threads; its calls block, and exclude each other.
#[derive(Debug)]
pub struct Database {
    connection: Mutex<Connection>,
    run: i64,
    outage: Option<Outage>,
}

/// A simulated outage of the database: another connection takes the lock, and keeps it.
#[derive(Debug)]
struct Outage {
    path: PathBuf,
    /// The number of orders that are stored before it.
    after: u64,
    lock: Mutex<Option<Connection>>,
}

/// The content of the database for one run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The paid orders, in the order in which they were stored.
    pub paid: Vec<Stored>,
    /// The reasons of the orders that were given up, by id.
    pub buried: BTreeMap<u32, String>,
    /// The number of paid orders of each customer, and their sum.
    pub totals: BTreeMap<String, (u32, i64)>,
}

/// A paid order as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its id.
    pub id: u32,
    /// The customer.
    pub customer: String,
    /// Its number among the orders of its customer.
    pub sequence: u32,
    /// The price, in hundredths.
    pub cents: u32,
}

impl Database {
    /// Opens the database at `path` for a new run, and creates it if it does not exist. With an outage, it goes down
    /// permanently after this many orders.
    pub fn open(path: &Path, down_after: Option<u64>) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(LOCK_PATIENCE)?;
        // In WAL mode a reader, such as the audit, does not wait for a writer.
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.execute_batch(SCHEMA)?;
        connection.execute("INSERT INTO runs DEFAULT VALUES", [])?;
        Ok(Self {
            run: connection.last_insert_rowid(),
            connection: Mutex::new(connection),
            outage: down_after.map(|after| Outage {
                path: path.to_owned(),
                after,
                lock: Mutex::new(None),
            }),
        })
    }

    /// Stores a batch of paid orders, and adds them to the totals of their customers: all of it, or nothing if it fails.
    pub fn store(&self, paid: &[Paid]) -> Result<()> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(INSERT_PAID)?;
            let mut add = transaction.prepare_cached(ADD_TO_TOTAL)?;
            for Paid { order, receipt } in paid {
                let inserted = insert.execute(params![
                    self.run,
                    order.id,
                    order.customer,
                    order.sequence,
                    order.cents,
                    receipt,
                ])?;
                if inserted > 0 {
                    add.execute(params![self.run, order.customer, order.cents])?;
                }
            }
            Ok(())
        })
    }

    /// Stores a batch of orders that were given up: all of it, or nothing if it fails.
    pub fn bury(&self, given_up: &[GivenUp]) -> Result<()> {
        self.write(|transaction| {
            let mut insert = transaction.prepare_cached(INSERT_BURIED)?;
            for GivenUp {
                order,
                attempts,
                reason,
            } in given_up
            {
                insert.execute(params![
                    self.run,
                    order.id,
                    order.customer,
                    order.sequence,
                    order.cents,
                    attempts,
                    reason,
                ])?;
            }
            Ok(())
        })
    }

    /// The content for this run, read in one transaction.
    pub fn holdings(&self) -> Result<Holdings> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        Holdings::read(&transaction, self.run)
    }

    /// Calls `write` in one transaction.
    fn write(&self, write: impl FnOnce(&Transaction<'_>) -> Result<()>) -> Result<()> {
        let mut connection = self.connection();
        if let Some(outage) = &self.outage {
            outage.begin_if_due(&connection, self.run)?;
        }
        // Immediate, because SQLite refuses a transaction at once that asks for the lock late.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        write(&transaction)?;
        transaction.commit()
    }

    /// The connection. It is intact after a panic elsewhere, which rolled its transaction back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outage {
    /// Takes the lock, if enough orders are stored.
    fn begin_if_due(&self, connection: &Connection, run: i64) -> Result<()> {
        let mut lock = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        if lock.is_some() {
            return Ok(());
        }
        let stored: i64 =
            connection.query_one("SELECT COUNT(*) FROM paid WHERE run = ?", [run], |row| {
                row.get(0)
            })?;
        if stored.unsigned_abs() >= self.after {
            let other = Connection::open(&self.path)?;
            other.execute_batch("BEGIN IMMEDIATE")?;
            *lock = Some(other);
        }
        Ok(())
    }
}

impl Holdings {
    /// Reads the content for one run.
    fn read(transaction: &Transaction<'_>, run: i64) -> Result<Self> {
        let paid = "SELECT id, customer, sequence, cents FROM paid WHERE run = ? ORDER BY position";
        let buried = "SELECT id, reason FROM buried WHERE run = ?";
        let totals = "SELECT customer, orders, cents FROM totals WHERE run = ?";
        Ok(Self {
            paid: transaction
                .prepare(paid)?
                .query_map([run], |row| {
                    Ok(Stored {
                        id: row.get(0)?,
                        customer: row.get(1)?,
                        sequence: row.get(2)?,
                        cents: row.get(3)?,
                    })
                })?
                .collect::<Result<_>>()?,
            buried: transaction
                .prepare(buried)?
                .query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_>>()?,
            totals: transaction
                .prepare(totals)?
                .query_map([run], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
                .collect::<Result<_>>()?,
        })
    }
}

#[cfg(test)]
#[path = "database_tests.rs"]
mod tests;
