//! The options with which a member stands in its group.

use std::ops::Deref;

use crate::options::Options;
use crate::worker::Worker;

/// The options of one member: those of its type, which all workers of that type share, or its own.
pub(crate) enum OptionsRef {
    OfType(&'static Options),
    PortOutput(Box<Options>),
}

impl OptionsRef {
    pub(crate) const fn of<W: Worker>() -> Self {
        Self::OfType(const { &W::OPTIONS })
    }
}

impl From<Options> for OptionsRef {
    fn from(options: Options) -> Self {
        Self::PortOutput(Box::new(options))
    }
}

impl Deref for OptionsRef {
    type Target = Options;

    fn deref(&self) -> &Options {
        match self {
            Self::OfType(options) => options,
            Self::PortOutput(options) => options,
        }
    }
}
