//! `workers!`: the declaration of a group.

mod check;
mod expand;
mod parse;

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

use crate::error::Errors;
use check::Group;
use parse::header::{self, Header};
use parse::statement::{self, Statements};

/// The declaration as it is written.
pub(crate) struct Declaration {
    pub(crate) header: Header,
    pub(crate) statements: Statements,
}

/// The group's struct, its handle, and their methods.
pub(crate) fn run(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut expansion = TokenStream::new();
    if let Some(group) = read(input, &mut errors) {
        expansion.extend(expand::group(&group));
    }
    expansion.extend(errors.into_tokens());
    expansion
}

/// The group, as far as it can be understood.
fn read(input: TokenStream, errors: &mut Errors) -> Option<Group> {
    let parser = |input: ParseStream<'_>| {
        let header = header::parse(input, errors)?;
        let statements = statement::parse_all(input, &header.fields, errors);
        Ok(Declaration { header, statements })
    };
    let declaration = parser.parse2(input);
    let declaration = errors.keep(declaration)?;
    Some(check::check(declaration, errors))
}
