//! A sample together with its rates.

use serde::Serialize;

use super::rates::Rates;
use super::sample::Sample;

/// A sample and its rates since the one before.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Reading {
    /// The sample.
    pub sample: Sample,
    /// The rates.
    pub rates: Rates,
}

impl Reading {
    /// The reading as one line of JSON, for other programs.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_is_one_line_of_json_with_sample_and_rates() {
        let sample = Sample {
            number: 7,
            cpu_percent: 12.5,
            ..Sample::default()
        };
        let rates = Rates {
            network_sent_per_second: 99,
            ..Rates::default()
        };
        let json = Reading { sample, rates }.to_json().expect("plain data");
        let value: serde_json::Value = serde_json::from_str(&json).expect("valid JSON");
        assert!(!json.contains('\n'));
        assert_eq!(value["sample"]["number"], 7);
        assert_eq!(value["sample"]["cpu_percent"], 12.5);
        assert_eq!(value["rates"]["network_sent_per_second"], 99);
    }
}
