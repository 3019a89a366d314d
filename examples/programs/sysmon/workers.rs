//! The workers: plain functions, each of which does one thing.

use fluid::{Context, consumer, worker};

use super::alerts::{Alert, AlertBook, Thresholds};
use super::database::Database;
use super::rates::RateBook;
use super::reading::Reading;
use super::sample::{Sample, Sampler};
use super::screen::Screen;

/// The request to take a sample.
#[derive(Debug)]
pub struct Tick;

/// Requests a sample. The group sets the heartbeat, from the command line.
#[worker]
pub async fn keep_time() -> Tick {
    Tick
}

/// Takes a sample, on a thread of its own. Ticks that come faster are dropped and counted.
#[consumer(blocking, capacity = 1, overflow = "drop_newest")]
pub fn take_sample(_: Tick, sampler: &mut Sampler) -> Sample {
    sampler.sample()
}

/// Compares each sample with the one before it.
#[consumer]
pub async fn rate(sample: Sample, book: &mut RateBook) -> Reading {
    let rates = book.fold(&sample);
    Reading { sample, rates }
}

/// Adds each reading to the screen.
#[consumer]
pub async fn show(reading: Reading, screen: &Screen) {
    screen.show(reading);
}

/// Compares each reading with the thresholds.
#[consumer]
pub async fn judge(reading: Reading, book: &mut AlertBook, thresholds: &Thresholds) -> Vec<Alert> {
    book.judge(&reading.rates, thresholds)
}

/// Shows and stores each alert.
#[consumer(blocking)]
pub fn alarm(alert: Alert, screen: &Screen, db: &Database) -> rusqlite::Result<()> {
    screen.alarm(alert);
    db.write_alerts(&[alert])
}

/// Stores readings in batches, on a thread of its own, because the disk may block it. A reading waits at most the
/// `linger` for its batch to fill.
#[consumer(blocking, batch = 100, linger = "500ms")]
pub fn store(readings: Vec<Reading>, db: &Database) -> rusqlite::Result<()> {
    db.write_samples(&readings)
}

/// Prints at the stop that the monitor is ending.
#[worker]
pub async fn say_stopping(ctx: &Context) {
    ctx.stopping().await;
    eprintln!("stopping: storing the measured samples (press Ctrl-C again to stop at once)");
}
