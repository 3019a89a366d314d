//! How long the loops take in which workers handle messages: the hot paths, whose instructions are counted too.
//!
//! ```text
//! cargo bench --manifest-path benches/hot_paths/Cargo.toml --bench paths -- [NAME]
//! ```
//!
//! The start and the end of a group are in each figure.

use divan::Bencher;
use divan::counter::ItemsCount;
use fluid_hot_paths::paths;

/// Enough for the start and the end of a group to be next to nothing.
const MESSAGES: u64 = 102_400;

fn main() {
    divan::main();
}

#[divan::bench(args = paths::ALL.iter().map(|path| path.name), sample_count = 20)]
fn path(bencher: Bencher, name: &str) {
    let path = paths::named(name).expect("a path");
    let units = if path.unit == "group" { 1 } else { MESSAGES };
    let counter = ItemsCount::new(units);
    bencher.counter(counter).bench_local(|| path.run(units));
}
