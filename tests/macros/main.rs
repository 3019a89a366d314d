//! What the macros make, as a user meets it.

mod callbacks;
mod fused;
mod graph;
mod groups;
mod handing_over;
mod hygiene;
mod lanes;
mod options;
mod parameters;
#[allow(dead_code, reason = "the README is read, and not run")]
mod readme;
mod returns;
mod support;
