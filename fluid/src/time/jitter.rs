//! Jitter: random durations.

use std::time::Duration;

/// A random duration below `most`, or zero if `most` is zero.
pub(crate) fn jitter(most: Duration) -> Duration {
    if most.is_zero() {
        return most;
    }
    most.mul_f64(fastrand::f64())
}
