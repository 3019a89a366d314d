//! What the database holds, in a few numbers.

use rusqlite::{Connection, Result, Row};

/// All samples. The times are text, because the database knows the calendar.
const SAMPLES: &str = "
    SELECT COUNT(DISTINCT run), COUNT(*),
           datetime(MIN(taken_at_ms) / 1000, 'unixepoch'),
           datetime(MAX(taken_at_ms) / 1000, 'unixepoch'),
           MIN(cpu_percent), AVG(cpu_percent), MAX(cpu_percent),
           MIN(memory_percent), AVG(memory_percent), MAX(memory_percent)
    FROM samples
";

/// How many numbers each run has used, less how many are there, for all runs together.
const MISSING: &str = "
    SELECT COALESCE(SUM(used - held), 0)
    FROM (SELECT MAX(number) AS used, COUNT(*) AS held FROM samples GROUP BY run)
";

/// The alerts of both kinds.
const ALERTS: &str = "
    SELECT COUNT(*) FILTER (WHERE kind = 'raised'), COUNT(*) FILTER (WHERE kind = 'cleared')
    FROM alerts
";

/// What the database holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// How many samplers have written to it.
    pub runs: u32,
    /// How many samples there are.
    pub samples: u32,
    /// How many samples are missing: taken, as later numbers of their run show, but not there.
    pub missing: u32,
    /// How many alerts were raised.
    pub raised: u32,
    /// How many alerts were cleared.
    pub cleared: u32,
    /// What the samples show, if there are any.
    pub observed: Option<Observed>,
}

/// What the samples show.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// When the first sample was taken, such as `2026-01-31 23:59:59`, in UTC.
    pub first: String,
    /// When the last sample was taken, in the same form.
    pub last: String,
    /// How busy the processors were, in percent.
    pub cpu: Spread,
    /// How much of the memory was in use, in percent.
    pub memory: Spread,
}

/// How the values of one metric are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The smallest.
    pub min: f64,
    /// The average of all.
    pub mean: f64,
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Reads it from the database; inside a transaction, so that the numbers agree.
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
    /// From a row of `SAMPLES`, if there are any samples.
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
    /// From three columns of a row, the first of them at `column`.
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

    /// The summary of a database with just these readings.
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
