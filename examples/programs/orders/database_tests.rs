//! Storing orders, and the outage of the database.

use std::{env, fs, process};

use super::super::order::Order;
use super::*;

/// A directory for one test, removed at its end.
struct Directory(PathBuf);

impl Directory {
    fn new(test: &str) -> Self {
        let path = env::temp_dir().join(format!("fluid-orders-{}-{test}", process::id()));
        fs::create_dir_all(&path).expect("a temporary directory");
        Self(path)
    }

    fn database(&self) -> PathBuf {
        self.0.join("orders.db")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn order(id: u32, customer: &str, sequence: u32) -> Order {
    Order {
        id,
        customer: customer.into(),
        card: String::new(),
        cents: 100 * id,
        sequence,
    }
}

fn paid(id: u32, customer: &str, sequence: u32) -> Paid {
    let order = order(id, customer, sequence);
    Paid { order, receipt: id }
}

fn ids(held: &Holdings) -> Vec<u32> {
    held.paid.iter().map(|order| order.id).collect()
}

#[test]
fn an_order_written_twice_is_stored_once_and_in_its_order() {
    let db = Database::open(Path::new(":memory:"), None).expect("a database");
    let batch = [paid(3, "ann", 1), paid(1, "ben", 1), paid(2, "ann", 2)];
    let given_up = GivenUp {
        order: order(4, "ben", 2),
        attempts: 1,
        reason: "no money".into(),
    };
    for _ in 0..2 {
        db.store(&batch).expect("stored");
        db.bury(std::slice::from_ref(&given_up)).expect("buried");
    }
    let held = db.holdings().expect("holdings");
    assert_eq!(ids(&held), [3, 1, 2]);
    let second = Stored {
        id: 2,
        customer: "ann".into(),
        sequence: 2,
        cents: 200,
    };
    assert_eq!(held.paid[2], second);
    assert_eq!(held.buried, BTreeMap::from([(4, "no money".to_owned())]));
    let totals = [("ann".to_owned(), (2, 500)), ("ben".to_owned(), (1, 100))];
    assert_eq!(held.totals, BTreeMap::from(totals));
}

#[test]
fn each_run_counts_only_its_own_orders() {
    let directory = Directory::new("runs");
    for _ in 0..2 {
        let db = Database::open(&directory.database(), None).expect("a database");
        assert_eq!(db.holdings().expect("holdings"), Holdings::default());
        db.store(&[paid(1, "ann", 1)]).expect("stored");
        assert_eq!(ids(&db.holdings().expect("holdings")), [1]);
    }
}

#[test]
fn an_outage_is_permanent_and_stored_orders_can_be_read() {
    let directory = Directory::new("outage");
    let db = Database::open(&directory.database(), Some(2)).expect("a database");
    db.store(&[paid(1, "ann", 1)]).expect("stored");
    db.store(&[paid(2, "ann", 2)]).expect("stored");
    for _ in 0..2 {
        let error = db.store(&[paid(3, "ann", 3)]).expect_err("it is down");
        assert_eq!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy)
        );
    }
    assert!(db.bury(&[]).is_err());
    let held = db.holdings().expect("holdings");
    assert_eq!(ids(&held), [1, 2]);
    assert_eq!(held.totals["ann"], (2, 300));
}
