//! Locking without poison.

use std::sync::PoisonError;

use crate::sync::{Brief, BriefGuard, Mutex, MutexGuard};

/// Locks, ignoring poison. All that runs of a user's under any lock of this crate is the comparison of a
/// dispatcher's event types, the iterator of an emission, and the initialisers of a consumer with lanes, none
/// of them between two changes that belong together; so a panic cannot leave what a lock guards half changed.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks what one thread has for itself nearly always, and for a moment.
#[cfg(not(all(test, fluid_loom)))]
pub(crate) fn briefly<T>(lock: &Brief<T>) -> BriefGuard<'_, T> {
    lock.lock()
}

/// The same, watched.
#[cfg(all(test, fluid_loom))]
pub(crate) fn briefly<T>(lock: &Brief<T>) -> BriefGuard<'_, T> {
    self::lock(lock)
}

/// What such a lock guards, for whoever has the lock for itself.
#[cfg(not(all(test, fluid_loom)))]
pub(crate) fn unshared<T>(lock: &mut Brief<T>) -> &mut T {
    lock.get_mut()
}

/// The same, watched.
#[cfg(all(test, fluid_loom))]
pub(crate) fn unshared<T>(lock: &mut Brief<T>) -> &mut T {
    lock.get_mut().unwrap_or_else(PoisonError::into_inner)
}
