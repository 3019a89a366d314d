//! Groups: how they are built, their handles, and what stands in them.

pub(crate) mod callback;
pub(crate) mod declared;
pub(crate) mod dispatcher;
pub(crate) mod edge;
pub(crate) mod extension;
pub(crate) mod handle;
pub(crate) mod ingress;
pub(crate) mod nested;
pub(crate) mod on_signal;
#[cfg(feature = "process")]
pub(crate) mod process;
pub(crate) mod resources;
pub(crate) mod rule;
pub(crate) mod slot;
pub(crate) mod standalone;
pub(crate) mod worker_handle;
pub(crate) mod workers;
