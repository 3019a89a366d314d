//! Locking without poison.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, ignoring poison. No user code runs under any lock of this crate, so a panic cannot leave
/// what a lock guards half changed.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
