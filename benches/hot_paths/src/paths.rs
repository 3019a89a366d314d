//! All hot paths.

mod ask;
mod batch;
mod broadcast;
mod competing;
mod fan_in;
mod four_stages;
mod fused;
mod group;
mod lanes;
mod one_to_one;
mod options;
mod vec;

use crate::HotPath;

/// All paths, in the order in which they are printed.
// A constant would be compiled again, with all that it calls, in each crate that uses it.
pub static ALL: [HotPath; 14] = [
    one_to_one::PATH,
    four_stages::PATH,
    fused::PATH,
    lanes::PATH,
    competing::PATH,
    fan_in::PATH,
    broadcast::PATH,
    vec::PATH,
    batch::PATH,
    ask::PATH,
    options::RETRY,
    options::TIMEOUT,
    options::STALL,
    group::PATH,
];

/// The path of this name.
pub fn named(name: &str) -> Option<HotPath> {
    ALL.iter().find(|path| path.name == name).copied()
}
