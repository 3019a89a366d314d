//! An exit as data, with the feature `serde`.

use std::fmt::Display;

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Exit, Report};

impl Serialize for Exit {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Report {
            name,
            kind,
            state,
            cause,
            forced_by,
            stuck,
            ran_for,
            counts,
            lost,
            emitted,
            unsent,
            beats,
            missed_beats,
            restarts,
            stalls,
            last_error,
            workers,
            forgotten,
        } = &*self.0;
        let last_error = last_error.as_ref();
        let last_error = last_error.map(|error| format!("{error:#}"));
        let mut fields = to.serialize_struct("Exit", 22)?;
        fields.serialize_field("name", &**name)?;
        fields.serialize_field("kind", kind)?;
        fields.serialize_field("code", &self.code())?;
        fields.serialize_field("state", state)?;
        fields.serialize_field("cause_kind", cause.kind_name())?;
        fields.serialize_field("cause", &Text(cause))?;
        fields.serialize_field("forced", &self.is_forced())?;
        fields.serialize_field("forced_by", &forced_by.as_ref().map(Text))?;
        fields.serialize_field("stuck", stuck)?;
        fields.serialize_field("ran_for", &ran_for.as_secs_f64())?;
        fields.serialize_field("counts", counts)?;
        fields.serialize_field("lost", lost)?;
        fields.serialize_field("losses", &self.losses())?;
        fields.serialize_field("emitted", emitted)?;
        fields.serialize_field("unsent", unsent)?;
        fields.serialize_field("beats", beats)?;
        fields.serialize_field("missed_beats", missed_beats)?;
        fields.serialize_field("restarts", restarts)?;
        fields.serialize_field("stalls", stalls)?;
        fields.serialize_field("last_error", &last_error)?;
        fields.serialize_field("workers", workers)?;
        fields.serialize_field("forgotten", &forgotten.as_deref())?;
        fields.end()
    }
}

/// A value as its text.
struct Text<'a, T>(&'a T);

impl<T: Display> Serialize for Text<'_, T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self.0)
    }
}
