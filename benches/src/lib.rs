//! What the benchmarks share.

pub mod edited;
pub mod machine;
pub mod page;
pub mod sample;
