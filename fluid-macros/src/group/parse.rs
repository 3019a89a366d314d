//! Reads the declaration. A part that cannot be read is reported and left out.

mod adapter;
mod code;
mod header;
mod recover;
mod statement;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use super::model::Declaration;
use crate::error::Errors;

/// Reads the declaration. Without a name there is none.
pub(super) fn declaration(input: TokenStream, errors: &mut Errors) -> Option<Declaration> {
    let parser = |input: ParseStream<'_>| {
        let header = header::read(input, errors)?;
        let (statements, whole) = statement::read_all(input, &header.fields, errors);
        Ok(Declaration {
            header,
            statements,
            whole,
        })
    };
    let declaration = parser.parse2(input);
    errors.keep(declaration)
}
