//! How the runtime behaves, by topic.

mod conservation;
mod dispatcher;
mod drain;
mod dynamic;
mod lifecycle;
mod nested;
mod policy;
mod queue;
mod seeds;
mod stuck;
mod support;
