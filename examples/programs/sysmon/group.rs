//! The group: its workers, and the edges between them.

use std::time::Duration;

use fluid::workers;

use super::alerts::{AlertBook, Thresholds};
use super::database::Database;
use super::rates::RateBook;
use super::sample::Sampler;
use super::screen::Screen;
use super::workers::{Alarm, Judge, KeepTime, Rate, SayStopping, Show, Store, TakeSample};

workers! {
    /// Samples this machine; shows, judges and stores the readings.
    pub struct Sysmon(every: Duration, thresholds: Thresholds, screen: Screen, db: Database) {
        clock: KeepTime { every },
        sample: TakeSample { sampler: Sampler::new() },
        rate: Rate { book: RateBook::new() },
        show: Show { screen },
        judge: Judge { book: AlertBook::new(), thresholds },
        alarm: Alarm { screen, db },
        store: Store { db },
        farewell: SayStopping,
    }

    clock.ticks => sample => rate => (show, judge, store);
    judge => alarm;
}
