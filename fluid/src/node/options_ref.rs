//! The options of a member, by reference where possible.

use std::ops::Deref;

use crate::options::Options;

/// The options of one member: shared by all workers of its type, or its own.
pub(crate) enum OptionsRef {
    OfType(&'static Options),
    OfMember(Box<Options>),
}

impl From<&'static Options> for OptionsRef {
    fn from(options: &'static Options) -> Self {
        Self::OfType(options)
    }
}

impl From<Options> for OptionsRef {
    fn from(options: Options) -> Self {
        Self::OfMember(Box::new(options))
    }
}

impl Deref for OptionsRef {
    type Target = Options;

    fn deref(&self) -> &Options {
        match self {
            Self::OfType(options) => options,
            Self::OfMember(options) => options,
        }
    }
}
