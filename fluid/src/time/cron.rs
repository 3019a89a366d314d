//! The times of a cron pattern.

use std::time::Duration;

use croner::Cron;
use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use tokio::time::sleep;

use crate::error::Error;
use crate::options::{Missed, Schedule};
use crate::time::wall;

/// The times of a pattern, one after the other.
pub(crate) struct CronTimes {
    pattern: Cron,
    zone: TimeZone,
    missed: Missed,
    /// The last time that was due, or when the worker began.
    last: Timestamp,
}

/// The next time at which a call is due.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Due {
    /// `None` if the pattern has no further time.
    pub(crate) at: Option<Timestamp>,
    /// How many times have passed without a call.
    pub(crate) missed: u64,
}

/// The most missed times that are counted at once. More of them are an old time, such as after a change of the clock.
const MOST_MISSED: u64 = 10_000;

/// How long the wall clock is not looked at while a time is awaited. It may be set, or the machine may sleep.
const LOOK_AT_CLOCK: Duration = Duration::from_secs(30);

impl CronTimes {
    /// The times after `last`, or from now on.
    ///
    /// # Errors
    ///
    /// If the pattern cannot be read, or this machine does not know the time zone.
    pub(crate) fn new(schedule: &Schedule, last: Option<Timestamp>) -> Result<Self, Error> {
        let Schedule {
            pattern,
            zone,
            missed,
        } = *schedule;
        let parsed: Cron = pattern
            .parse()
            .map_err(|error| format!("`{pattern}` is no cron pattern: {error}"))?;
        Ok(Self {
            pattern: parsed,
            zone: time_zone(zone)?,
            missed,
            last: last.unwrap_or_else(wall::now),
        })
    }

    /// The first time that is due after `now`, or `now` if missed times are made up for.
    pub(crate) fn next(&self, now: Timestamp) -> Due {
        let mut missed = 0;
        let mut at = self.after(self.last);
        while let Some(passed) = at
            && passed <= now
        {
            missed += 1;
            if missed == MOST_MISSED {
                at = self.after(now);
                break;
            }
            at = self.after(passed);
        }
        match self.missed {
            Missed::Once if missed > 0 => Due {
                at: Some(now),
                missed: missed - 1,
            },
            _ => Due { at, missed },
        }
    }

    /// Called when a call begins that was due `at`.
    pub(crate) fn begin(&mut self, at: Timestamp) {
        self.last = at;
    }

    fn after(&self, time: Timestamp) -> Option<Timestamp> {
        let time = time.to_zoned(self.zone.clone());
        let next = self.pattern.find_next_occurrence(&time, false);
        next.ok().map(|next| next.timestamp())
    }
}

/// Waits for a wall time.
pub(crate) async fn reach(at: Option<Timestamp>, jitter: Duration) {
    let Some(at) = at.and_then(|at| at.checked_add(jitter).ok()) else {
        return std::future::pending().await;
    };
    while let Ok(left) = Duration::try_from(at.duration_since(wall::now()))
        && !left.is_zero()
    {
        sleep(left.min(LOOK_AT_CLOCK)).await;
    }
}

/// `UTC`, `local`, an offset such as `+02:00`, or a name such as `Europe/Berlin`.
fn time_zone(name: &'static str) -> Result<TimeZone, Error> {
    match name {
        "UTC" => return Ok(TimeZone::UTC),
        "local" => return Ok(TimeZone::try_system()?),
        _ => {}
    }
    if let Some(offset) = offset(name) {
        return Ok(TimeZone::fixed(offset));
    }
    TimeZone::get(name).map_err(|error| {
        format!("this machine does not know the time zone `{name}`: {error}").into()
    })
}

fn offset(name: &str) -> Option<Offset> {
    let (sign, rest) = match name.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, name.strip_prefix('+')?),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes) = (hours.parse::<i32>().ok()?, minutes.parse::<i32>().ok()?);
    Offset::from_seconds(sign * (hours * 60 + minutes) * 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Berlin, without the database of time zones of the machine: UTC+1, and UTC+2 from the last Sunday of March, 2:00,
    /// to the last Sunday of October, 3:00.
    const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

    fn times(pattern: &str, missed: Missed, zone: TimeZone, last: &str) -> CronTimes {
        CronTimes {
            pattern: pattern.parse().expect("a pattern"),
            zone,
            missed,
            last: at(last),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn list(pattern: &str, last: &str, count: usize) -> Vec<String> {
        let zone = TimeZone::posix(BERLIN).expect("a zone");
        let times = times(pattern, Missed::Skip, zone, last);
        let next = |time: &Timestamp| times.after(*time);
        std::iter::successors(next(&at(last)), next)
            .take(count)
            .map(|time| time.to_string())
            .collect()
    }

    #[test]
    fn a_fixed_time_that_the_clock_skips_in_spring_comes_once_when_the_clock_has_moved() {
        // 2:30 does not exist on 29 March 2026.
        assert_eq!(
            list("0 30 2 * * *", "2026-03-27T12:00:00Z", 3),
            [
                "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z"
            ]
        );
    }

    #[test]
    fn a_fixed_time_that_the_clock_repeats_in_autumn_comes_once() {
        // 2:30 exists twice on 25 October 2026.
        assert_eq!(
            list("0 30 2 * * *", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]
        );
    }

    #[test]
    fn a_time_of_each_hour_comes_each_hour_when_the_clock_moves() {
        assert_eq!(
            list("0 0 * * * *", "2026-10-24T23:30:00Z", 4),
            [
                "2026-10-25T00:00:00Z",
                "2026-10-25T01:00:00Z",
                "2026-10-25T02:00:00Z",
                "2026-10-25T03:00:00Z"
            ]
        );
    }

    #[test]
    fn missed_times_are_counted_and_made_up_for_at_most_once() {
        let times = |missed| times("0 * * * * *", missed, TimeZone::UTC, "2026-01-01T10:00:00Z");
        let now = at("2026-01-01T10:03:20Z");
        let next = Some(at("2026-01-01T10:04:00Z"));
        assert_eq!(
            times(Missed::Skip).next(now),
            Due {
                at: next,
                missed: 3
            }
        );
        let made_up = Due {
            at: Some(now),
            missed: 2,
        };
        assert_eq!(times(Missed::Once).next(now), made_up);
        let mut times = times(Missed::Once);
        times.begin(now);
        assert_eq!(
            times.next(now),
            Due {
                at: next,
                missed: 0
            }
        );
        // Years later they are no longer counted one by one.
        let late = times.next(at("2036-01-01T10:00:00Z"));
        assert_eq!(late.missed, MOST_MISSED - 1);
    }

    #[test]
    fn a_pattern_whose_times_are_over_has_no_next_one() {
        let times = times(
            "0 0 0 1 1 * 2025",
            Missed::Skip,
            TimeZone::UTC,
            "2026-01-01T10:00:00Z",
        );
        let due = times.next(at("2026-01-01T10:00:00Z"));
        assert_eq!(
            due,
            Due {
                at: None,
                missed: 0
            }
        );
    }

    #[test]
    fn a_zone_is_utc_an_offset_or_a_name() {
        let hour = |zone| {
            let zone = time_zone(zone).expect("a zone");
            at("2026-01-01T10:00:00Z").to_zoned(zone).hour()
        };
        assert_eq!(hour("UTC"), 10);
        assert_eq!(hour("+05:30"), 15);
        assert_eq!(hour("-02:00"), 8);
        let error = time_zone("Europe/Berln").expect_err("a typing mistake");
        assert!(error.to_string().contains("`Europe/Berln`"), "{error}");
    }
}
