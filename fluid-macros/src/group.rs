//! `workers!`: the declaration of a group.

mod adapter;
mod check;
mod cycle;
mod emit;
mod fused;
mod header;
mod statement;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::error::Errors;
use header::Header;
use statement::Statement;

/// The declaration as it is written.
pub(crate) struct Declaration {
    pub(crate) header: Header,
    pub(crate) statements: Vec<Statement>,
    /// Whether every statement could be read.
    pub(crate) whole: bool,
}

/// The group's struct, its handle, and their methods.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let declaration = {
        let parser = |input: ParseStream<'_>| {
            let header = header::parse(input, &mut errors)?;
            let mistakes = errors.count();
            let statements = statement::parse_all(input, &mut errors);
            let whole = errors.count() == mistakes;
            Ok(Declaration {
                header,
                statements,
                whole,
            })
        };
        parser.parse2(input)
    };
    let mut expansion = TokenStream::new();
    match declaration {
        Ok(declaration) => {
            let group = check::check(declaration, &mut errors);
            expansion.extend(emit::group(&group));
        }
        Err(error) => errors.push(error),
    }
    expansion.extend(errors.into_tokens());
    expansion
}
