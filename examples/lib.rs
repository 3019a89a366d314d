//! The examples of fluid. Each shows one idea, and runs with
//! `cargo run --release --example NAME`.
//!
//! | name | what it shows |
//! | --- | --- |
//! | `hello` | the smallest group: one worker feeds another |
//! | `sysmon` | a whole program: a system monitor that loses no sample at any kind of end |
//! | `access_log` | a source that ends, a named port for malformed lines, a million messages |
//! | `orders` | a shop: lanes by customer, a flaky payment provider, batches, a budget of restarts that is used up |
//! | `dispatcher` | handlers that are registered and unregistered while messages flow |
//! | `dynamic` | workers and callbacks that are added and removed while their group runs |
//! | `lifecycle` | states, hooks, a restart after a panic, a scope, and a stop by force |
//!
//! `dispatcher`, `dynamic` and `lifecycle` end by themselves within two seconds. The expansions of the macros stand in
//! `examples/expanded/`.

pub mod input;
