//! The command line of the shop.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::source::Source;

/// Takes orders, charges them to a flaky payment provider, and records the outcome of each.
///
/// It ends after the last order, or at Ctrl-C. It then proves from the database and the books of the provider that no
/// order was lost and none was charged twice. The exit code is 0 after a normal end, 1 after an end by force, 2 if the
/// group gave up, and 3 if a claim is false.
#[derive(Debug, Clone, Parser)]
#[command(name = "orders", version)]
pub struct Args {
    /// A file of orders, one JSON object a line; `-` is the standard input [default: made-up orders].
    #[arg(conflicts_with_all = ["orders", "print"])]
    file: Option<PathBuf>,

    /// The number of orders to make up.
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    pub orders: u32,

    /// The seed of the made-up orders and of the answers of the provider.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// Print the made-up orders, and take none.
    #[arg(long)]
    pub print: bool,

    /// The database file; created if it does not exist.
    #[arg(long, value_name = "PATH", default_value = "orders.db")]
    pub db: PathBuf,

    /// Serve a console on this address, such as 127.0.0.1:7878.
    #[arg(long, value_name = "ADDRESS")]
    pub console: Option<String>,

    /// The part that goes down permanently.
    #[arg(long, value_name = "WHAT")]
    outage: Option<Down>,

    /// The number of requests to the provider, or of orders in the database, before it goes down.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 500,
        requires = "outage"
    )]
    outage_after: u64,
}

/// A part that can go down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Down {
    /// The payment provider becomes unreachable.
    Provider,
    /// The database stays locked.
    Database,
}

impl Args {
    /// The source of the orders.
    pub fn source(&self) -> Source {
        match &self.file {
            Some(path) if path.as_os_str() == "-" => Source::Lines(None),
            Some(path) => Source::Lines(Some(path.clone())),
            None => Source::Generated {
                count: self.orders,
                seed: self.seed,
            },
        }
    }

    /// The number of requests before the provider goes down.
    pub fn provider_down_after(&self) -> Option<u64> {
        (self.outage == Some(Down::Provider)).then_some(self.outage_after)
    }

    /// The number of orders before the database goes down.
    pub fn database_down_after(&self) -> Option<u64> {
        (self.outage == Some(Down::Database)).then_some(self.outage_after)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// Parses a command line.
    fn parse(line: &[&str]) -> Result<Args, String> {
        Args::try_parse_from([&["orders"], line].concat()).map_err(|error| error.to_string())
    }

    /// Parses a command line that must be right.
    fn good(line: &[&str]) -> Args {
        parse(line).expect("a good command line")
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn orders_come_from_the_source_that_the_arguments_name() {
        let generated = |count, seed| Source::Generated { count, seed };
        assert_eq!(good(&[]).source(), generated(2_000, 1));
        assert_eq!(good(&["--orders=7", "--seed=8"]).source(), generated(7, 8));
        assert_eq!(good(&["-"]).source(), Source::Lines(None));
        assert_eq!(good(&["x"]).source(), Source::Lines(Some("x".into())));
        assert!(parse(&["x", "--orders=7"]).is_err());
    }

    #[test]
    fn at_most_one_outage_can_be_asked_for() {
        let down = |line: &[&str]| {
            let args = good(line);
            (args.provider_down_after(), args.database_down_after())
        };
        assert_eq!(down(&[]), (None, None));
        assert_eq!(down(&["--outage=provider"]), (Some(500), None));
        let database = ["--outage=database", "--outage-after=9"];
        assert_eq!(down(&database), (None, Some(9)));
        assert!(parse(&["--outage-after=9"]).is_err());
    }
}
