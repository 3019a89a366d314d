//! Reads the access log of a web server, and prints a summary.
//!
//! ```text
//! cargo run --release --example access_log -- access.log
//! cargo run --release --example access_log -- --generate 1000000 | \
//!     cargo run --release --example access_log
//! ```
//!
//! Malformed lines leave `parse` by a named port, to a consumer of dead letters. The end of the input ends the reader, and
//! so the group: each worker handles all its messages, and ends after the workers that feed it.

#![allow(
    unreachable_pub,
    reason = "a program's modules are public to each other"
)]

mod generate;
mod line;
mod totals;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clap::Parser;
use fluid::{Context, Error, Output, consumer, worker, workers};
use fluid_examples::input::Input;

use self::line::{Entry, Malformed};
use self::totals::Totals;

/// Reads the access log of a web server, and prints a summary.
#[derive(Debug, Parser)]
#[command(name = "access_log", version)]
struct Args {
    /// The log file [default: the standard input].
    file: Option<PathBuf>,

    /// The number of malformed lines to show.
    #[arg(long, value_name = "LINES", default_value_t = 5)]
    show_malformed: u64,

    /// Write a log of this many lines to the standard output instead.
    #[arg(long, value_name = "LINES", conflicts_with = "file")]
    generate: Option<u64>,

    /// The seed of the log to write.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 1,
        requires = "generate"
    )]
    seed: u64,
}

/// Reads the log to its end.
#[worker]
async fn read(file: Option<PathBuf>, lines: &Output<String>, ctx: &Context) -> Result<(), Error> {
    let mut input = Input::open(file.as_deref())?;
    loop {
        let portion = tokio::select! {
            portion = input.next() => portion?,
            () = ctx.stopping() => return Ok(()),
        };
        if portion.is_empty() {
            return Ok(());
        }
        for line in portion {
            lines.send(line).await?;
        }
    }
}

/// Parses a line, or sends it to the port for malformed lines.
#[consumer]
async fn parse(line: String, malformed: &Output<Malformed>) -> Result<Option<Entry>, Error> {
    match Entry::parse(&line) {
        Ok(entry) => Ok(Some(entry)),
        Err(line) => {
            malformed.send(line).await?;
            Ok(None)
        }
    }
}

/// Counts the parsed lines.
#[consumer]
async fn count(entry: Entry, totals: &Mutex<Totals>) {
    lock(totals).add(&entry);
}

/// Counts the malformed lines, and shows the first ones.
#[consumer]
async fn dead_letters(line: Malformed, show: u64, totals: &Mutex<Totals>) {
    let mut totals = lock(totals);
    totals.add_malformed();
    if totals.malformed <= show {
        eprintln!("{line}");
    }
}

workers! {
    /// Reads an access log.
    struct AccessLog(file: Option<PathBuf>, show: u64, totals: Mutex<Totals>) {
        read: Read { file },
        parse: Parse,
        count: Count { totals },
        dead_letters: DeadLetters { show, totals },
    }

    read.lines => parse => count;
    parse.malformed => dead_letters;
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match args.generate {
        Some(lines) => generate(lines, args.seed),
        None => analyse(args),
    };
    done.unwrap_or_else(|error| {
        eprintln!("access_log: {error:#}");
        ExitCode::from(2)
    })
}

/// Reads the log, and prints the summary, also if it could not be read to its end.
fn analyse(args: Args) -> Result<ExitCode, Error> {
    let totals = Arc::new(Mutex::new(Totals::new()));
    let exit = AccessLog::new(args.file, args.show_malformed, Arc::clone(&totals)).main();
    eprintln!("{exit}\n");
    let code = ExitCode::from(exit.code());
    unless_broken(write!(io::stdout(), "{}", lock(&totals)), code)
}

/// Writes a log, and prints the counts that a reader should find.
fn generate(lines: u64, seed: u64) -> Result<ExitCode, Error> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = generate::write_lines(&mut out, lines, seed).map(|written| {
        eprintln!(
            "{} good lines, {} malformed",
            written.good, written.malformed
        );
    });
    unless_broken(written, ExitCode::SUCCESS)
}

/// Accepts a closed standard output as a normal end.
fn unless_broken(written: io::Result<()>, code: ExitCode) -> Result<ExitCode, Error> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(code),
    }
}

/// The content of a lock, which is intact even after a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
