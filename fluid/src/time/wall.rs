//! The wall clock, as the clock of tokio moves it.

use std::time::{Instant, SystemTime};

#[cfg(feature = "test-util")]
use std::cell::Cell;

use jiff::Timestamp;

#[cfg(feature = "test-util")]
thread_local! {
    /// A wall time that a test has set in its thread, and when it did.
    static SET: Cell<Option<(SystemTime, Instant)>> = const { Cell::new(None) };
}

/// The wall time. While tokio's clock is paused, the wall time moves with it.
pub(crate) fn now() -> Timestamp {
    let tokio = tokio::time::Instant::now().into_std();
    #[cfg(feature = "test-util")]
    if let Some((at, since)) = SET.get() {
        return timestamp(at + tokio.saturating_duration_since(since));
    }
    // The two clocks differ only after a pause.
    let (real, system) = (Instant::now(), SystemTime::now());
    let ahead = tokio.saturating_duration_since(real);
    timestamp(system + ahead - real.saturating_duration_since(tokio))
}

/// Sets the wall time of this thread.
#[cfg(feature = "test-util")]
pub(crate) fn set(at: SystemTime) {
    SET.set(Some((at, tokio::time::Instant::now().into_std())));
}

/// A time before the year -9999 or after 9999 becomes the first or the last that can be represented.
fn timestamp(at: SystemTime) -> Timestamp {
    let last = || match at > SystemTime::UNIX_EPOCH {
        true => Timestamp::MAX,
        false => Timestamp::MIN,
    };
    Timestamp::try_from(at).unwrap_or_else(|_| last())
}
