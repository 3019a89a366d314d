//! `#[worker]` and `#[consumer]`: a function that becomes a worker.

mod check;
mod emit;
mod generics;
mod item;
mod lanes;
mod parameter;
mod returns;

use proc_macro2::TokenStream;

use crate::error::Errors;
use crate::option::{self, Scope};
pub(crate) use check::{BLOCKING_TIMEOUT, mentions};

/// Which of the two macros it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Worker,
    Consumer,
}

impl Role {
    const fn scope(self) -> Scope {
        match self {
            Self::Worker => Scope::Worker,
            Self::Consumer => Scope::Consumer,
        }
    }

    const fn attribute(self) -> &'static str {
        match self {
            Self::Worker => "#[worker]",
            Self::Consumer => "#[consumer]",
        }
    }
}

/// The user's function as it was written, followed by the worker made of it.
pub(crate) fn expand(role: Role, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut expansion = item.clone();
    let settings = option::read(role.scope(), options, &mut errors);
    if let Some(function) = errors.keep(item::parse(role, item)) {
        let worker = check::check(role, &function, settings, &mut errors);
        // Where a method stands, no struct can.
        if function.sig.receiver().is_none() {
            expansion.extend(emit::worker(&worker));
        }
    }
    expansion.extend(errors.into_tokens());
    expansion
}
