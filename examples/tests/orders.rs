//! The shop as a process: after every kind of end, each order is accounted for, and the output agrees with the database.

mod process;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use process::{Directory, Ended, Running, example, wait_until};
use rusqlite::Connection;

/// The number of claims at the end of the shop.
const CLAIMS: usize = 8;

/// A shop, and its database.
struct Shop {
    directory: Directory,
    running: Running,
}

/// A shop that has ended.
#[derive(Debug)]
struct Closed {
    ended: Ended,
    /// Rows of paid orders.
    paid: u64,
    /// Rows of orders that were given up.
    buried: u64,
    /// Rows that come after a later order of the same customer.
    out_of_order: u64,
    /// The number of buried orders whose card was refused.
    refused_cards: u64,
    /// The number of attempts to charge these orders, in total.
    refused_attempts: u64,
}

impl Shop {
    fn open(test: &str, arrange: impl FnOnce(&mut Command) -> &mut Command) -> Self {
        let directory = Directory::new(test);
        let mut command = example("orders");
        command.arg("--db").arg(directory.file("orders.db"));
        let running = Running::start(arrange(&mut command));
        Self { directory, running }
    }

    fn db(&self) -> PathBuf {
        self.directory.file("orders.db")
    }

    /// Waits until this many paid orders are in the database.
    fn wait_for_paid(&self, rows: u64) {
        wait_until("paid orders", || {
            let connection = Connection::open(self.db()).ok()?;
            let paid = "SELECT COUNT(*) FROM paid";
            let there: i64 = connection.query_one(paid, [], |row| row.get(0)).ok()?;
            (there.unsigned_abs() >= rows).then_some(())
        });
    }

    /// Waits for its end, and reads its database.
    fn wait(self) -> Closed {
        let Self { directory, running } = self;
        let ended = running.wait();
        let connection = Connection::open(directory.file("orders.db")).expect("the database");
        let number = |what: &str| {
            let sql = format!("SELECT {what}");
            let number = connection.query_one(&sql, [], |row| row.get::<_, Option<i64>>(0));
            number.expect("a number").unwrap_or(0).unsigned_abs()
        };
        let count = |what: &str| number(&format!("COUNT(*) FROM {what}"));
        let refused = "buried WHERE reason LIKE 'the card is refused%'";
        let behind = "paid AS a JOIN paid AS b USING (run, customer)
            WHERE a.position < b.position AND a.sequence >= b.sequence";
        Closed {
            paid: count("paid"),
            buried: count("buried"),
            out_of_order: count(behind),
            refused_cards: count(refused),
            refused_attempts: number(&format!("SUM(attempts) FROM {refused}")),
            ended,
        }
    }
}

impl Closed {
    /// Asserts the exit code, that all claims are true, and that the database agrees.
    fn assert_honest(&self, code: i32) {
        self.ended.assert_code(code);
        let claims = |word: &str| {
            let lines = self.ended.stdout.lines();
            lines.filter(|line| line.starts_with(word)).count()
        };
        assert_eq!(
            (claims("true "), claims("FALSE ")),
            (CLAIMS, 0),
            "{self:#?}"
        );
        assert_eq!(self.out_of_order, 0, "{self:#?}");
        let [taken, paid, given_up, undelivered] = self.numbers("orders ");
        assert_eq!(taken, paid + given_up + undelivered, "{self:#?}");
    }

    /// Asserts that every order that was taken is in the database. Returns their number.
    fn assert_all_recorded(&self) -> u64 {
        let [taken, paid, given_up, undelivered] = self.numbers("orders ");
        assert_eq!((paid, given_up), (self.paid, self.buried), "{self:#?}");
        assert_eq!(undelivered, 0, "{self:#?}");
        assert_eq!(self.numbers("recorded "), [paid, given_up, 0]);
        taken
    }

    /// The numbers in the line that begins with `word`.
    fn numbers<const N: usize>(&self, word: &str) -> [u64; N] {
        let mut lines = self.ended.stdout.lines();
        let line = lines.find(|line| line.starts_with(word));
        let words = line.unwrap_or_default().split_whitespace();
        let numbers: Vec<u64> = words.filter_map(|word| word.parse().ok()).collect();
        numbers.try_into().unwrap_or_else(|_| panic!("{self:#?}"))
    }

    /// The output from the last line that begins with `word`.
    fn last_line(&self, word: &str) -> &str {
        let last = self.ended.stdout.lines().last().unwrap_or_default();
        assert!(last.starts_with(word), "{self:#?}");
        last
    }
}

/// The made-up orders, as lines.
fn made_up(orders: u32) -> String {
    let printed = example("orders")
        .arg("--print")
        .arg(format!("--orders={orders}"))
        .output()
        .expect("a process");
    assert!(printed.status.success());
    String::from_utf8(printed.stdout).expect("text")
}

#[test]
fn every_order_is_paid_or_given_up() {
    let shop = Shop::open("shop", |command| command.arg("--orders=500"));
    let closed = shop.wait();
    closed.assert_honest(0);
    assert_eq!(closed.assert_all_recorded(), 500);
    let orders = made_up(500);
    let refused = |line: &&str| line.contains("0002\"") || line.contains("0069\"");
    let refused = orders.lines().filter(refused).count() as u64;
    assert!(refused > 0, "there are such cards");
    assert_eq!(closed.refused_cards, refused, "{closed:#?}");
    // One attempt each, except for answers that were late because the machine was busy.
    assert!(closed.refused_attempts < 2 * refused, "{closed:#?}");
}

