//! The options in the parentheses of an attribute or of a callback.

mod check;
mod expand;
mod model;
mod parse;
mod row;
mod table;

pub(crate) use check::check;
pub(crate) use expand::{Place, checked_wait, duration};
pub(crate) use model::{Setting, Settings};
pub(crate) use parse::{duration as parse_duration, literal_alone, pattern as parse_pattern, read};
pub(crate) use row::{FieldRule, NotFused, Scope};
