//! The hot paths: the ways that messages take through fluid.

mod path;
pub mod paths;
mod traffic;

pub use crate::path::HotPath;
