//! Counts the instructions of each hot path, and compares them with its budget.
//!
//! ```text
//! cargo run --release --manifest-path benches/hot_paths/Cargo.toml
//! ```
//!
//! `FLUID_BLESS=1` makes the counts the new budget. With the name of a path and a number of units, the program runs that
//! path only. It starts itself in this way under callgrind.

mod budget;
mod callgrind;
mod verdict;

use std::env;
use std::process::ExitCode;

use fluid_hot_paths::paths;

use crate::budget::Budget;
use crate::verdict::Verdict;

/// Set it to write the budget instead of comparing with it.
const BLESS: &str = "FLUID_BLESS";
const HOW_TO_BLESS: &str = "\
If this is as it should be, make what was counted the budget:
  FLUID_BLESS=1 cargo run --release --locked --manifest-path benches/hot_paths/Cargo.toml";

fn main() -> ExitCode {
    let words: Vec<_> = env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] if env::var_os(BLESS).is_some() => bless(),
        [] => compare(),
        [name, units] => run(name, units),
        _ => panic!("{words:?}? There is NAME UNITS, or nothing"),
    }
}

fn run(name: &str, units: &str) -> ExitCode {
    let path = paths::named(name).unwrap_or_else(|| panic!("{name}? There is no such path"));
    path.run(units.parse().expect("a number of units"));
    ExitCode::SUCCESS
}

fn bless() -> ExitCode {
    let mut budget = Budget::default();
    for path in &paths::ALL {
        let counted = callgrind::instructions(path);
        println!("{:26} {counted:12.1} a {}", path.name, path.unit);
        budget.set(path.name, counted);
    }
    budget.write();
    println!("\nwritten to {}", budget::FILE);
    ExitCode::SUCCESS
}

fn compare() -> ExitCode {
    let budget = Budget::read();
    println!("{:26} {:>12} {:>12}", "instructions", "budget", "counted");
    let verdicts = paths::ALL.iter().map(|path| {
        let verdict = Verdict::new(path, budget.of(path.name), callgrind::instructions(path));
        println!("{verdict}");
        verdict
    });
    let verdicts: Vec<_> = verdicts.collect();
    let strangers = budget.strangers(&paths::ALL.each_ref().map(|path| path.name));
    let mut remarks: Vec<_> = verdicts.iter().filter_map(Verdict::remark).collect();
    let unknown = |name| format!("{name}: has a budget, and is no path");
    remarks.extend(strangers.iter().map(unknown));
    if !remarks.is_empty() {
        println!("\n{}\n\n{HOW_TO_BLESS}", remarks.join("\n"));
    }
    let fails = !strangers.is_empty() || verdicts.iter().any(Verdict::fails);
    ExitCode::from(u8::from(fails))
}
