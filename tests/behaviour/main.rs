//! How the runtime behaves, by topic.

mod drain;
mod lifecycle;
mod nested;
mod policy;
mod queue;
mod support;
