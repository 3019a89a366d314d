//! The examples of fluid. Each shows one idea, and runs with
//! `cargo run --release --example NAME`.
//!
//! | name | what it shows |
//! | --- | --- |
//! | `hello` | the smallest group: one worker feeds another |
//! | `sysmon` | a whole program: a system monitor that loses no sample, however it is ended |
//! | `access_log` | a source that ends, a named port for what is malformed, a million messages |
//! | `orders` | a shop: lanes by customer, a flaky payment provider, batches, a supervisor that gives up with dignity |
//! | `dispatcher` | handlers that are registered and unregistered while messages flow |
//! | `dynamic` | workers and callbacks that are added and removed while their group runs |
//! | `lifecycle` | states, hooks, a restart after a panic, a scope, and a stop by force |
//!
//! All but `hello`, `sysmon`, `access_log` and `orders` end by themselves within a second or two. What the
//! macros make of each stands in `examples/expanded/`.

pub mod input;
