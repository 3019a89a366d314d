//! What the benchmarks share.

pub mod machine;
pub mod page;
pub mod sample;
