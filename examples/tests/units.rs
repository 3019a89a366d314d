//! The unit tests in the examples.

#![allow(
    dead_code,
    reason = "the examples are compiled, and their `main` is not called"
)]

#[path = "../programs/access_log/main.rs"]
mod access_log;
#[path = "../programs/orders/main.rs"]
mod orders;
#[path = "../programs/sysmon/main.rs"]
mod sysmon;
#[path = "../testing.rs"]
mod testing;
