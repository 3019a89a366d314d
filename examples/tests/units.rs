//! The unit tests of the modules that the larger examples are made of.

#![allow(dead_code, reason = "without their `main`, nobody calls the examples")]

#[path = "../access_log/main.rs"]
mod access_log;
#[path = "../orders/main.rs"]
mod orders;
#[path = "../sysmon/main.rs"]
mod sysmon;
