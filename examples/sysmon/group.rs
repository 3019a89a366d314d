//! The group: which workers there are, and what each sends to which.

use std::time::Duration;

use fluid::workers;

use super::alerts::{AlertBook, Thresholds};
use super::database::Database;
use super::gather::Gather;
use super::rates::RateBook;
use super::reading::Reading;
use super::sample::Sampler;
use super::screen::Screen;
use super::workers::{Alarm, Judge, KeepTime, Rate, SayStopping, Show, Store, TakeSample};

workers! {
    /// Samples this machine; shows, judges and keeps what it finds.
    pub struct Sysmon(every: Duration, thresholds: Thresholds, screen: Screen, db: Database) {
        clock: KeepTime { every },
        sample: TakeSample { sampler: Sampler::new() },
        rate: Rate { book: RateBook::new() },
        show: Show { screen },
        judge: Judge { book: AlertBook::new(), thresholds },
        alarm: Alarm { screen, db },
        gather: Gather<Reading> = Gather::new(100, Duration::from_millis(500)),
        store: Store { db },
        farewell: SayStopping,
    }

    clock.ticks => sample => rate => (show, judge, gather);
    judge => alarm;
    gather => store;
}
