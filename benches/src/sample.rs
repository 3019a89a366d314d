//! Several measurements of one quantity.

use std::fmt;

/// Measurements, in seconds unless stated otherwise.
#[derive(Clone, Debug, Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Adds a measurement.
    pub fn add(&mut self, measured: f64) {
        self.0.push(measured);
        self.0.sort_by(f64::total_cmp);
    }

    /// The median. A few disturbed measurements do not change it.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        if self.0.len() % 2 == 1 {
            self.0[middle]
        } else {
            f64::midpoint(self.0[middle - 1], self.0[middle])
        }
    }

    /// The percentile: the least measurement that this many in a hundred do not exceed.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn percentile(&self, percent: f64) -> f64 {
        let rank = (self.0.len() as f64 * percent / 100.0).ceil() as usize;
        self.0[rank.max(1) - 1]
    }
}

impl From<Vec<f64>> for Sample {
    fn from(mut measured: Vec<f64>) -> Self {
        measured.sort_by(f64::total_cmp);
        Self(measured)
    }
}

impl Sample {
    /// The least and the most.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn bounds(&self) -> (f64, f64) {
        (self.0[0], self.0[self.0.len() - 1])
    }
}

/// `0.42 s (0.40 to 0.51)`
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = self.bounds();
        write!(f, "{:.2} s ({least:.2} to {most:.2})", self.median())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        let mut sample = Sample::default();
        for (seconds, median) in [(3.0, 3.0), (1.0, 2.0), (8.0, 3.0), (1.5, 2.25)] {
            sample.add(seconds);
            assert!((sample.median() - median).abs() < 1e-9, "{sample:?}");
        }
        assert_eq!(sample.to_string(), "2.25 s (1.00 to 8.00)");
    }

    #[test]
    fn a_percentile_is_the_least_that_covers_so_many() {
        let sample = Sample::from((1..=200).rev().map(f64::from).collect::<Vec<_>>());
        for (percent, expected) in [
            (50.0, 100.0),
            (99.0, 198.0),
            (99.4, 199.0),
            (99.9, 200.0),
            (100.0, 200.0),
            (0.0, 1.0),
        ] {
            let percentile = sample.percentile(percent);
            assert!(
                (percentile - expected).abs() < 1e-9,
                "{percent}: {percentile}"
            );
        }
        assert!((Sample::from(vec![7.0]).percentile(99.9) - 7.0).abs() < 1e-9);
    }
}
