//! The growth of the counters between two samples.

use serde::Serialize;

use super::sample::Sample;

/// The rates between a sample and the one before it: percentages, and bytes per second.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rates {
    /// When the sample was taken, in milliseconds of Unix time.
    pub taken_at_ms: u64,
    /// How busy all processors together were, 0 to 100.
    pub cpu_percent: f64,
    /// The part of the memory that is in use, 0 to 100.
    pub memory_percent: f64,
    /// The part of the disks that is in use, 0 to 100.
    pub disk_percent: f64,
    /// Read from the disks, in bytes per second.
    pub disk_read_per_second: u64,
    /// Written to the disks, in bytes per second.
    pub disk_written_per_second: u64,
    /// Received from the network, in bytes per second.
    pub network_received_per_second: u64,
    /// Sent to the network, in bytes per second.
    pub network_sent_per_second: u64,
}

/// Computes rates from samples, and remembers the last sample.
#[derive(Debug, Clone, Default)]
pub struct RateBook {
    previous: Option<Sample>,
}

impl RateBook {
    /// Makes a book without a sample.
    pub fn new() -> Self {
        Self::default()
    }

    /// The rates of `sample`, measured since the sample before it.
    ///
    /// An unknown rate is zero: at the first sample, after the clock was set back, and for a counter that went backwards,
    /// such as after a device was replaced.
    pub fn fold(&mut self, sample: &Sample) -> Rates {
        let previous = self.previous.replace(sample.clone());
        let per_second = |counter: fn(&Sample) -> u64| {
            previous
                .as_ref()
                .map_or(0, |previous| growth_per_second(previous, sample, counter))
        };
        Rates {
            taken_at_ms: sample.taken_at_ms,
            cpu_percent: sample.cpu_percent,
            memory_percent: percent(sample.memory_used, sample.memory_total),
            disk_percent: percent(sample.disk_used, sample.disk_total),
            disk_read_per_second: per_second(|sample| sample.disk_read),
            disk_written_per_second: per_second(|sample| sample.disk_written),
            network_received_per_second: per_second(|sample| sample.network_received),
            network_sent_per_second: per_second(|sample| sample.network_sent),
        }
    }
}

/// The growth of `counter` between two samples, per second.
fn growth_per_second(from: &Sample, to: &Sample, counter: fn(&Sample) -> u64) -> u64 {
    let grown = counter(to).saturating_sub(counter(from));
    let elapsed_ms = to.taken_at_ms.saturating_sub(from.taken_at_ms);
    grown
        .saturating_mul(1_000)
        .checked_div(elapsed_ms)
        .unwrap_or(0)
}

/// `part` of `whole` in percent, rounded to a tenth; zero if `whole` is zero.
fn percent(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    (part as f64 / whole as f64 * 1_000.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sample at `taken_at_ms` whose four counters all stand at `counters`.
    fn sample(taken_at_ms: u64, counters: u64) -> Sample {
        Sample {
            taken_at_ms,
            disk_read: counters,
            disk_written: counters,
            network_received: counters,
            network_sent: counters,
            ..Sample::default()
        }
    }

    /// The four rates, in the order of their fields.
    fn speeds(rates: &Rates) -> [u64; 4] {
        [
            rates.disk_read_per_second,
            rates.disk_written_per_second,
            rates.network_received_per_second,
            rates.network_sent_per_second,
        ]
    }

    #[test]
    fn the_first_sample_has_no_speed() {
        assert_eq!(speeds(&RateBook::new().fold(&sample(1_000, 5_000))), [0; 4]);
    }

    #[test]
    fn speeds_are_per_second_for_every_period() {
        let mut book = RateBook::new();
        book.fold(&sample(1_000, 0));
        assert_eq!(speeds(&book.fold(&sample(1_500, 100))), [200; 4]);
        assert_eq!(speeds(&book.fold(&sample(11_500, 1_100))), [100; 4]);
    }

    #[test]
    fn each_speed_comes_from_its_own_counter() {
        let mut book = RateBook::new();
        book.fold(&sample(0, 0));
        let rates = book.fold(&Sample {
            taken_at_ms: 1_000,
            disk_read: 1,
            disk_written: 2,
            network_received: 3,
            network_sent: 4,
            ..Sample::default()
        });
        assert_eq!(speeds(&rates), [1, 2, 3, 4]);
    }

    #[test]
    fn a_counter_that_goes_backwards_gives_speed_zero_once() {
        let mut book = RateBook::new();
        book.fold(&sample(0, 1_000));
        assert_eq!(speeds(&book.fold(&sample(1_000, 10))), [0; 4]);
        assert_eq!(speeds(&book.fold(&sample(2_000, 30))), [20; 4]);
    }

    #[test]
    fn a_clock_that_stands_or_goes_backwards_gives_speed_zero() {
        let mut book = RateBook::new();
        book.fold(&sample(5_000, 0));
        assert_eq!(speeds(&book.fold(&sample(5_000, 100))), [0; 4]);
        assert_eq!(speeds(&book.fold(&sample(1_000, 200))), [0; 4]);
    }

    #[test]
    fn percentages_need_no_sample_before() {
        let rates = RateBook::new().fold(&Sample {
            cpu_percent: 12.5,
            memory_used: 1,
            memory_total: 3,
            disk_used: 0,
            disk_total: 0,
            ..Sample::default()
        });
        assert_eq!(
            (rates.cpu_percent, rates.memory_percent, rates.disk_percent),
            (12.5, 33.3, 0.0)
        );
    }
}
