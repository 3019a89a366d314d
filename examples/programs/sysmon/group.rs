//! The group: its workers, and the edges between them.

use std::io;
use std::time::Duration;

use fluid::{GroupHandle, workers};

use super::alerts::{AlertBook, Thresholds};
use super::database::Database;
use super::rates::RateBook;
use super::sample::Sampler;
use super::screen::Screen;
use super::workers::{Alarm, Judge, KeepTime, Rate, SayStopping, Show, Store, TakeSample};

workers! {
    /// Samples this machine; shows, judges and stores the readings.
    pub struct Sysmon(timing: Timing, thresholds: Thresholds, screen: Screen, db: Database) {
        #[worker(heartbeat = timing.sample_every, pace = "rate")]
        clock: KeepTime,
        sample: TakeSample { sampler: Sampler::new() },
        rate: Rate { book: RateBook::new() },
        show: Show { screen },
        judge: Judge { book: AlertBook::new(), thresholds },
        alarm: Alarm { screen, db },
        store: Store { db },
        farewell: SayStopping,
    }

    clock => sample => rate => (show, judge, store);
    judge => alarm;

    every(timing.draw_every) => draw(&screen, &group);
}

/// How often something happens.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// The time between two samples.
    pub sample_every: Duration,
    /// The time between two tables.
    pub draw_every: Duration,
}

/// Prints the table. Stops the group if the reader of the output has closed it.
fn draw(screen: &Screen, group: &GroupHandle) -> io::Result<()> {
    match screen.draw(&mut io::stdout().lock()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            group.gracefully_stop();
            Ok(())
        }
        result => result,
    }
}
