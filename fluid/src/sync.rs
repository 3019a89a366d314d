//! Synchronization: locks, flags, spans and yielding.
//!
//! All other modules take locks, atomics and channels from here. Under `--cfg fluid_loom` these are types that loom
//! observes, so that loom tests run every order of threads.

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
/// A lock for data that one thread uses almost always. A thread that finds it taken yields and tries again. See
/// `docs/decisions/spin-lock.md`.
#[cfg(not(all(test, fluid_loom)))]
pub(crate) type SpinMutex<T> = spin::mutex::SpinMutex<T, spin::Yield>;
#[cfg(not(all(test, fluid_loom)))]
pub(crate) type SpinMutexGuard<'a, T> = spin::mutex::SpinMutexGuard<'a, T, spin::Yield>;
#[cfg(not(all(test, fluid_loom)))]
pub(crate) use tokio::sync::{Notify, futures::Notified, mpsc, oneshot};

#[cfg(all(test, fluid_loom))]
pub(crate) use loom::{
    sync::{Mutex, MutexGuard, MutexGuard as SpinMutexGuard, atomic},
    thread,
};
#[cfg(all(test, fluid_loom))]
pub(crate) use loom_types::{Notified, Notify, OnceLock, SpinMutex, mpsc, oneshot};
