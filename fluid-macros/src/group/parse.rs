//! The declaration, read.

pub(super) mod adapter;
mod code;
pub(super) mod header;
mod recover;
pub(super) mod statement;
