//! How long a message takes, with fluid and with what else people use: the same work, side by side, in one
//! run. Writes its section of `docs/performance.md`.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml -- [--quick] [--only CASE] [--json FILE]
//! ```
//!
//! `--quick` makes fewer rounds and sends fewer messages. With `--only`, which may be said several times, the
//! page is left as it is.

mod arguments;
mod case;
mod cases;
mod goal;
mod peers;
mod report;
mod work;

use fluid_benches::page;

use crate::arguments::Arguments;
use crate::case::{Case, Measured};

fn main() {
    let arguments = Arguments::read();
    let cases = cases::all();
    let mut all = Vec::new();
    for case in cases.iter().filter(|case| arguments.wants(case.name)) {
        all.extend(measure(case, &arguments));
    }
    let section = report::section(&all, arguments.rounds());
    println!("\n{section}");
    if let Some(file) = &arguments.json {
        std::fs::write(file, report::json(&all)).expect("the file for --json");
        println!("written to {file}");
    }
    if arguments.only.is_empty() {
        page::write("Messages", &section);
    }
}

/// On each runtime, round by round, each contender in turn: whatever else the machine does meets them all.
fn measure<'a>(case: &'a Case, arguments: &Arguments) -> Vec<Measured<'a>> {
    let flavours = case.flavours.iter();
    let measured = flavours.map(|&flavour| {
        let mut measured = Measured::new(case, flavour);
        for round in 1..=arguments.rounds() {
            measured.round(round, arguments.scale());
        }
        println!("{measured}");
        measured
    });
    measured.collect()
}
