//! A small system monitor.
//!
//! ```text
//! cargo run --release --example sysmon -- --duration 10s
//! cargo run --release --example sysmon -- report
//! ```
//!
//! `workers.rs` has the work, as plain functions, and `group.rs` the graph. The other modules do not use fluid.

#![allow(
    unreachable_pub,
    reason = "a program's modules are public to each other"
)]

mod alerts;
mod args;
mod database;
mod duration;
mod group;
mod history;
mod metric;
mod rates;
mod reading;
mod report;
mod sample;
mod screen;
mod sparkline;
mod summary;
mod table;
mod units;
mod workers;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use fluid::{Callback, Error, GroupHandle, WorkerHandle, error::AddError};
use fluid_console::Console;

use self::args::{Args, Command};
use self::database::Database;
use self::group::{Sysmon, Timing};
use self::screen::{Screen, Style};

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.command {
        Some(Command::Report) => report(&args),
        Some(Command::Graph) => graph(),
        None => monitor(&args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("sysmon: {}: {error:#}", args.db.display());
        ExitCode::from(2)
    })
}

/// Prints the report of the database.
fn report(args: &Args) -> Result<ExitCode, Error> {
    let summary = Database::open_existing(&args.db)?.summary()?;
    report::write(&mut io::stdout().lock(), &summary)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints the graph of the workers.
fn graph() -> Result<ExitCode, Error> {
    io::stdout()
        .lock()
        .write_all(Sysmon::GRAPH.svg().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Monitors until it is stopped, and prints the exit and the number of samples.
fn monitor(args: &Args) -> Result<ExitCode, Error> {
    let db = Arc::new(Database::open(&args.db)?);
    let screen = Screen::new(Style::of_stdout(args.json));
    let timing = Timing {
        sample_every: args.every,
        draw_every: args.table_every,
    };
    let sysmon = Sysmon::new(timing, args.thresholds, screen, Arc::clone(&db));
    if let Some(duration) = args.duration {
        stop_after(duration, &sysmon)?;
    }
    if let Some(address) = &args.console {
        let console = Console::new(&sysmon).graph(&Sysmon::GRAPH);
        sysmon.add(console.bind(address))?;
    }
    let sample = sysmon.sample().clone();
    let exit = sysmon.main();
    eprintln!("\n{exit}\n\n{}", account(&sample, &db));
    Ok(ExitCode::from(exit.code()))
}

/// Stops the group after a time.
fn stop_after(duration: Duration, group: &GroupHandle) -> Result<(), AddError> {
    let handle = group.clone();
    let stop = move || {
        handle.gracefully_stop();
        async {}
    };
    group.register_callback(Callback::after(duration).name("duration"), stop)?;
    Ok(())
}

/// The number of samples that were taken, and of those that were stored.
fn account(sample: &WorkerHandle, db: &Database) -> String {
    let taken = sample.exit().map_or(0, |exit| exit.emitted());
    format!("samples  {taken} taken, {} stored", db.stored())
}
