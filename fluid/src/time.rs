//! Time: timeouts, rate limits, jitter, the stall monitor, and the requests to one incarnation.

#[cfg(feature = "cron")]
pub(crate) mod cron;
pub(crate) mod jitter;
pub(crate) mod rate;
pub(crate) mod run_control;
pub(crate) mod stall;
pub(crate) mod timeout;
#[cfg(feature = "cron")]
pub(crate) mod wall;
