//! How the runtime behaves, by topic.

mod dispatcher;
mod drain;
mod dynamic;
mod lifecycle;
mod nested;
mod policy;
mod queue;
mod stuck;
mod support;
