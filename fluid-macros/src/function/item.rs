//! The function as it is written, but for its body, which is nobody's business here.

use proc_macro2::TokenStream;
use syn::parse::{Parse, ParseStream, Parser};
use syn::{Attribute, Signature, Visibility};

use crate::function::Role;

pub(crate) struct Function {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) sig: Signature,
}

pub(crate) fn parse(role: Role, item: TokenStream) -> syn::Result<Function> {
    let wrong = |error: syn::Error| {
        let message = format!(
            "{} goes on a function, such as `{}`",
            role.attribute(),
            legal(role)
        );
        syn::Error::new(error.span(), message)
    };
    let parser = |input: ParseStream<'_>| {
        let attrs = input.call(Attribute::parse_outer)?;
        let vis = input.parse()?;
        let sig = Signature::parse(input).map_err(|error| {
            // Past the `fn` it is a function, and the compiler says what is wrong with it.
            if is_function(&input.fork()) {
                error
            } else {
                wrong(error)
            }
        })?;
        let _body: TokenStream = input.parse()?;
        Ok(Function { attrs, vis, sig })
    };
    parser.parse2(item)
}

fn is_function(input: ParseStream<'_>) -> bool {
    input.peek(syn::token::Brace) || input.peek(syn::token::Paren)
}

/// A signature as it should be.
pub(crate) const fn legal(role: Role) -> &'static str {
    match role {
        Role::Worker => "async fn poll(source: &Source) -> Vec<Item>",
        Role::Consumer => "async fn store(item: Item, db: &Db) -> Result<(), Error>",
    }
}
