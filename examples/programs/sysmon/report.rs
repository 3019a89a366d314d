//! The report of the database as text.

use std::io::{self, Write};

use super::summary::{Spread, Summary};
use super::units::percent;

/// Writes the report to `out`.
pub fn write(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    writeln!(
        out,
        "samples  {} in {} runs, {} missing",
        summary.samples, summary.runs, summary.missing
    )?;
    writeln!(
        out,
        "alerts   {} raised, {} cleared",
        summary.raised, summary.cleared
    )?;
    let Some(observed) = &summary.observed else {
        return Ok(());
    };
    writeln!(out, "first    {} UTC", observed.first)?;
    writeln!(out, "last     {} UTC", observed.last)?;
    writeln!(out)?;
    writeln!(out, "{:6} {:>9} {:>9} {:>9}", "", "min", "mean", "max")?;
    write_spread(out, "cpu", observed.cpu)?;
    write_spread(out, "memory", observed.memory)
}

/// Writes one line of the table.
fn write_spread(out: &mut impl Write, name: &str, spread: Spread) -> io::Result<()> {
    let [min, mean, max] = [spread.min, spread.mean, spread.max].map(percent);
    writeln!(out, "{name:6} {min:>9} {mean:>9} {max:>9}")
}

#[cfg(test)]
mod tests {
    use super::super::summary::Observed;
    use super::*;

    /// The report as text.
    fn text(summary: &Summary) -> String {
        let mut out = Vec::new();
        write(&mut out, summary).expect("a vector takes everything");
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn the_report_shows_every_number() {
        let observed = Observed {
            first: "2026-01-31 23:59:59".into(),
            last: "2026-02-01 00:00:08".into(),
            cpu: Spread {
                min: 0.0,
                mean: 12.345,
                max: 100.0,
            },
            memory: Spread {
                min: 50.0,
                mean: 51.0,
                max: 52.0,
            },
        };
        let summary = Summary {
            runs: 2,
            samples: 10,
            missing: 1,
            raised: 3,
            cleared: 2,
            observed: Some(observed),
        };
        let wanted = "\
samples  10 in 2 runs, 1 missing
alerts   3 raised, 2 cleared
first    2026-01-31 23:59:59 UTC
last     2026-02-01 00:00:08 UTC

             min      mean       max
cpu        0.0 %    12.3 %   100.0 %
memory    50.0 %    51.0 %    52.0 %
";
        assert_eq!(text(&summary), wanted);
    }

    #[test]
    fn an_empty_database_has_a_short_report() {
        let summary = Summary {
            runs: 0,
            samples: 0,
            missing: 0,
            raised: 0,
            cleared: 0,
            observed: None,
        };
        assert_eq!(
            text(&summary),
            "samples  0 in 0 runs, 0 missing\nalerts   0 raised, 0 cleared\n"
        );
    }
}
