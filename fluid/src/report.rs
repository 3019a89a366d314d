//! What is reported of workers and groups: counts, the status of now, and the exit.

pub(crate) mod cause;
pub(crate) mod exit;
pub(crate) mod ledger;
pub(crate) mod status;

/// The singular or the plural.
pub(crate) const fn plural(count: u64, one: &'static str, many: &'static str) -> &'static str {
    if count == 1 { one } else { many }
}
