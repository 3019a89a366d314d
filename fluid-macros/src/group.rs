//! `workers!`: parse → check → expand.

mod check;
mod expand;
mod model;
mod parse;

use proc_macro2::TokenStream;

use crate::error::Errors;

/// The group, its handle, and their methods.
pub(crate) fn run(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let mut expansion = TokenStream::new();
    if let Some(declaration) = parse::declaration(input, &mut errors) {
        let group = check::check(declaration, &mut errors);
        expansion.extend(expand::group(&group));
    }
    expansion.extend(errors.into_tokens());
    expansion
}
