//! The ways that messages take through fluid, one by one.

mod path;
pub mod paths;
mod traffic;

pub use crate::path::HotPath;
