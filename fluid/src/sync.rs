//! What threads share, as the standard library and tokio have it.
//!
//! Whatever fluid makes of it by hand takes it from here: so in the tests that run under `--cfg fluid_loom` it is
//! watched, and those tests see every order in which threads may come to it.

pub(crate) mod blocking;
pub(crate) mod flag;
pub(crate) mod lock;
#[cfg(all(test, fluid_loom))]
pub(crate) mod loom_types;
pub(crate) mod span;
pub(crate) mod yielding;

#[cfg(not(all(test, fluid_loom)))]
pub(crate) use std::{
    sync::{Mutex, MutexGuard, OnceLock, atomic},
    thread,
};
/// A lock that one thread has for itself nearly always, and only for a moment: whoever finds it taken lets others run
/// and tries again. To take it costs half of what a lock costs on which others may sleep.
#[cfg(not(all(test, fluid_loom)))]
pub(crate) type Brief<T> = spin::mutex::SpinMutex<T, spin::Yield>;
#[cfg(not(all(test, fluid_loom)))]
pub(crate) type BriefGuard<'a, T> = spin::mutex::SpinMutexGuard<'a, T, spin::Yield>;
#[cfg(not(all(test, fluid_loom)))]
pub(crate) use tokio::sync::{Notify, futures::Notified, mpsc, oneshot};

#[cfg(all(test, fluid_loom))]
pub(crate) use loom::{
    sync::{Mutex, Mutex as Brief, MutexGuard, MutexGuard as BriefGuard, atomic},
    thread,
};
#[cfg(all(test, fluid_loom))]
pub(crate) use loom_types::{Notified, Notify, OnceLock, mpsc, oneshot};
