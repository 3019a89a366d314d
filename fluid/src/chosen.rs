//! The options with which a member stands in its group.

use std::ops::Deref;

use crate::options::Options;
use crate::worker::Worker;

/// The options of one member: those of its type, which all workers of that type share, or its own.
pub(crate) enum Chosen {
    OfType(&'static Options),
    Own(Box<Options>),
}

impl Chosen {
    pub(crate) const fn of<W: Worker>() -> Self {
        Self::OfType(const { &W::OPTIONS })
    }
}

impl From<Options> for Chosen {
    fn from(options: Options) -> Self {
        Self::Own(Box::new(options))
    }
}

impl Deref for Chosen {
    type Target = Options;

    fn deref(&self) -> &Options {
        match self {
            Self::OfType(options) => options,
            Self::Own(options) => options,
        }
    }
}
