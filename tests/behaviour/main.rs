//! How the runtime behaves, by topic.

mod adapters;
mod conservation;
mod dispatcher;
mod drain;
mod dynamic;
mod edge_cases;
mod fused;
mod grace_left;
mod lanes;
mod lifecycle;
mod logging;
mod lost;
mod model;
mod nested;
mod output_buffer;
mod policy;
mod process;
mod queue;
mod seeds;
mod soak;
mod stall;
mod starting;
mod stop;
mod strategies;
mod stuck;
mod support;
