//! Compares fluid with other libraries: the same work, side by side, in one run. Writes its section of
//! `docs/performance.md`.
//!
//! ```text
//! cargo run --release --manifest-path benches/Cargo.toml -- [--quick] [--only CASE] [--json FILE]
//! ```
//!
//! `--quick` makes fewer rounds and sends fewer messages. `--only` may be repeated, and leaves the page as it is.

mod apart;
mod arguments;
mod case;
mod cases;
mod comparison;
mod goal;
mod incremental;
mod peers;
mod report;
mod work;

use fluid_benches::page;

use crate::arguments::Arguments;
use crate::comparison::{Comparison, Effort, Measured};

fn main() {
    let arguments = Arguments::read();
    let comparisons = cases::all();
    if let Some(apart) = &arguments.apart {
        return apart.run(&comparisons);
    }
    arguments.check(&comparisons);
    let incremental = if arguments.only.is_empty() {
        incremental::reached()
    } else {
        Vec::new()
    };
    let wanted = comparisons.iter().filter(|one| arguments.wants(one));
    let all: Vec<_> = wanted.flat_map(|one| measure(one, &arguments)).collect();
    let reached = [goal::reached(&all), incremental].concat();
    let section = report::section(&all, &reached, &arguments);
    println!("\n{section}");
    if let Some(file) = &arguments.json {
        std::fs::write(file, report::json(&all, &reached)).expect("the file for --json");
        println!("written to {file}");
    }
    if arguments.only.is_empty() {
        page::write("Side by side", &section);
    }
}

/// Measures on each runtime, round by round, with the contenders in turn. Other load affects them all alike.
fn measure<'a>(comparison: &'a Comparison, arguments: &Arguments) -> Vec<Measured<'a>> {
    let (effort, scale) = (comparison.effort, arguments.scale());
    let measured = comparison.flavours.iter().map(|&flavour| {
        let mut measured = Measured::new(comparison, flavour);
        for round in 1..=arguments.rounds(effort) {
            measured.round(round, |rival, flavour| match effort {
                Effort::Light => rival.measure(flavour, scale),
                Effort::Heavy | Effort::Huge => apart::measure(comparison, rival, flavour, scale),
            });
        }
        println!("{measured}");
        measured
    });
    measured.collect()
}
