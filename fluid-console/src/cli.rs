//! A program with commands, made of a group.

mod client;
mod draw;

use std::ffi::OsString;
use std::io::{self, Write};
use std::ops::Deref;
use std::process::{ExitCode, Termination};

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use fluid::by_hand::Member;
use fluid::graph::Graph;
use fluid::{Exit, GroupHandle};

use crate::http::Console;
use draw::Format;

/// The exit code of a command that failed, like that of a group that failed.
const FAILED: u8 = 2;

/// The environment variable with the token of the console.
const TOKEN: &str = "FLUID_CONSOLE_TOKEN";

/// The address of the console, if none is given.
const ADDRESS: &str = "127.0.0.1:7878";

/// Runs the group, or looks at it.
#[derive(Debug, Parser)]
struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the group until it ends. This is also done without a command.
    Run {
        /// Serve a console on this address, such as 127.0.0.1:7878. The environment variable
        /// `FLUID_CONSOLE_TOKEN` sets the token that allows control.
        #[arg(long, value_name = "ADDRESS")]
        console: Option<String>,
    },
    /// Print the declared graph.
    Graph {
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Print the status of a running program with a console.
    Status {
        /// The address of its console.
        #[arg(long, value_name = "ADDRESS", default_value = ADDRESS)]
        console: String,
        /// Print the snapshot as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// A program of a group that `workers!` declares, with commands:
///
/// | command | what it does | exit code |
/// | --- | --- | --- |
/// | `run`, or none | runs the group as `main` does; `--console ADDRESS` adds a [`Console`] | that of the [`Exit`] |
/// | `graph --format …` | prints the declared graph as `text`, `mermaid`, `dot`, `svg` or `json` | 0 |
/// | `status` | prints the status of a running program; `--console ADDRESS` is that of its console, `--json` prints JSON | 0, or 2 without an answer |
///
/// `build` is called only by `run`. A wrong command line exits with code 2.
///
/// ```no_run
/// use std::process::ExitCode;
/// use fluid::{consumer, worker, workers};
///
/// #[worker(heartbeat = "1s")]
/// async fn poll() -> u64 { 1 }
///
/// #[consumer]
/// async fn store(number: u64) { println!("{number}") }
///
/// workers! {
///     struct Numbers { poll: Poll, store: Store }
///     poll => store;
/// }
///
/// fn main() -> ExitCode {
///     fluid_console::cli(Numbers::new)
/// }
/// ```
pub fn cli<G, H>(build: impl FnOnce() -> G) -> ExitCode
where
    G: Member<Slot = H>,
    H: Deref<Target = GroupHandle> + Clone + Send + Sync + 'static,
{
    cli_from(std::env::args_os(), build)
}

/// Like [`cli`], but with these arguments. The first one is the name of the program.
pub fn cli_from<G, H>(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    build: impl FnOnce() -> G,
) -> ExitCode
where
    G: Member<Slot = H>,
    H: Deref<Target = GroupHandle> + Clone + Send + Sync + 'static,
{
    let graph = G::FORM.group.expect("a group that `workers!` declares");
    let args = match parse(args, graph) {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(FAILED));
        }
    };
    let printed = match args.command.unwrap_or(Command::Run { console: None }) {
        Command::Run { console } => return run(build(), graph, console).report(),
        Command::Graph { format } => print(&format.draw(graph)),
        Command::Status { console, json } => status(&console, json),
    };
    match printed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", graph.name);
            ExitCode::from(FAILED)
        }
    }
}

fn parse(
    args: impl IntoIterator<Item = impl Into<OsString> + Clone>,
    graph: &Graph,
) -> Result<Args, clap::Error> {
    let matches = Args::command()
        .name(graph.name)
        .about(graph.docs.first().map(|line| line.trim()))
        .try_get_matches_from(args)?;
    Args::from_arg_matches(&matches)
}

fn run<G, H>(group: G, graph: &'static Graph, console: Option<String>) -> Exit
where
    G: Member<Slot = H>,
    H: Deref<Target = GroupHandle> + Clone + Send + Sync + 'static,
{
    let group = group.into_member();
    if let Some(address) = console {
        let mut console = Console::new(&group).graph(graph);
        if let Ok(token) = std::env::var(TOKEN) {
            console = console.with_control(token);
        }
        eprintln!("{}: the console is at http://{address}", graph.name);
        let added = group.add(console.bind(address));
        added.expect("a group that has not been started takes every worker");
    }
    group.main()
}

fn status(address: &str, json: bool) -> io::Result<()> {
    let accept = if json {
        "application/json"
    } else {
        "text/plain"
    };
    let named = |error| io::Error::other(format!("the console at {address}: {error}"));
    print(&client::get(address, "/status", accept).map_err(named)?)
}

/// Prints a text. That the reader has closed the output is no failure.
fn print(text: &str) -> io::Result<()> {
    match writeln!(io::stdout(), "{}", text.trim_end()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
