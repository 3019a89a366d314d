//! A shop that takes orders, charges them to a flaky payment provider, and loses no order.
//!
//! ```text
//! cargo run --release --example orders
//! cargo run --release --example orders -- --outage database
//! cargo run --release --example orders -- --print --orders 100 > orders.jsonl
//! cargo run --release --example orders -- orders.jsonl
//! ```
//!
//! `workers.rs` has the work, as plain functions, and `group.rs` the graph and its restarts. At the end `audit.rs` compares
//! the counts of the workers, the rows of the database and the books of the provider. The other modules do not use fluid.

#![allow(
    unreachable_pub,
    reason = "a program's modules are public to each other"
)]

mod account;
mod args;
mod audit;
mod database;
mod generate;
mod group;
mod intake;
mod order;
mod provider;
mod source;
mod workers;

use std::io::{self, BufWriter, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use fluid::{Error, Exit};
use fluid_console::Console;

use self::account::Account;
use self::args::Args;
use self::audit::Audit;
use self::database::Database;
use self::generate::Generator;
use self::group::Orders;
use self::provider::Provider;

/// The number of charged orders without a row that are listed.
const NAMED: usize = 10;

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.print {
        true => print(&args),
        false => take_orders(&args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("orders: {error:#}");
        ExitCode::from(2)
    })
}

/// Takes all orders, and prints their outcome.
fn take_orders(args: &Args) -> Result<ExitCode, Error> {
    let named = |error| format!("{}: {error}", args.db.display());
    let db = Arc::new(Database::open(&args.db, args.database_down_after()).map_err(named)?);
    let provider = Arc::new(Provider::new(args.seed, args.provider_down_after()));
    let orders = Orders::new(args.source(), Arc::clone(&provider), Arc::clone(&db));
    if let Some(address) = &args.console {
        let console = Console::new(&orders).graph(&Orders::GRAPH);
        orders.add(console.bind(address))?;
    }
    let exit = orders.main();
    eprintln!("\n{exit}\n");
    report(&exit, &db, &provider)
}

/// Prints the outcome of the orders, and whether the claims about it are true.
fn report(exit: &Exit, db: &Database, provider: &Provider) -> Result<ExitCode, Error> {
    let (held, charges) = (db.holdings()?, provider.charges());
    let account = Account::of(exit);
    let audit = Audit::new(&account, &held, &charges);
    println!("{account}\n{}\n", audit.books());
    for (reason, orders) in audit.reasons() {
        println!("{orders:>8}  given up: {reason}");
    }
    println!();
    let claims = audit.claims();
    for claim in &claims {
        println!("{claim}");
    }
    say_what_is_open(exit, &account, &audit);
    Ok(ExitCode::from(audit::exit_code(exit.code(), &claims)))
}

/// Prints the orders that need a manual check, and the cause of a failure. Prints nothing after a normal end.
fn say_what_is_open(exit: &Exit, account: &Account, audit: &Audit<'_>) {
    let open = account.open();
    if open > 0 {
        let charged = audit.charged_without_row();
        let first: Vec<_> = charged.iter().take(NAMED).map(u32::to_string).collect();
        let named = match &first[..] {
            [] => "none of them charged".to_owned(),
            first => format!("{} of them charged: {} …", charged.len(), first.join(", ")),
        };
        println!("\n{open} orders are in no table, {named}");
    }
    if exit.cause().is_failure() {
        println!("\ngave up: {}", exit.cause());
    }
}

/// Prints made-up orders.
fn print(args: &Args) -> Result<ExitCode, Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    for order in Generator::new(args.orders, args.seed) {
        let line = serde_json::to_string(&order)?;
        match writeln!(out, "{line}") {
            // The reader of the output has closed it.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            result => result?,
        }
    }
    Ok(ExitCode::SUCCESS)
}
