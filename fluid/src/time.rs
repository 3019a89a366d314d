//! Time: timeouts, rate limits, jitter, the stall monitor, and the requests to one incarnation.

pub(crate) mod jitter;
pub(crate) mod rate;
pub(crate) mod run_control;
pub(crate) mod stall;
pub(crate) mod timeout;
