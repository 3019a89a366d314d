//! Code that the benchmark programs share.

pub mod edited;
pub mod machine;
pub mod page;
pub mod sample;
