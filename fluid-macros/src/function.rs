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
    if let Some(function) = item::parse(role, item, &mut errors) {
        // What else is wrong with half a signature may follow from that.
        let mut more = Errors::default();
        let told = if function.whole {
            &mut errors
        } else {
            &mut more
        };
        let mut worker = check::check(role, &function, settings, told);
        worker.broken |= !function.whole;
        // Where a method stands, no struct can.
        if function.sig.receiver().is_none() {
            expansion.extend(emit::worker(&worker));
        }
    }
    expansion.extend(errors.into_tokens());
    expansion
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_stays_declared_while_its_signature_is_incomplete() {
        for (written, field) in [
            ("async fn store(candle: Candle, db: &) {}", None),
            ("async fn store(candle: Candle, db) {}", None),
            (
                "async fn store(candle: Candle, db: &Db, ca: ) {}",
                Some("db"),
            ),
            (
                "async fn store(candle: Candle, ca: &mut, db: &Db) {}",
                Some("db"),
            ),
            ("async fn store(candle: Candle, db: &Db) -> {}", Some("db")),
            ("fn store(candle: , db: &Db) {}", Some("db")),
        ] {
            let item = written.parse().expect("tokens");
            let expansion = expand(Role::Consumer, TokenStream::new(), item).to_string();
            assert!(expansion.contains("struct Store"), "{written}");
            let field =
                field.is_none_or(|field| expansion.contains(&format!("{field} : :: fluid")));
            assert!(field, "{expansion}");
            assert_eq!(expansion.matches("compile_error").count(), 1, "{expansion}");
        }
    }
}
