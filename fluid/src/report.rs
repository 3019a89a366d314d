//! What is reported of workers and groups: counts, the status of now, and the exit.

pub(crate) mod cause;
pub(crate) mod exit;
pub(crate) mod forgotten;
pub(crate) mod ledger;
pub(crate) mod losses;
pub(crate) mod status;
