//! A summary of the database.

use rusqlite::{Connection, Result, Row};

/// All samples. The database formats the times.
const SAMPLES: &str = "
    SELECT COUNT(DISTINCT run), COUNT(*),
           datetime(MIN(taken_at_ms) / 1000, 'unixepoch'),
           datetime(MAX(taken_at_ms) / 1000, 'unixepoch'),
           MIN(cpu_percent), AVG(cpu_percent), MAX(cpu_percent),
           MIN(memory_percent), AVG(memory_percent), MAX(memory_percent)
    FROM samples
";

/// The number of samples that are missing: the sum over all runs of the last number minus the number of rows.
const MISSING: &str = "
    SELECT COALESCE(SUM(used - held), 0)
    FROM (SELECT MAX(number) AS used, COUNT(*) AS held FROM samples GROUP BY run)
";

/// The alerts of both kinds.
const ALERTS: &str = "
    SELECT COUNT(*) FILTER (WHERE kind = 'raised'), COUNT(*) FILTER (WHERE kind = 'cleared')
    FROM alerts
";

/// The summary of the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The number of samplers that have written to it.
    pub runs: u32,
    /// The number of samples.
    pub samples: u32,
    /// The number of missing samples: later samples of the same run exist.
    pub missing: u32,
    /// The number of raised alerts.
    pub raised: u32,
    /// The number of cleared alerts.
    pub cleared: u32,
    /// The values of the samples, or `None` without samples.
    pub observed: Option<Observed>,
}

/// The values of the samples.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// When the first sample was taken, such as `2026-01-31 23:59:59`, in UTC.
    pub first: String,
    /// When the last sample was taken, in the same form.
    pub last: String,
    /// The load of the processors, in percent.
    pub cpu: Spread,
    /// The used part of the memory, in percent.
    pub memory: Spread,
}

/// The spread of the values of one metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The smallest value.
    pub min: f64,
    /// The average.
    pub mean: f64,
    /// The largest value.
    pub max: f64,
}

impl Summary {
    /// Reads the summary. Must be called in a transaction, so that the numbers agree.
    pub(super) fn read(connection: &Connection) -> Result<Self> {
        let (runs, samples, observed) = connection.query_one(SAMPLES, [], |row| {
            let samples: u32 = row.get(1)?;
            let observed = if samples == 0 {
                None
            } else {
                Some(Observed::from_row(row)?)
            };
            Ok((row.get(0)?, samples, observed))
        })?;
        let missing = connection.query_one(MISSING, [], |row| row.get(0))?;
        let (raised, cleared) =
            connection.query_one(ALERTS, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            runs,
            samples,
            missing,
            raised,
            cleared,
            observed,
        })
    }
}

impl Observed {
    /// Reads a row of `SAMPLES`, or `None` without samples.
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            first: row.get(2)?,
            last: row.get(3)?,
            cpu: Spread::from_row(row, 4)?,
            memory: Spread::from_row(row, 7)?,
        })
    }
}

impl Spread {
    /// Reads three columns of a row, from `column` on.
    fn from_row(row: &Row<'_>, column: usize) -> Result<Self> {
        Ok(Self {
            min: row.get(column)?,
            mean: row.get(column + 1)?,
            max: row.get(column + 2)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::database::Database;
    use super::super::rates::Rates;
    use super::super::reading::Reading;
    use super::super::sample::Sample;
    use super::*;

    /// A reading of a run, with the same value for processors and memory.
    fn reading(run: u64, number: u64, percent: f64) -> Reading {
        let taken_at_ms = 1_700_000_000_000 + run * 60_000 + number * 1_000;
        let sample = Sample {
            run,
            number,
            taken_at_ms,
            cpu_percent: percent,
            ..Sample::default()
        };
        Reading {
            sample,
            rates: Rates {
                memory_percent: percent,
                ..Rates::default()
            },
        }
    }

    /// The summary of a database with these readings.
    fn summary_of(readings: &[Reading]) -> Summary {
        let database = Database::open(Path::new(":memory:")).expect("a database");
        database.write_samples(readings).expect("written");
        database.summary().expect("a summary")
    }

    #[test]
    fn the_summary_of_an_empty_database_is_zero() {
        let nothing = Summary {
            runs: 0,
            samples: 0,
            missing: 0,
            raised: 0,
            cleared: 0,
            observed: None,
        };
        assert_eq!(summary_of(&[]), nothing);
    }

    #[test]
    fn missing_samples_are_counted_for_each_run() {
        let numbers = [(1, 1), (1, 2), (1, 5), (2, 2), (2, 3), (3, 1)];
        let summary = summary_of(&numbers.map(|(run, number)| reading(run, number, 0.0)));
        assert_eq!((summary.runs, summary.samples, summary.missing), (3, 6, 3));
    }

    #[test]
    fn the_spread_and_the_times_cover_all_samples() {
        let summary = summary_of(&[
            reading(0, 1, 10.0),
            reading(0, 2, 40.0),
            reading(1, 1, 100.0),
        ]);
        let observed = summary.observed.expect("samples");
        let spread = Spread {
            min: 10.0,
            mean: 50.0,
            max: 100.0,
        };
        assert_eq!((observed.cpu, observed.memory), (spread, spread));
        assert_eq!(observed.first, "2023-11-14 22:13:21");
        assert_eq!(observed.last, "2023-11-14 22:14:21");
    }
}