#[test]
fn a_shop_with_a_console_stops_it_last() {
    let console = ["--orders=100", "--console=127.0.0.1:0"];
    let closed = Shop::open("console", |command| command.args(console)).wait();
    closed.assert_honest(0);
    assert_eq!(closed.assert_all_recorded(), 100);
    let told = &closed.ended.stderr;
    let is_console = |line: &str| line.split_whitespace().eq(["console", "stopped"]);
    assert!(told.lines().any(is_console), "{told}");
}

#[test]
fn orders_from_standard_input_are_those_of_a_file() {
    let mut text = made_up(50);
    let first = text.lines().next().expect("an order").to_owned();
    text.push_str(&first);
    text.push_str("\nno order\n");
    let directory = Directory::new("lines");
    let file = directory.file("orders.jsonl");
    fs::write(&file, &text).expect("written");
    let from_file = Shop::open("file", |command| command.arg(&file)).wait();
    let mut shop = Shop::open("stdin", |command| command.arg("-").stdin(Stdio::piped()));
    let mut stdin = shop.running.stdin();
    stdin.write_all(text.as_bytes()).expect("taken");
    drop(stdin);
    for closed in [from_file, shop.wait()] {
        closed.assert_honest(0);
        assert_eq!(closed.assert_all_recorded(), 50);
        let told = &closed.ended.stderr;
        assert!(told.contains("rejected: line 51: there is an order 1 already"));
        assert!(told.contains("rejected: line 52: expected ident"), "{told}");
    }
}

#[test]
fn a_signal_during_the_run_drains_all_orders() {
    for signal in ["TERM", "INT"] {
        let shop = Shop::open(signal, |command| command.arg("--orders=1000000"));
        shop.wait_for_paid(100);
        shop.running.signal(signal);
        let closed = shop.wait();
        closed.assert_honest(0);
        let taken = closed.assert_all_recorded();
        assert!((100..1_000_000).contains(&taken), "{closed:#?}");
        assert!(closed.ended.took < Duration::from_secs(10), "{closed:#?}");
    }
}

#[test]
fn orders_read_before_the_stop_are_taken() {
    let mut shop = Shop::open("read", |command| command.arg("-").stdin(Stdio::piped()));
    // All orders are of one customer, so that many still wait for their lane when the first are paid. They come in one
    // piece, so that all have been read.
    let order = |id| {
        format!(
            r#"{{"id":{id},"customer":"a","card":"4","cents":1}}{}"#,
            '\n'
        )
    };
    let lines: String = (1..=100).map(order).collect();
    let mut stdin = shop.running.stdin();
    stdin.write_all(lines.as_bytes()).expect("taken");
    shop.wait_for_paid(1);
    shop.running.signal("TERM");
    let closed = shop.wait();
    closed.assert_honest(0);
    assert_eq!(closed.assert_all_recorded(), 100);
}

#[test]
fn a_second_signal_leaves_orders_uncharged_and_counts_them() {
    let shop = Shop::open("forced", |command| command.arg("--orders=1000000"));
    shop.wait_for_paid(100);
    let connection = Connection::open(shop.db()).expect("the database");
    let patience = Duration::from_secs(10);
    connection.busy_timeout(patience).expect("set");
    // No order can be stored any more, so the drain lasts until the second signal.
    connection
        .execute_batch("BEGIN IMMEDIATE")
        .expect("the lock");
    shop.running.signal("INT");
    shop.running.signal("TERM");
    let closed = shop.wait();
    closed.assert_honest(1);
    let [taken, ..] = closed.numbers::<4>("orders ");
    let [paid, given_up, _] = closed.numbers::<3>("recorded ");
    assert!(taken > paid + given_up, "{closed:#?}");
    let open = format!("{} orders are in no table", taken - paid - given_up);
    assert!(closed.last_line(&open).contains("charged"));
}

#[test]
fn when_the_database_is_down_for_good_the_shop_gives_up() {
    let outage = [
        "--outage=database",
        "--outage-after=100",
        "--orders=1000000",
    ];
    let closed = Shop::open("database", |command| command.args(outage)).wait();
    closed.assert_honest(2);
    assert!(closed.paid >= 100, "{closed:#?}");
    let [.., unrecorded] = closed.numbers::<3>("recorded ");
    assert!(unrecorded > 0, "{closed:#?}");
    let why = closed.last_line("gave up: ");
    let wanted = "the budget of `orders`, 3 restarts within 30s, is used up: database is locked";
    assert!(why.contains(wanted), "{why}");
}

#[test]
fn when_the_provider_is_down_for_good_the_shop_gives_up() {
    let outage = [
        "--outage=provider",
        "--outage-after=300",
        "--orders=1000000",
    ];
    let closed = Shop::open("provider", |command| command.args(outage)).wait();
    closed.assert_honest(2);
    let [_, paid, given_up, _] = closed.numbers("orders ");
    assert_eq!(paid, closed.paid, "what was paid is stored: {closed:#?}");
    assert!(given_up > closed.buried, "{closed:#?}");
    let wanted = "gave up: `settle` failed: the budget of `orders`, 3 restarts within 30s, is used up: \
                  the provider cannot be reached";
    assert_eq!(closed.last_line("gave up: "), wanted);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let closed = Shop::open("nowhere", |command| command.arg("/no/such/orders")).wait();
    closed.assert_honest(2);
    let why = closed.last_line("gave up: ");
    let wanted = "gave up: `take` failed: /no/such/orders: ";
    assert!(why.starts_with(wanted), "it is not tried again: {why}");
}

#[test]
fn a_database_that_cannot_be_opened_is_named() {
    let ended = Running::start(example("orders").args(["--db", "/no/such/folder.db"])).wait();
    ended.assert_code(2);
    let wanted = "/no/such/folder.db: unable to open";
    assert!(ended.stderr.contains(wanted), "{ended:#?}");
}
