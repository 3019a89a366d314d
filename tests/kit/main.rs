//! The test kit, `fluid::test`.

mod blocking;
mod collect;
mod fault;
mod fused;
mod idle;
mod market;
mod order;
mod send;
mod stub;
