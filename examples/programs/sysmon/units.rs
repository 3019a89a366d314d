//! Numbers with units.

/// The units of an amount of data, each 1024 of the one before.
const DATA_UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/// An amount of data, such as `512 B` or `3.2 GiB`.
pub fn data(bytes: f64) -> String {
    let mut value = bytes;
    let mut unit = 0;
    // From 1023.95 on, one decimal would show 1024.0 of the smaller unit.
    while value >= 1_023.95 && unit + 1 < DATA_UNITS.len() {
        value /= 1_024.0;
        unit += 1;
    }
    let decimals = usize::from(unit > 0);
    format!("{value:.decimals$} {}", DATA_UNITS[unit])
}

/// A speed given in bytes per second, such as `3.2 MiB/s`.
pub fn speed(bytes_per_second: f64) -> String {
    format!("{}/s", data(bytes_per_second))
}

/// A percentage, such as `12.5 %`.
pub fn percent(value: f64) -> String {
    format!("{value:.1} %")
}

/// The time of day in UTC, such as `13:05:59`, from milliseconds of Unix time.
pub fn time_of_day(unix_ms: u64) -> String {
    let second = unix_ms / 1_000 % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        second / 3_600,
        second / 60 % 60,
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_shown_in_the_largest_fitting_unit() {
        assert_eq!(data(0.0), "0 B");
        assert_eq!(data(1_023.0), "1023 B");
        assert_eq!(data(1_024.0), "1.0 KiB");
        assert_eq!(data(1_048_575.0), "1.0 MiB");
        assert_eq!(data(3.25 * 1_024.0 * 1_024.0 * 1_024.0), "3.2 GiB");
        assert_eq!(data(u64::MAX as f64), "16384.0 PiB");
    }

    #[test]
    fn speeds_and_percentages_are_shown_with_their_unit() {
        assert_eq!(speed(2_048.0), "2.0 KiB/s");
        assert_eq!(percent(99.96), "100.0 %");
    }

    #[test]
    fn the_time_of_day_is_in_utc() {
        assert_eq!(time_of_day(0), "00:00:00");
        assert_eq!(time_of_day(86_399_999), "23:59:59");
        assert_eq!(time_of_day(1_700_000_000_000), "22:13:20");
    }
}
