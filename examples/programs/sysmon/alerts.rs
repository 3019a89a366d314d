//! Thresholds, and the alerts for crossing them.

use std::collections::BTreeSet;
use std::fmt;

use super::metric::Metric;
use super::rates::Rates;
use super::units::percent;

/// How far below its threshold a value must fall before its alert is cleared, in percentage points.
///
/// Without this gap, a value that oscillates around its threshold would raise an alert at each sample.
const CLEARS_BELOW: f64 = 5.0;

/// The values above which an alert is raised, in percent.
#[derive(Debug, Clone, Copy, PartialEq, clap::Args)]
pub struct Thresholds {
    /// Raise an alert when the processors are busier than this, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "90", value_parser = parse_percent)]
    pub cpu_above: f64,

    /// Raise an alert when more of the memory than this is in use, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "90", value_parser = parse_percent)]
    pub memory_above: f64,

    /// Raise an alert when more of the disks than this is in use, in percent.
    #[arg(long, value_name = "PERCENT", default_value = "95", value_parser = parse_percent)]
    pub disk_above: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            cpu_above: 90.0,
            memory_above: 90.0,
            disk_above: 95.0,
        }
    }
}

/// Reads a percentage. The error is shown to the user.
fn parse_percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("a threshold is a number between 0 and 100".into()),
    }
}

/// A value has crossed its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alert {
    /// When the sample was taken that shows it, in milliseconds of Unix time.
    pub taken_at_ms: u64,
    /// The metric.
    pub metric: Metric,
    /// Its value, in percent.
    pub value: f64,
    /// Its threshold, in percent.
    pub threshold: f64,
    /// Whether the alert begins or ends.
    pub kind: AlertKind,
}

/// Whether an alert begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    /// The value rose above its threshold.
    Raised,
    /// The value fell well below its threshold again.
    Cleared,
}

impl AlertKind {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raised => "raised",
            Self::Cleared => "cleared",
        }
    }
}

impl fmt::Display for Alert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, threshold) = (percent(self.value), percent(self.threshold));
        match self.kind {
            AlertKind::Raised => write!(f, "{} is at {value}, above {threshold}", self.metric),
            AlertKind::Cleared => {
                write!(
                    f,
                    "{} is back at {value}, well below {threshold}",
                    self.metric
                )
            }
        }
    }
}

/// Raises and clears alerts, and remembers which are raised.
#[derive(Debug, Clone, Default)]
pub struct AlertBook {
    standing: BTreeSet<Metric>,
}

impl AlertBook {
    /// Makes a book without raised alerts.
    pub fn new() -> Self {
        Self::default()
    }

    /// The alerts that these rates raise or clear.
    ///
    /// An alert is raised once, when its value is above the threshold, and cleared once, when its
    /// value is 5 points below the threshold, or at zero for the smallest thresholds.
    pub fn judge(&mut self, rates: &Rates, thresholds: &Thresholds) -> Vec<Alert> {
        [
            (Metric::Cpu, thresholds.cpu_above),
            (Metric::Memory, thresholds.memory_above),
            (Metric::Disk, thresholds.disk_above),
        ]
        .into_iter()
        .filter_map(|(metric, threshold)| {
            let value = metric.value(rates);
            let kind = self.judge_one(metric, value, threshold)?;
            Some(Alert {
                taken_at_ms: rates.taken_at_ms,
                metric,
                value,
                threshold,
                kind,
            })
        })
        .collect()
    }

    /// Whether `value` raises or clears the alert for `metric`, or `None` if neither.
    fn judge_one(&mut self, metric: Metric, value: f64, threshold: f64) -> Option<AlertKind> {
        let cleared_at = (threshold - CLEARS_BELOW).max(0.0);
        if value > threshold {
            self.standing.insert(metric).then_some(AlertKind::Raised)
        } else if value <= cleared_at {
            self.standing.remove(&metric).then_some(AlertKind::Cleared)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers of a book to these processor loads, in turn.
    fn judge_cpu(cpu_above: f64, loads: &[f64]) -> Vec<Option<AlertKind>> {
        let mut book = AlertBook::new();
        let thresholds = Thresholds {
            cpu_above,
            ..Thresholds::default()
        };
        let judge = |&cpu_percent| {
            let rates = Rates {
                cpu_percent,
                ..Rates::default()
            };
            book.judge(&rates, &thresholds)
                .first()
                .map(|alert| alert.kind)
        };
        loads.iter().map(judge).collect()
    }

    #[test]
    fn an_alert_is_raised_once_and_cleared_once() {
        let kinds = judge_cpu(
            90.0,
            &[10.0, 90.0, 90.1, 99.0, 95.0, 85.0, 85.0, 10.0, 91.0],
        );
        let (raised, cleared) = (Some(AlertKind::Raised), Some(AlertKind::Cleared));
        assert_eq!(
            kinds,
            [None, None, raised, None, None, cleared, None, None, raised]
        );
    }

    #[test]
    fn a_value_that_oscillates_around_the_threshold_raises_one_alert() {
        let kinds = judge_cpu(90.0, &[91.0, 89.0, 91.0, 86.0, 91.0, 85.1]);
        assert_eq!(kinds.iter().flatten().count(), 1);
    }

    #[test]
    fn an_alert_at_the_smallest_threshold_can_be_cleared() {
        let kinds = judge_cpu(0.0, &[0.0, 0.1, 0.0]);
        assert_eq!(
            kinds,
            [None, Some(AlertKind::Raised), Some(AlertKind::Cleared)]
        );
        let kinds = judge_cpu(3.0, &[4.0, 1.0, 0.0]);
        assert_eq!(
            kinds,
            [Some(AlertKind::Raised), None, Some(AlertKind::Cleared)]
        );
    }

    #[test]
    fn each_metric_has_its_own_alert() {
        let rates = Rates {
            taken_at_ms: 42,
            cpu_percent: 99.0,
            memory_percent: 89.0,
            disk_percent: 96.0,
            ..Rates::default()
        };
        let alerts = AlertBook::new().judge(&rates, &Thresholds::default());
        let disk = Alert {
            taken_at_ms: 42,
            metric: Metric::Disk,
            value: 96.0,
            threshold: 95.0,
            kind: AlertKind::Raised,
        };
        assert_eq!(
            alerts.iter().map(|alert| alert.metric).collect::<Vec<_>>(),
            [Metric::Cpu, Metric::Disk]
        );
        assert_eq!(alerts[1], disk);
        assert_eq!(disk.to_string(), "disk is at 96.0 %, above 95.0 %");
    }
}
