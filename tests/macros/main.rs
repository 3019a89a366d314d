//! What the macros make, as a user meets it.

mod callbacks;
mod fused;
mod graph;
mod groups;
mod lanes;
mod options;
mod parameters;
mod returns;
mod support;
