//! The unit tests in the modules of the larger examples.

#![allow(
    dead_code,
    reason = "the examples are compiled, and their `main` is not called"
)]

#[path = "../access_log/main.rs"]
mod access_log;
#[path = "../orders/main.rs"]
mod orders;
#[path = "../sysmon/main.rs"]
mod sysmon;
