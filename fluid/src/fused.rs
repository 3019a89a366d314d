//! Fused edges: the worker that emits calls the worker that consumes, in its own task.

pub(crate) mod call;
pub(crate) mod callee;
pub(crate) mod edge;
