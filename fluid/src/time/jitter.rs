//! Random parts of durations.

use std::time::Duration;

/// A random duration below `most`.
pub(crate) fn jitter(most: Duration) -> Duration {
    if most.is_zero() {
        return most;
    }
    most.mul_f64(fastrand::f64())
}
