//! Several measurements of one thing.

use std::fmt;

/// Measurements, in seconds where nothing else is said.
#[derive(Clone, Debug, Default)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// One more.
    pub fn add(&mut self, measured: f64) {
        self.0.push(measured);
        self.0.sort_by(f64::total_cmp);
    }

    /// The one in the middle: what a busy machine does to a few of them does not move it.
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
}
