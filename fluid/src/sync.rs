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
/// A lock that nearly always one thread takes, and for a moment. It costs half of a `Mutex`; a thread that finds it
/// taken yields and tries again.
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
