//! Locking without poison.

use std::sync::PoisonError;

use crate::sync::{Mutex, MutexGuard};

/// Locks, ignoring poison. All that runs of a user's under any lock of this crate is the comparison of a
/// dispatcher's event types, the iterator of an emission, and the initialisers of a consumer with lanes, none
/// of them between two changes that belong together; so a panic cannot leave what a lock guards half changed.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
