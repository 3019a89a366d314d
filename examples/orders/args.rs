//! The command line of the shop.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::source::Source;

/// Takes orders, charges them to a flaky payment provider, and keeps what became of each.
///
/// It ends with its orders, or at Ctrl-C, and then proves from the database and the provider's books that
/// none was lost and nobody was charged twice. The exit code is 0 if all went well, 1 if it had to be
/// ended by force, 2 if it gave up, and 3 if something that it claims is not true.
#[derive(Debug, Clone, Parser)]
#[command(name = "orders", version)]
pub struct Args {
    /// A file of orders, one JSON object a line; `-` is the standard input [default: made-up orders].
    #[arg(conflicts_with_all = ["orders", "print"])]
    file: Option<PathBuf>,

    /// How many orders to make up.
    #[arg(long, value_name = "NUMBER", default_value_t = 2_000)]
    pub orders: u32,

    /// Which orders to make up, and which moods the provider has.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,

    /// Print the orders that would be made up, and take none.
    #[arg(long)]
    pub print: bool,

    /// The database file; made if it does not exist.
    #[arg(long, value_name = "PATH", default_value = "orders.db")]
    pub db: PathBuf,

    /// What goes down for good.
    #[arg(long, value_name = "WHAT")]
    outage: Option<Down>,

    /// After how many requests to the provider, or orders in the database, it goes down.
    #[arg(
        long,
        value_name = "NUMBER",
        default_value_t = 500,
        requires = "outage"
    )]
    outage_after: u64,
}

/// What can go down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Down {
    /// The payment provider cannot be reached any more.
    Provider,
    /// The database stays locked.
    Database,
}

impl Args {
    /// Where the orders come from.
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

    /// After how many requests the provider goes down.
    pub fn provider_down_after(&self) -> Option<u64> {
        (self.outage == Some(Down::Provider)).then_some(self.outage_after)
    }

    /// After how many orders the database goes down.
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
