//! The examples of fluid. Each shows one idea, and runs with
//! `cargo run --release --example NAME`.
//!
//! | name | what it shows |
//! | --- | --- |
//! | `hello` | the smallest group: one worker feeds another |
//! | `web` | an HTTP service that refuses no request in flight when it stops |
//! | `crawler` | a feedback edge, a rate limit, and retries that do not hold up other messages |
//! | `tenants` | workers that come and go with the tenants of a service |
//! | `testing` | a group with its tests, on paused time |
//! | `dispatcher` | handlers that are registered and unregistered while messages flow |
//! | `dynamic` | workers and callbacks that are added and removed while their group runs |
//! | `lifecycle` | states, hooks, a restart after a panic, a scope, and a stop by force |
//!
//! Whole programs are in `examples/programs/`:
//!
//! | name | what it shows |
//! | --- | --- |
//! | `sysmon` | a system monitor that loses no sample at any kind of end |
//! | `access_log` | a source that ends, a named port for malformed lines, a million messages |
//! | `orders` | a shop: lanes by customer, a flaky payment provider, batches, a budget of restarts that is used up |
//!
//! `crawler`, `dispatcher`, `dynamic`, `lifecycle` and `tenants` end by themselves within two seconds. The expansions of the macros are in
//! `examples/expanded/`.

pub mod input;
