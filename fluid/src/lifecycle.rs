//! How a worker runs: one incarnation after the other, alone or in several lanes.

pub(crate) mod incarnation;
pub(crate) mod lanes;
pub(crate) mod launch;
pub(crate) mod run_mode;
