//! Time: timeouts, rate limits, the stall monitor, and what is asked of one run of a worker.

pub(crate) mod jitter;
#[cfg(feature = "rate")]
pub(crate) mod rate;
pub(crate) mod run_control;
pub(crate) mod stall;
pub(crate) mod timeout;
