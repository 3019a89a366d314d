//! What threads share, as the standard library and tokio have it.
//!
//! Whatever fluid makes of it by hand takes it from here: so in the tests that run under `--cfg fluid_loom` it is
//! watched, and those tests see every order in which threads may come to it.

#[cfg(all(test, fluid_loom))]
pub(crate) mod watched;

#[cfg(not(all(test, fluid_loom)))]
pub(crate) use std::{
    sync::{Mutex, MutexGuard, OnceLock, atomic},
    thread,
};
#[cfg(not(all(test, fluid_loom)))]
pub(crate) use tokio::sync::{Notify, futures::Notified, mpsc, oneshot};

#[cfg(all(test, fluid_loom))]
pub(crate) use loom::{
    sync::{Mutex, MutexGuard, atomic},
    thread,
};
#[cfg(all(test, fluid_loom))]
pub(crate) use watched::{Notified, Notify, OnceLock, mpsc, oneshot};
