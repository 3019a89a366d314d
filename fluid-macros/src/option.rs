//! Options: what stands in the parentheses of an attribute or of a callback.

mod check;
mod parse;
mod strategy;
mod table;

pub(crate) use check::WITHOUT_STALL;
pub(crate) use parse::{Setting, Settings, duration, read};
pub(crate) use table::Scope;
