//! The time of the hot paths, whose instructions are counted as well.
//!
//! ```text
//! cargo bench --manifest-path benches/hot_paths/Cargo.toml --bench paths -- [NAME]
//! ```
//!
//! Each figure includes the start and the end of a group.

use divan::Bencher;
use divan::counter::ItemsCount;
use fluid_hot_paths::paths;

/// So many that the start and the end of a group hardly count.
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
