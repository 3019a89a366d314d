//! The values of an exit that are serialized as text.

use std::fmt;

use crate::error::Error;

pub(super) fn as_text<S: serde::Serializer>(
    value: &impl fmt::Display,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

pub(super) fn as_optional_text<S: serde::Serializer>(
    value: &Option<impl fmt::Display>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

pub(super) fn as_texts<S: serde::Serializer>(
    value: &Option<Error>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(error) => to.collect_str(&format_args!("{error:#}")),
        None => to.serialize_none(),
    }
}
