//! A program that calls `shuffled` with three seeds. `kit/order.rs` runs it with a seed in its environment.

use std::cell::Cell;

fn main() {
    let runs = Cell::new(0);
    fluid::test::shuffled(0..3, || async { runs.set(runs.get() + 1) });
    println!("{} runs, and {}", runs.get(), fastrand::u64(..));
}
