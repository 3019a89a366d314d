//! The last readings, for the table to draw.

use std::collections::VecDeque;

use super::metric::Metric;
use super::reading::Reading;

/// The last readings, the oldest first. Their number is bounded.
#[derive(Debug, Clone, Default)]
pub struct History {
    readings: VecDeque<Reading>,
}

impl History {
    /// The number of readings that are kept.
    pub const LENGTH: usize = 40;

    /// Makes an empty history.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a reading, and drops the oldest one if there are too many.
    pub fn push(&mut self, reading: Reading) {
        if self.readings.len() == Self::LENGTH {
            self.readings.pop_front();
        }
        self.readings.push_back(reading);
    }

    /// The newest reading, or `None` if there is none.
    pub fn latest(&self) -> Option<&Reading> {
        self.readings.back()
    }

    /// The values of one metric, the oldest first, in its own unit.
    pub fn values(&self, metric: Metric) -> Vec<f64> {
        self.readings
            .iter()
            .map(|reading| metric.value(&reading.rates))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::rates::Rates;
    use super::super::sample::Sample;
    use super::*;

    #[test]
    fn the_history_keeps_the_last_readings_in_order() {
        let mut history = History::new();
        assert!(history.latest().is_none());
        for number in 1..=100_u32 {
            let sample = Sample {
                number: number.into(),
                ..Sample::default()
            };
            let rates = Rates {
                cpu_percent: number.into(),
                ..Rates::default()
            };
            history.push(Reading { sample, rates });
        }
        let values = history.values(Metric::Cpu);
        assert_eq!(values.len(), History::LENGTH);
        assert_eq!((values[0], values[History::LENGTH - 1]), (61.0, 100.0));
        assert_eq!(
            history.latest().map(|reading| reading.sample.number),
            Some(100)
        );
    }
}
