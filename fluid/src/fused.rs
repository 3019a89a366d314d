//! Fused edges: the worker that emits calls the worker that consumes, in its own task.

pub(crate) mod callee;
pub(crate) mod edge;
#[cfg(feature = "test-util")]
mod stub_call;
