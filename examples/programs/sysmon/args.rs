//! The command line of the system monitor.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

use super::alerts::Thresholds;
use super::duration::parse_duration;

/// Watches this machine: its processors, memory, disks, network and busiest processes.
///
/// Every sample is stored in a database, a table shows the present values, and an alert is raised
/// when a threshold is crossed. It runs until Ctrl-C, or until --duration is over.
#[derive(Debug, Clone, Parser)]
#[command(name = "sysmon", version)]
pub struct Args {
    /// A command to run instead of monitoring.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// The database file; created if it does not exist.
    #[arg(long, global = true, value_name = "PATH", default_value = "sysmon.db")]
    pub db: PathBuf,

    /// Stop after this time, such as 10s or 1m30s [default: run until stopped].
    #[arg(long, value_name = "TIME", value_parser = parse_duration)]
    pub duration: Option<Duration>,

    /// How often to take a sample.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = parse_duration)]
    pub every: Duration,

    /// How often to print the table.
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = parse_duration)]
    pub table_every: Duration,

    /// Print one JSON object a line in place of each table.
    #[arg(long)]
    pub json: bool,

    /// Serve a console on this address, such as 127.0.0.1:7878.
    #[arg(long, value_name = "ADDRESS")]
    pub console: Option<String>,

    /// When to raise an alert.
    #[command(flatten)]
    pub thresholds: Thresholds,
}

/// The commands besides monitoring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Print a report of the database, and monitor nothing.
    Report,
    /// Print the picture of the monitor's own workers, as SVG.
    Graph,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use clap::CommandFactory;

    use super::*;

    /// Parses a command line that must be right.
    fn parse(line: &[&str]) -> Args {
        Args::try_parse_from([&["sysmon"], line].concat()).expect("a good command line")
    }

    /// Parses a command line that must be wrong, and returns the message for the user.
    fn refuse(line: &[&str]) -> String {
        Args::try_parse_from([&["sysmon"], line].concat())
            .expect_err("a bad command line")
            .to_string()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn every_flag_has_a_default() {
        let args = parse(&[]);
        assert_eq!(args.command, None);
        assert_eq!(args.db, Path::new("sysmon.db"));
        assert_eq!(args.duration, None);
        assert_eq!(args.every, Duration::from_secs(1));
        assert_eq!(args.table_every, Duration::from_secs(2));
        assert!(!args.json);
        assert_eq!(args.thresholds, Thresholds::default());
    }

    #[test]
    fn every_flag_is_read() {
        let args = parse(&[
            "--duration=1m30s",
            "--db=x.db",
            "--every=250ms",
            "--table-every=5s",
            "--json",
            "--cpu-above=50.5",
            "--memory-above=0",
            "--disk-above=100",
        ]);
        assert_eq!(args.duration, Some(Duration::from_secs(90)));
        assert_eq!(args.db, Path::new("x.db"));
        assert_eq!(args.every, Duration::from_millis(250));
        assert_eq!(args.table_every, Duration::from_secs(5));
        assert!(args.json);
        let wanted = Thresholds {
            cpu_above: 50.5,
            memory_above: 0.0,
            disk_above: 100.0,
        };
        assert_eq!(args.thresholds, wanted);
    }

    #[test]
    fn the_flag_db_may_stand_before_or_after_the_command_report() {
        for line in [["report", "--db=x.db"], ["--db=x.db", "report"]] {
            let args = parse(&line);
            assert_eq!(args.command, Some(Command::Report));
            assert_eq!(args.db, Path::new("x.db"));
        }
    }

    #[test]
    fn a_wrong_argument_is_explained() {
        assert!(refuse(&["--every", "0s"]).contains("must be longer than zero"));
        assert!(refuse(&["--duration", "10"]).contains("lacks its unit"));
        assert!(refuse(&["--cpu-above", "101"]).contains("between 0 and 100"));
        assert!(refuse(&["--disk-above", "NaN"]).contains("between 0 and 100"));
        assert!(refuse(&["--memory-above", "much"]).contains("between 0 and 100"));
    }
}
