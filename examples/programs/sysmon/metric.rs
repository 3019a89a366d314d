//! The metrics that the table shows and the alerts watch.

use std::fmt;

use super::rates::Rates;
use super::units::{percent, speed};

/// A metric of the table, which alerts may watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Metric {
    /// How busy the processors are, in percent.
    Cpu,
    /// Memory in use, in percent.
    Memory,
    /// Disk space in use, in percent.
    Disk,
    /// Read from the disks, in bytes per second.
    DiskRead,
    /// Written to the disks, in bytes per second.
    DiskWritten,
    /// Received from the network, in bytes per second.
    NetworkReceived,
    /// Sent to the network, in bytes per second.
    NetworkSent,
}

impl Metric {
    /// Every metric, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::Cpu,
        Self::Memory,
        Self::Disk,
        Self::DiskRead,
        Self::DiskWritten,
        Self::NetworkReceived,
        Self::NetworkSent,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Disk => "disk",
            Self::DiskRead => "disk read",
            Self::DiskWritten => "disk write",
            Self::NetworkReceived => "net in",
            Self::NetworkSent => "net out",
        }
    }

    /// Its value at one moment, in percent or in bytes per second.
    pub fn value(self, rates: &Rates) -> f64 {
        match self {
            Self::Cpu => rates.cpu_percent,
            Self::Memory => rates.memory_percent,
            Self::Disk => rates.disk_percent,
            Self::DiskRead => rates.disk_read_per_second as f64,
            Self::DiskWritten => rates.disk_written_per_second as f64,
            Self::NetworkReceived => rates.network_received_per_second as f64,
            Self::NetworkSent => rates.network_sent_per_second as f64,
        }
    }

    /// Its largest value, or `None` for speeds.
    pub fn ceiling(self) -> Option<f64> {
        matches!(self, Self::Cpu | Self::Memory | Self::Disk).then_some(100.0)
    }

    /// A value with its unit: `12.5 %` or `3.2 MiB/s`.
    pub fn show(self, value: f64) -> String {
        match self.ceiling() {
            Some(_) => percent(value),
            None => speed(value),
        }
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_reads_its_own_field() {
        let rates = Rates {
            taken_at_ms: 0,
            cpu_percent: 1.0,
            memory_percent: 2.0,
            disk_percent: 3.0,
            disk_read_per_second: 4,
            disk_written_per_second: 5,
            network_received_per_second: 6,
            network_sent_per_second: 7,
        };
        let values = Metric::ALL.map(|metric| metric.value(&rates));
        assert_eq!(values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]);
    }

    #[test]
    fn a_metric_is_shown_as_percentage_or_speed() {
        assert_eq!(Metric::Memory.show(12.5), "12.5 %");
        assert_eq!(Metric::NetworkSent.show(2_048.0), "2.0 KiB/s");
    }
}
